import type { Credentials } from '../config/credentials.ts';
import type { Network } from '../routing/route.ts';

/** What may be asked for: `switch` alone gives out the passwords of gateways, so no other role holds it. */
export const ACCESS_ROLES = ['switch', 'metrics', 'read', 'operator'] as const;
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Who may ask for what, and from where. */
export interface AccessRule {
  /** As it is written: `operator` holds others too. */
  readonly roles: ReadonlySet<AccessRole>;
  /** undefined: no password is asked for. */
  readonly credentials: Credentials | undefined;
  /** undefined: from everywhere. */
  readonly networks: readonly Network[] | undefined;
}

/** What somebody of this role may ask for: an operator may look at all that he may change. */
export function rolesHeldBy(role: AccessRole): ReadonlySet<AccessRole> {
  return new Set(role === 'operator' ? (['operator', 'read', 'metrics'] as const) : [role]);
}

/** The one credential of the settings, which may do everything; without one, everybody may. */
export function ruleForAll(credentials: Credentials | undefined): AccessRule {
  return { roles: new Set(ACCESS_ROLES), credentials, networks: undefined };
}
