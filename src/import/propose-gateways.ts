import type { TableRow } from '../inventory/table-rows.ts';
import { type DispatcherEntry, FLAGS } from './dispatcher-entry.ts';
import type { ImportOptions } from './import-options.ts';
import { NameMaker } from './name-maker.ts';
import type { ReadingBuilder } from './reading-builder.ts';
import { addressName, parseSipAddress, type SipAddress } from './sip-address.ts';

/** A gateway, and every line that is about it: a destination may stand in several sets. */
export interface DispatcherGateway {
  readonly name: string;
  readonly entries: readonly DispatcherEntry[];
}

interface Destination {
  readonly address: SipAddress;
  readonly entries: DispatcherEntry[];
}

/** What attributes are for that nothing here has a place for. */
const NO_PLACE: ReadonlyMap<string, string> = new Map([
  ['socket', 'a gateway sends from the address of its sofia profile'],
  ['sockname', 'a gateway sends from the address of its sofia profile'],
  ['ping_socket', 'a gateway sends its pings from the address of its sofia profile'],
  ['ping_from', 'sofia takes From of a ping from the gateway itself'],
  ['obproxy', 'pings go where calls go'],
  ['latency', 'latency has no part in the choice'],
  ['cc', 'congestion is learned from failed calls, see docs/health.md'],
  ['ocmin', 'there is no overload control by rates'],
  ['ocmax', 'there is no overload control by rates'],
  ['ocrate', 'there is no overload control by rates'],
]);

const CARRIED = new Set(['duid', 'maxload', 'weight', 'rweight']);

/**
 * One gateway for each destination, named after its `duid` or its address.
 * @returns by the entry
 */
export function proposeGateways(
  entries: readonly DispatcherEntry[],
  options: ImportOptions,
  builder: ReadingBuilder,
): ReadonlyMap<DispatcherEntry, DispatcherGateway> {
  const destinations = new Map<string, Destination>();
  for (const entry of entries) {
    const isUri = /^sips?:/i.test(entry.uri);
    const address = isUri ? parseSipAddress(entry.uri) : 'it does not begin with sip: or sips:, and Kamailio skips it';
    if (typeof address === 'string') {
      builder.leaveOut(entry.from, `destination ${entry.uri}`, address);
      continue;
    }
    reportExtras(entry, address, builder);
    const key = `${address.host.toLowerCase()} ${address.port ?? ''} ${address.transport}`;
    const known = destinations.get(key);
    if (known === undefined) destinations.set(key, { address, entries: [entry] });
    else known.entries.push(entry);
  }
  const names = new NameMaker('gateway');
  const gateways = new Map<DispatcherEntry, DispatcherGateway>();
  for (const destination of destinations.values()) {
    const gateway = proposeGateway(destination, names, options, builder);
    for (const entry of destination.entries) gateways.set(entry, gateway);
  }
  return gateways;
}

function proposeGateway(
  { address, entries }: Destination,
  names: NameMaker,
  { profile, pingSeconds }: ImportOptions,
  builder: ReadingBuilder,
): DispatcherGateway {
  const [first] = entries;
  if (first === undefined) throw new Error('a destination without a line');
  const duid = entries.map(({ attributes }) => attributes.get('duid') ?? '').find((it) => it !== '');
  const wanted = duid ?? addressName(address);
  const name = names.make(wanted);
  if (duid !== undefined && name !== duid) {
    builder.remark(first.from, `destination ${first.uri}`, `is gateway '${name}': duid ${duid} is no free name for it`);
  }
  const isPinged = pingSeconds > 0 && entries.some(({ flags }) => has(flags, 'probing') && !has(flags, 'noPing'));
  const row: Record<string, string | number> = { name, proxy: address.proxy, register_transport: address.transport };
  if (profile !== undefined) row['profile'] = profile;
  if (isPinged) row['ping_seconds'] = pingSeconds;
  const maxCalls = maxCallsOf(entries, builder);
  if (maxCalls !== undefined) row['max_calls'] = maxCalls;
  const state = stateOf(entries);
  // What an operator has drained stays so where Kamailio says nothing against it.
  if (state !== 'active') row['state'] = state;
  const note = entries.map(({ description }) => description.trim()).find((it) => it !== '');
  if (note !== undefined) row['note'] = note;
  builder.propose('gateways', first.from, row satisfies TableRow);
  reportState(first, name, row, isPinged, builder);
  return { name, entries };
}

/** Off where every line says so; where only some do, it is off in their groups. */
function stateOf(entries: readonly DispatcherEntry[]): 'active' | 'drain' | 'disabled' {
  if (entries.every(({ flags }) => has(flags, 'disabled'))) return 'disabled';
  return entries.every(isOff) ? 'drain' : 'active';
}

/** Whether Kamailio gives a destination no calls when it starts. */
export function isOff({ flags }: DispatcherEntry): boolean {
  return has(flags, 'disabled') || has(flags, 'inactive');
}

function has(flags: number, flag: keyof typeof FLAGS): boolean {
  return (flags & FLAGS[flag]) !== 0;
}

function maxCallsOf(entries: readonly DispatcherEntry[], builder: ReadingBuilder): number | undefined {
  const [first, ...others] = entries.filter(({ attributes }) => /^[1-9]\d{0,6}$/.test(attributes.get('maxload') ?? ''));
  const limit = first?.attributes.get('maxload');
  for (const { from, uri, attributes } of others) {
    if (attributes.get('maxload') === limit) continue;
    const why = `max_calls is one number for all groups, and another line has ${limit ?? ''}`;
    builder.leaveOut(from, `destination ${uri}, maxload=${attributes.get('maxload') ?? ''}`, why);
  }
  return limit === undefined ? undefined : Number(limit);
}

function reportState(
  { from, uri }: DispatcherEntry,
  name: string,
  row: TableRow,
  isPinged: boolean,
  builder: ReadingBuilder,
): void {
  if (row['state'] === 'drain') {
    const why = `is inactive (flag 1), so gateway '${name}' gets no calls: UPDATE gateways SET state = 'active' WHERE name = '${name}'`;
    builder.remark(from, `destination ${uri}`, why);
  }
  if (isPinged) {
    const why = `every ${row['ping_seconds'] ?? ''} s; Kamailio's interval stands in kamailio.cfg (ds_ping_interval): --ping-seconds`;
    builder.remarkOnce(from, 'pings of probed destinations (flag 8)', why);
  }
  if (row['register_transport'] === 'tls') {
    builder.remarkOnce(from, 'destinations over TLS', `sofia drops them where their profile has no TLS`);
  }
}

function reportExtras(
  { from, uri, attributes }: DispatcherEntry,
  { extras }: SipAddress,
  builder: ReadingBuilder,
): void {
  for (const extra of extras) builder.leaveOut(from, `destination ${uri}, ${extra}`, 'a gateway has no place for it');
  for (const [name, value] of attributes) {
    if (CARRIED.has(name)) continue;
    const why = NO_PLACE.get(name) ?? "an attribute for Kamailio's script; nothing here reads it";
    builder.leaveOut(from, `destination ${uri}, ${name}=${value}`, why);
  }
}
