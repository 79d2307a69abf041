import type { DispatcherEntry } from './dispatcher-entry.ts';
import { type DispatcherGateway, isOff, proposeGateways } from './propose-gateways.ts';
import { kamailioOrder, likelyAlgorithm, shareSet } from './set-shares.ts';
import type { ImportOptions } from './import-options.ts';
import type { Reading } from './reading.ts';
import { ReadingBuilder } from './reading-builder.ts';

/** Tiers and weights are limited in SQL. */
const MOST_TIERS = 1000;

/**
 * Destinations of Kamailio's dispatcher in terms of the inventory: a set is a group, a destination a gateway. Routes
 * do not come of it, since what is sent to which set stands in Kamailio's script.
 */
export function readKamailio(entries: readonly DispatcherEntry[], options: ImportOptions): Reading {
  const builder = new ReadingBuilder();
  const gateways = proposeGateways(entries, options, builder);
  const sets = new Map<number, DispatcherEntry[]>();
  for (const entry of entries) {
    if (!gateways.has(entry)) continue;
    const set = sets.get(entry.set);
    if (set === undefined) sets.set(entry.set, [entry]);
    else set.push(entry);
  }
  for (const [set, members] of sets) proposeGroup(set, members, gateways, options, builder);
  const [first] = entries;
  if (first !== undefined) {
    const sql = `INSERT INTO routes (context, group_name) VALUES ('default', 'dispatcher-${first.set}');`;
    const why = `which calls go to which set stands in Kamailio's script; write them, for example: ${sql}`;
    builder.remark(first.from, 'routes', why);
  }
  return builder.reading;
}

function proposeGroup(
  set: number,
  entries: readonly DispatcherEntry[],
  gateways: ReadonlyMap<DispatcherEntry, DispatcherGateway>,
  { algorithms }: ImportOptions,
  builder: ReadingBuilder,
): void {
  const members = withoutRepetitions(set, entries, gateways, builder);
  const [first] = members;
  if (first === undefined) return;
  const name = `dispatcher-${set}`;
  const said = algorithms.get(String(set)) ?? algorithms.get('');
  const algorithm = said ?? likelyAlgorithm(members);
  const { strategy, shares, otherwise } = shareSet(kamailioOrder(members), algorithm);
  builder.propose('gateway_groups', first.from, { name, strategy });
  const tiers = new Set(shares.map(({ tier }) => tier)).size;
  for (const { entry, tier, weight } of shares) {
    const gateway = gateways.get(entry);
    if (gateway === undefined) continue;
    if (tier > MOST_TIERS) {
      builder.leaveOut(entry.from, `destination ${entry.uri} in set ${set}`, `a group has up to ${MOST_TIERS} tiers`);
      continue;
    }
    const isOffHere = isOff(entry) && !gateway.entries.every(isOff);
    if (isOffHere) {
      const why = `is off in this set alone, so its weight in '${name}' is 0`;
      builder.remark(entry.from, `destination ${entry.uri}`, why);
    }
    const row = { group_name: name, gateway: gateway.name, tier, weight: isOffHere ? 0 : weight };
    builder.propose('gateway_group_members', entry.from, row);
  }
  const assumed = said === undefined ? `algorithm ${algorithm} is assumed (say it with --algorithm ${set}=N)` : '';
  const how = [assumed, tiers > 1 ? `${tiers} tiers` : '', otherwise ?? ''].filter((it) => it !== '').join('; ');
  if (how !== '') builder.remark(first.from, `set ${set} is group '${name}'`, how);
}

/** A gateway is once in a group: a destination that stands twice in a set has twice the share with Kamailio. */
function withoutRepetitions(
  set: number,
  entries: readonly DispatcherEntry[],
  gateways: ReadonlyMap<DispatcherEntry, DispatcherGateway>,
  builder: ReadingBuilder,
): readonly DispatcherEntry[] {
  const seen = new Map<string, DispatcherEntry>();
  return entries.filter((entry) => {
    const name = gateways.get(entry)?.name ?? '';
    const before = seen.get(name);
    if (before === undefined) {
      seen.set(name, entry);
      return true;
    }
    const why = `the same destination stands in this set before, at line ${before.from.line}`;
    builder.leaveOut(entry.from, `destination ${entry.uri} in set ${set}`, why);
    return false;
  });
}
