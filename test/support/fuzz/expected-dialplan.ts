import type { Cell, Row, Tables } from './fuzz-inventory.ts';

/** A dialplan request as FreeSWITCH means it. */
export interface AskedCall {
  readonly hostname: string;
  readonly context: string;
  readonly number: string;
  readonly caller: string;
  readonly callerName: string;
  readonly address: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** A gateway that may be called, with the number that it is to be called with. */
export interface Candidate {
  readonly tier: number;
  readonly weight: number;
  readonly number: string;
  readonly profile: string;
  readonly isWhereFrom: boolean;
}

export interface ExpectedPlan {
  readonly kind: 'plan';
  readonly route: Row;
  readonly group: Row;
  readonly charset: 'digits' | 'user';
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Names of the lowest tier's usable gateways, whatever their numbers. */
  readonly lowest: readonly string[];
  readonly continueOn: readonly string[];
  readonly callerNumber: string | undefined;
  readonly callerName: string | undefined;
}

export type Expected =
  | { readonly kind: 'not found' }
  | { readonly kind: 'refusal'; readonly route: Row; readonly statuses: readonly (484 | 503)[] }
  | ExpectedPlan;

const NUMBERS = { digits: /^[+]?[0-9*#]{1,64}$/, user: /^[+]?[0-9A-Za-z*#._-]{1,64}$/ };
const text = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));

/** RE2's dot is everything but a line feed; no pattern here has one in a class. */
const expression = (pattern: Cell | undefined): RegExp => new RegExp(text(pattern).replaceAll('.', '[^\\n]'), 'u');

/**
 * What the inventory asks for, worked out of its tables and the request alone: nothing here is shared with what decides
 * and writes. Patterns are such that JavaScript reads them as RE2 does.
 */
export function expectedDialplan(tables: Tables, call: AskedCall): Expected {
  const route = [...(tables['routes'] ?? [])].filter((it) => it['enabled'] === 1 && isMet(it, call)).sort(byPlace)[0];
  if (route === undefined) return { kind: 'not found' };
  const charset = route['destination_charset'] === 'user' ? 'user' : 'digits';
  const refused = (...statuses: (484 | 503)[]): Expected => ({ kind: 'refusal', route, statuses });
  if (!NUMBERS[charset].test(call.number)) return refused(484);
  const routed = routedNumber(route, call.number);
  if (!NUMBERS[charset].test(routed)) return refused(484);
  const usable = usableMembers(tables, text(route['group_name']), call.hostname);
  if (usable.length === 0) return refused(503);
  const candidates = new Map<string, Candidate>();
  for (const { member, gateway } of usable) {
    const number = route['dial_number'] === null ? ruled(routed, gateway) : routed;
    if (!NUMBERS[charset].test(number)) continue;
    candidates.set(text(gateway['name']), {
      tier: Number(member['tier']),
      weight: Number(member['weight']),
      number,
      profile: text(gateway['profile']),
      isWhereFrom: call.address !== '' && text(gateway['proxy']).split(/[:;]/)[0] === call.address,
    });
  }
  if (candidates.size === 0) return refused(484);
  const lowestTier = Math.min(...usable.map(({ member }) => Number(member['tier'])));
  return {
    kind: 'plan',
    route,
    group: (tables['gateway_groups'] ?? []).find(({ name }) => name === route['group_name']) ?? {},
    charset,
    candidates,
    lowest: usable.flatMap(({ member, gateway }) => (member['tier'] === lowestTier ? [text(gateway['name'])] : [])),
    continueOn: causesOf(tables, text(route['group_name'])),
    callerNumber: route['caller_id_number'] === null ? cleaned(call.caller, false) : text(route['caller_id_number']),
    callerName: route['caller_id_name'] === null ? cleaned(call.callerName, true) : text(route['caller_id_name']),
  };
}

function byPlace(a: Row, b: Row): number {
  return (
    Number(a['position']) - Number(b['position']) ||
    text(b['destination_prefix']).length - text(a['destination_prefix']).length ||
    Number(a['id']) - Number(b['id'])
  );
}

function isMet(route: Row, { context, number, caller, address, headers }: AskedCall): boolean {
  const matches = (pattern: Cell | undefined, value: string): boolean =>
    pattern === null || expression(pattern).test(value);
  const short = (pattern: Cell | undefined, value: string): boolean =>
    pattern === null || (value.length <= 256 && matches(pattern, value));
  const header = headers.get(text(route['header_name']).toLowerCase());
  return (
    text(route['context']).toLowerCase() === context.toLowerCase() &&
    number.startsWith(text(route['destination_prefix'])) &&
    matches(route['destination_pattern'], number.slice(0, 256)) &&
    short(route['caller_pattern'], caller) &&
    isWithin(route['source_network'], address) &&
    (route['header_name'] === null || (header !== undefined && short(route['header_pattern'], header)))
  );
}

function isWithin(network: Cell | undefined, address: string): boolean {
  if (network === null) return true;
  const bits = (parts: string): number => parts.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (!/^(?:(?:0|[1-9][0-9]{0,2})(?:\.|$)){4}$/.test(address) || address.split('.').some((it) => Number(it) > 255))
    return false;
  const [base = '', length = ''] = text(network).split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(bits(address) / size) === Math.floor(bits(base) / size);
}

function ruled(number: string, rules: Row): string {
  return text(rules['add_prefix']) + number.slice(Number(rules['strip_digits']));
}

function routedNumber(route: Row, number: string): string {
  if (route['dial_number'] === null) return ruled(number, route);
  const captures =
    route['destination_pattern'] === null
      ? []
      : (expression(route['destination_pattern']).exec(number.slice(0, 256)) ?? []);
  let out = '';
  const template = text(route['dial_number']);
  for (let at = 0; at < template.length; at += 1) {
    const digit = Number(template[at + 1]);
    if (template[at] !== '$' || !(digit >= 1 && digit <= 9)) out += template[at] ?? '';
    else {
      out += captures[digit] ?? '';
      at += 1;
    }
  }
  return out;
}

/** The members of a group that a switch can call at all. */
export function usableMembers(
  tables: Tables,
  group: string,
  hostname: string,
): readonly { readonly member: Row; readonly gateway: Row }[] {
  return (tables['gateway_group_members'] ?? []).flatMap((member) => {
    if (member['group_name'] !== group || Number(member['weight']) <= 0) return [];
    const gateway = (tables['gateways'] ?? []).find(({ name }) => name === member['gateway']);
    return gateway?.['state'] === 'active' && isOn(tables, text(gateway['name']), hostname)
      ? [{ member, gateway }]
      : [];
  });
}

/** Whether a switch has a gateway: every switch, unless some are named. */
export function isOn(tables: Tables, gateway: string, hostname: string): boolean {
  const bound = (tables['gateway_switches'] ?? []).filter((it) => it['gateway'] === gateway);
  return bound.length === 0 || bound.some((it) => it['hostname'] === hostname);
}

function causesOf(tables: Tables, group: string): readonly string[] {
  const own = (tables['group_failover_causes'] ?? []).filter((it) => it['group_name'] === group);
  const common = (tables['failover_causes'] ?? []).filter(({ cause }) => own.every((it) => it['cause'] !== cause));
  return [...own, ...common].flatMap(({ cause, action }) => (action === 'next' ? [text(cause)] : [])).sort();
}

/** What is told of a caller who says something harmful, one character after the other; undefined where it does no harm. */
function cleaned(said: string, isName: boolean): string | undefined {
  const characters = Array.from(said);
  const code = (it: string): number => it.codePointAt(0) ?? 0;
  const isControl = (it: string): boolean => code(it) < 32 || (code(it) >= 127 && code(it) < 160);
  const harms = (it: string): boolean =>
    isName
      ? isControl(it) || '%"\\<>$\u2028\u2029\ufffd'.includes(it)
      : code(it) > 126 || (!/[0-9A-Za-z]/.test(it) && !'*#+._~!()&=-'.includes(it));
  if (!characters.some(harms) && characters.length <= 128) return undefined;
  let kept = '';
  for (const it of characters) {
    if (isName) kept += harms(it) || /\s/.test(it) || ",'{}[]|^;:/@".includes(it) ? ' ' : it;
    else if (it === '+' ? kept === '' : code(it) < 127 && (/[0-9A-Za-z]/.test(it) || '*#._-'.includes(it))) kept += it;
  }
  const words = isName
    ? kept
        .split(' ')
        .filter((word) => word !== '')
        .join(' ')
    : kept;
  const cut = Array.from(words).slice(0, 64).join('').trim();
  // A plus alone is no number; as a name it does no harm.
  if (cut !== '' && (isName || cut !== '+')) return cut;
  return isName ? '_undef_' : 'anonymous';
}
