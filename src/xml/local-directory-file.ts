import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';
import { gatewaysUser } from './gateways-element.ts';
import { element, writeInclude } from './write-document.ts';

/** The gateways of one profile. */
export interface ProfileGateways {
  readonly profile: Name;
  readonly gateways: readonly Gateway[];
}

/**
 * Gateways in a file of the directory: FreeSWITCH looks there exactly where nobody answers for it, so that none is ever
 * defined twice (contract 2.1, 3.4). Each profile has a domain of its own, by which it can ask for its own alone.
 */
export function localDirectoryFile(profiles: readonly ProfileGateways[]): string {
  return writeInclude(
    profiles.map(({ profile, gateways }) =>
      element('domain', { name: `trunkhunt-${profile}` }, [gatewaysUser(gateways)]),
    ),
  );
}
