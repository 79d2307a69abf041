import type { TableRow } from '../inventory/table-rows.ts';
import { isTrue } from './is-true.ts';
import { leadingInteger } from './leading-integer.ts';
import type { SourcePlace } from './reading.ts';

export interface GatewayParameter {
  readonly value: string;
  readonly from: SourcePlace;
}

/** The last of each name: sofia's loop overwrites (sofia.c, parse_gateways). */
export type GatewayParameters = ReadonlyMap<string, GatewayParameter>;

/** What becomes of a parameter that is not carried over as it stands. */
export interface ParameterNotes {
  leaveOut(from: SourcePlace, parameter: string, why: string): void;
  remark(from: SourcePlace, parameter: string, why: string): void;
}

/** Why FreeSWITCH itself, or trunkhunt, has no such gateway. */
export class NoGateway {
  readonly why: string;
  readonly from: SourcePlace | undefined;

  constructor(why: string, from?: SourcePlace) {
    this.why = why;
    this.from = from;
  }
}

interface GatewayOwner {
  readonly name: string;
  readonly profile: string;
}

/** The parameters that are columns of `gateways`. */
export const COLUMN_PARAMETERS: ReadonlySet<string> = new Set(
  `proxy realm username password register register-transport expire-seconds retry-seconds caller-id-in-from ping
  ping-min ping-max extension context`.split(/\s+/),
);

/** A day and a week: what the inventory takes at most. */
const DAY = 86_400;
const WEEK = 604_800;

/**
 * The columns that make sofia do what these parameters made it do: its defaults differ from SQL's, so each is said
 * (contract 5.1).
 */
export function gatewayColumns(
  { name, profile }: GatewayOwner,
  parameters: GatewayParameters,
  notes: ParameterNotes,
): TableRow | NoGateway {
  const text = (parameter: string): string | null => {
    const value = parameters.get(parameter)?.value ?? '';
    return value === '' ? null : value;
  };
  const proxy = proxyOf(name, parameters, notes);
  if (proxy instanceof NoGateway) return proxy;
  const register = parameters.get('register');
  const isRegistered = register === undefined || isTrue(register.value);
  if (isRegistered && (text('username') === null || text('password') === null)) {
    return new NoGateway('it registers, and lacks a username or password: FreeSWITCH drops it');
  }
  return {
    name,
    profile,
    proxy,
    realm: text('realm'),
    username: text('username'),
    password: text('password'),
    register: isRegistered ? 1 : 0,
    register_transport: transportOf(parameters.get('register-transport')?.value),
    expire_seconds: seconds('expire-seconds', 3600, WEEK, parameters, notes),
    retry_seconds: seconds('retry-seconds', 30, DAY, parameters, notes),
    caller_id_in_from: isTrue(parameters.get('caller-id-in-from')?.value) ? 1 : 0,
    ping_seconds: pingSeconds(parameters, notes),
    ...pingCounts(parameters, notes),
    extension: text('extension'),
    context: text('context'),
  };
}

/** FreeSWITCH compares beginnings (sofia_glue_str2transport). @returns undefined for one that it does not have */
export function parseTransport(value: string): string | undefined {
  return ['udp', 'tcp', 'sctp', 'tls'].find((transport) => value.toLowerCase().startsWith(transport));
}

function transportOf(value: string | undefined): string {
  return parseTransport(value ?? 'udp') ?? 'udp';
}

/** Without a proxy the realm is it, and without both the name is (contract 5.1). */
function proxyOf(name: string, parameters: GatewayParameters, notes: ParameterNotes): string | NoGateway {
  const [parameter = 'proxy', source] =
    [...parameters].find(([key, { value }]) => key === 'proxy' && value !== '') ??
    [...parameters].find(([key, { value }]) => key === 'realm' && value !== '') ??
    [];
  if (source === undefined) return name;
  if (/^sips:/i.test(source.value)) return new NoGateway("its proxy begins with 'sips:'", source.from);
  if (!/^sip:/i.test(source.value)) return source.value;
  // With it From is malformed, and a ping never completes (contract 5.1).
  notes.remark(source.from, parameter, "carried over without its 'sip:', which breaks From and the pings");
  return source.value.slice(4);
}

function seconds(
  parameter: string,
  fallback: number,
  most: number,
  parameters: GatewayParameters,
  notes: ParameterNotes,
): number | null {
  const given = parameters.get(parameter);
  if (given === undefined) return null;
  const value = leadingInteger(given.value);
  if (value < 5) {
    notes.remark(
      given.from,
      parameter,
      `it is below 5, which FreeSWITCH reads as ${fallback}, its default: so it stays`,
    );
    return null;
  }
  if (value <= most) return value;
  notes.leaveOut(given.from, parameter, `it is above ${most}: FreeSWITCH's default, ${fallback}, holds instead`);
  return null;
}

/** Below 5 sofia does not ping at all; a negative number is read as one of 136 years. */
function pingSeconds(parameters: GatewayParameters, notes: ParameterNotes): number | null {
  const given = parameters.get('ping');
  const value = leadingInteger(given?.value ?? '');
  if (given === undefined || value === 0) return null;
  if (value >= 5 && value <= DAY) return value;
  const why = value < 5 ? 'FreeSWITCH takes none below 5 and does not ping' : `it is above ${DAY}`;
  notes.leaveOut(given.from, 'ping', `${why}: the gateway is not pinged`);
  return null;
}

function pingCounts(parameters: GatewayParameters, notes: ParameterNotes): TableRow {
  const least = parameters.get('ping-min');
  const most = parameters.get('ping-max');
  const min = least === undefined ? null : leadingInteger(least.value);
  const max = most === undefined ? null : leadingInteger(most.value);
  const isRight = (min ?? 1) >= 0 && (max ?? 1) >= 1 && (min ?? 1) <= (max ?? 1) && (max ?? 1) <= 1000;
  if (isRight) return { ping_min: min, ping_max: max };
  const why =
    'with these two the gateway would go down once and never come up again, or never go down: both default to 1';
  if (least !== undefined) notes.leaveOut(least.from, 'ping-min', why);
  if (most !== undefined) notes.leaveOut(most.from, 'ping-max', why);
  return { ping_min: null, ping_max: null };
}
