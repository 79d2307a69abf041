import type { Decision } from '../routing/decide.ts';
import type { Name } from '../routing/name.ts';

export type Planned = Extract<Decision, { readonly outcome: 'planned' }>;

/** One leg that a plan may come to. */
export interface Try {
  readonly gateway: Name;
  /** Its place in the plan, from 1. */
  readonly attempt: number;
  /** The causes after which the next leg is tried. */
  readonly continueOn: readonly string[];
}

/**
 * The legs of a plan in the order in which FreeSWITCH tries them, as `planDocument` writes them.
 * @param chosen whom mod_distributor names, where it chooses; undefined = `-err`
 */
export function orderTries({ legs, distributor, route }: Planned, chosen: Name | undefined): readonly Try[] {
  const { continueOn } = route.group;
  const before = distributor === undefined ? 1 : 2;
  const ours = legs.map(({ gateway }, at) => ({ gateway: gateway.name, attempt: at + before, continueOn }));
  if (distributor === undefined) return ours;
  const { spare } = distributor;
  if (chosen === undefined) {
    return spare === undefined ? ours : [...ours, { gateway: spare, attempt: legs.length + 2, continueOn }];
  }
  // Without a spare one our legs are there for an -err alone, which shows as a gateway that the switch does not have.
  const afterChosen = [...(spare === undefined ? [] : continueOn), 'INVALID_GATEWAY'];
  const first = { gateway: chosen, attempt: 1, continueOn: afterChosen };
  return [first, ...ours.map((it) => (it.gateway === chosen && spare !== undefined ? { ...it, gateway: spare } : it))];
}
