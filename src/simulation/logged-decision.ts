import { canonicalAddress } from '../inventory/proxy-address.ts';

/** A decision as a server wrote it into its log. Masked digits of the call are 0 here. */
export interface LoggedDecision {
  readonly atMs: number;
  readonly switch: string;
  readonly context: string;
  readonly number: string;
  readonly caller: string;
  readonly source: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly outcome: 'planned' | 'no_route' | 'rejected_number' | 'no_gateway';
  readonly reason: string;
  /** '' = none. */
  readonly route: string;
  readonly group: string;
  /** As it was written: each `x` of it may be any digit where the call is masked. */
  readonly numberAfterRoute: string;
  readonly plan: readonly { readonly attempt: number; readonly gateway: string; readonly number: string }[];
  /** Whether digits of the number or the caller were masked. */
  readonly isMasked: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const OUTCOMES: readonly LoggedDecision['outcome'][] = ['planned', 'no_route', 'rejected_number', 'no_gateway'];

/** A number in which digits are masked: nothing but those, digits, and what stands between them. */
const MASKED = /^[0-9*#+ ()./x-]*x[0-9*#+ ()./x-]*$/;

/**
 * Reads one line of a decision log. Keys that are not known are passed over.
 * @returns undefined for a line of another kind; in words what is wrong with a line that is none at all
 */
export function readLoggedDecision(json: string): LoggedDecision | undefined | string {
  const fields = parseObject(json);
  if (fields === undefined) return 'it is no JSON object';
  if (fields['kind'] !== 'decision') {
    return typeof fields['kind'] === 'string' ? undefined : "it has no 'kind'";
  }
  const outcome = OUTCOMES.find((it) => it === fields['outcome']);
  if (outcome === undefined) return `its outcome is none of ${OUTCOMES.join(', ')}`;
  const wrong = ['number', 'context'].find((name) => typeof fields[name] !== 'string');
  if (wrong !== undefined) return `its ${wrong} is no text`;
  const atMs = Date.parse(textOf(fields, 'at'));
  if (Number.isNaN(atMs)) return "its 'at' is no time such as 2026-11-25T00:00:00.000Z";
  const [number, caller] = [textOf(fields, 'number'), textOf(fields, 'caller')];
  return {
    atMs,
    switch: textOf(fields, 'switch'),
    context: textOf(fields, 'context'),
    number: unmasked(number),
    caller: unmasked(caller),
    source: canonicalAddress(textOf(fields, 'source')) ?? '',
    headers: headersOf(fields['headers']),
    outcome,
    reason: textOf(fields, 'reason'),
    route: textOf(fields, 'route'),
    group: textOf(fields, 'group'),
    numberAfterRoute: textOf(fields, 'numberAfterRoute'),
    plan: planOf(fields['plan']),
    isMasked: MASKED.test(number) || MASKED.test(caller),
  };
}

/** Masked digits are lost; 0 stands for each, so that prefixes and lengths still count. */
function unmasked(number: string): string {
  return MASKED.test(number) ? number.replaceAll('x', '0') : number;
}

function headersOf(value: unknown): ReadonlyMap<string, string> {
  const fields = objectOf(value) ?? {};
  const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Map(texts.map(([name, text]) => [name.toLowerCase(), text]));
}

function planOf(value: unknown): LoggedDecision['plan'] {
  const legs: readonly unknown[] = Array.isArray(value) ? value : [];
  return legs.flatMap((leg, at) => {
    const fields = objectOf(leg);
    if (fields === undefined || typeof fields['gateway'] !== 'string') return [];
    const attempt = typeof fields['attempt'] === 'number' ? fields['attempt'] : at + 1;
    return [{ attempt, gateway: fields['gateway'], number: unmasked(textOf(fields, 'number')) }];
  });
}

function parseObject(json: string): Fields | undefined {
  try {
    return objectOf(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}
