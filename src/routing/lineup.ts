import type { Name } from './name.ts';

/** Groups may have this many members; the range proof of `Scheduler` rests on it. */
export const MEMBERS_LIMIT = 10_000;

/** The largest configured weight; the range proof of `Scheduler` rests on it. */
export const WEIGHT_LIMIT = 1_000_000;

export interface LineupMember {
  readonly name: Name;
  /** 1 to WEIGHT_LIMIT. */
  readonly weight: number;
}

/**
 * Who takes turns, and with which weight: the usable members of one tier of one group, heaviest first, equals by name.
 * Frozen; a change of members or weights makes a new one.
 */
export interface Lineup {
  /** Names the group, the tier and, where members differ between switches, the switch. */
  readonly key: string;
  readonly members: readonly LineupMember[];
  readonly totalWeight: number;
  /** For each position the first one with the same weight, and the one after the last. */
  readonly equalsFrom: Int32Array;
  readonly equalsTo: Int32Array;
}

/**
 * Lines up members of positive weight.
 * @throws RangeError for a weight that is no integer from 1 to WEIGHT_LIMIT, or more than MEMBERS_LIMIT members
 */
export function buildLineup(key: string, unsorted: readonly LineupMember[]): Lineup {
  const members = [...unsorted].sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  if (members.length > MEMBERS_LIMIT) throw new RangeError(`${key}: more than ${MEMBERS_LIMIT} members`);
  let totalWeight = 0;
  for (const { name, weight } of members) {
    if (!Number.isInteger(weight) || weight < 1 || weight > WEIGHT_LIMIT) {
      throw new RangeError(`${key}: ${name} has the weight ${weight}`);
    }
    totalWeight += weight;
  }
  return { key, members, totalWeight, ...runsOfEquals(members) };
}

/** Whether both hold the same members with the same weights, so that nothing has to be carried over. */
export function sameMembers(a: Lineup, b: Lineup): boolean {
  return (
    a.members.length === b.members.length &&
    a.members.every(({ name, weight }, at) => b.members[at]?.name === name && b.members[at].weight === weight)
  );
}

function runsOfEquals(members: readonly LineupMember[]): Pick<Lineup, 'equalsFrom' | 'equalsTo'> {
  const equalsFrom = new Int32Array(members.length);
  const equalsTo = new Int32Array(members.length);
  for (let from = 0; from < members.length;) {
    let to = from;
    while (to < members.length && members[to]?.weight === members[from]?.weight) to += 1;
    equalsFrom.fill(from, from, to);
    equalsTo.fill(to, from, to);
    from = to;
  }
  return { equalsFrom, equalsTo };
}
