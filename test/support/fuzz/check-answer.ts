import { actionLines, type Attempt, type DialplanPlan, parseDialplanAnswer } from '../parse-dialplan-answer.ts';
import { readAnswer } from '../read-answer.ts';
import type { XmlNode } from '../xml-node.ts';
import {
  expectedDirectory,
  expectedLists,
  expectedSofia,
  listsOf,
  NOT_FOUND,
  shapeOf,
  xmlText,
} from './expected-definitions.ts';
import { type AskedCall, expectedDialplan, type ExpectedPlan } from './expected-dialplan.ts';
import type { Tables } from './fuzz-inventory.ts';

/** The only decision that an answer may name. */
export const DECISION = 'f-1';

export type AnswerKind = 'plan' | 'refusal' | 'lists' | 'profiles' | 'gateways' | 'not found';

/**
 * Holds an answer to what the inventory asks for. Throws where FreeSWITCH would read anything else in it: another element,
 * application, variable, leg, gateway or number, or another answer.
 * @param form one character for each byte
 */
export function checkAnswer(tables: Tables, form: string, answer: string | Uint8Array, read = readAnswer): AnswerKind {
  const root = read(answer);
  const fields = fieldsOf(form);
  const asked = (name: string): string => fields.get(name) ?? '';
  const hostname = asked('hostname');
  const section = asked('section').toLowerCase();
  const same = (expected: string | undefined, kind: AnswerKind): AnswerKind => {
    const got = shapeOf(root);
    if (got !== (expected ?? NOT_FOUND)) throw new Error(`expected ${expected ?? 'not found'}, got ${got}`);
    return expected === undefined ? 'not found' : kind;
  };
  if (section === 'configuration' && asked('tag_name') === 'configuration' && asked('key_name') === 'name') {
    const file = asked('key_value').toLowerCase();
    if (file === 'sofia.conf') return same(expectedSofia(tables, asked('profile'), hostname), 'profiles');
    if (file !== 'distributor.conf') return same(undefined, 'lists');
    const text = (lists: ReadonlyMap<string, ReadonlySet<string>>): string =>
      JSON.stringify([...lists].map(([name, nodes]) => [name, [...nodes].sort()]).sort());
    const [got, wanted] = [listsOf(root), expectedLists(tables, hostname)].map(text);
    if (got !== wanted) throw new Error(`expected lists ${wanted ?? ''}, got ${got ?? ''}`);
    return 'lists';
  }
  if (section === 'directory') {
    const isOne =
      asked('tag_name') === 'domain' &&
      asked('key_name') === 'name' &&
      /^[A-Za-z0-9_.:[\]-]{1,255}$/.test(asked('key_value'));
    const isAsked = asked('purpose') === 'gateways' && asked('user') === '' && (asked('tag_name') === '' || isOne);
    const domain = asked('tag_name') === '' ? 'trunkhunt' : asked('key_value');
    return same(isAsked ? expectedDirectory(tables, asked('profile'), domain, hostname) : undefined, 'gateways');
  }
  if (section !== 'dialplan') return same(undefined, 'not found');
  return checkDialplan(tables, root, callOf(asked, fields), () => same(undefined, 'not found'));
}

function callOf(asked: (name: string) => string, fields: ReadonlyMap<string, string>): AskedCall {
  const hunted = (name: string): string => asked(`Hunt-${name}`) || asked(`Caller-${name}`);
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    const [, header] = /^variable_sip_h_(.*)$/s.exec(name) ?? [];
    if (header !== undefined && !headers.has(header.toLowerCase())) headers.set(header.toLowerCase(), value);
  }
  return {
    hostname: asked('hostname'),
    context: hunted('Context'),
    number: hunted('Destination-Number'),
    caller: hunted('Caller-ID-Number'),
    callerName: hunted('Caller-ID-Name'),
    address: hunted('Network-Addr'),
    headers,
  };
}

/** The first field of each name; all but the first five have `%XX` decoded (contract 1.3). */
function fieldsOf(form: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const pair of form.split('&')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (at === -1 || fields.has(name)) continue;
    const isRaw = ['hostname', 'section', 'tag_name', 'key_name', 'key_value'].includes(name);
    const bytes = isRaw
      ? pair.slice(at + 1)
      : pair.slice(at + 1).replace(/%[0-9a-f]{2}/gi, (it) => String.fromCharCode(Number(`0x${it.slice(1)}`)));
    fields.set(name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1')));
  }
  return fields;
}

function checkDialplan(tables: Tables, root: XmlNode, call: AskedCall, notFound: () => AnswerKind): AnswerKind {
  const expected = expectedDialplan(tables, call);
  if (expected.kind === 'not found') return notFound();
  const { route } = expected;
  const name = root.children[0]?.children[0]?.children[0]?.attributes.get('name');
  isSame('extension', name, xmlText(`trunkhunt ${String(route['name'] ?? `#${String(route['id'])}`)}`));
  const parsed = parseDialplanAnswer(
    actionLines(root, xmlText(String(route['context'])), expected.kind === 'plan' ? expected.charset : 'user'),
  );
  if (expected.kind === 'refusal') {
    if (!('refusal' in parsed) || !expected.statuses.includes(parsed.refusal))
      throw new Error(`expected a refusal with ${expected.statuses.join()}`);
    return 'refusal';
  }
  if ('refusal' in parsed) throw new Error('refused without a reason');
  checkPlan(parsed, expected);
  return 'plan';
}

function isSame(what: string, got: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: got ${a}, wanted ${b}`);
}

function checkPlan(plan: DialplanPlan, expected: ExpectedPlan): void {
  const { group, candidates, callerName, callerNumber } = expected;
  const timeout = Number(group['answer_timeout_seconds']);
  isSame('call_timeout', plan.callTimeout, timeout + 1 >= 60 ? timeout + 5 : undefined);
  isSame('caller number', plan.callerNumber, callerNumber);
  isSame('caller name', plan.callerName, callerName);
  const all = [...expected.continueOn, 'INVALID_GATEWAY', 'GATEWAY_DOWN'];
  for (const [at, attempt] of plan.attempts.entries()) {
    isSame('leg', [attempt.progressTimeout, attempt.timeout], [group['progress_timeout_seconds'], timeout]);
    isSame('attempt', [attempt.decision, attempt.attempt], [DECISION, at + 1]);
    const causes = [...(attempt.policy?.causes ?? []), ...(attempt.policy?.whereNobody ?? [])];
    isSame(
      'causes',
      causes.filter((cause) => !all.includes(cause)),
      [],
    );
  }
  const policies = plan.attempts.map(({ policy }) => policy).filter((it) => it !== undefined);
  isSame('last policy', policies.at(-1), { causes: ['INVALID_GATEWAY', 'GATEWAY_DOWN'] });
  if (plan.choice === undefined) checkLegs(plan.attempts, expected);
  else checkChosenLegs(plan.choice, plan.attempts, expected);
  for (const { called, number } of plan.attempts) {
    const numbers =
      called.kind === 'gateway'
        ? [candidates.get(called.gateway)?.number]
        : [...candidates.values()].map((it) => it.number);
    if (numbers.some((it) => it !== number)) throw new Error(`number ${number}, wanted ${numbers.join()}`);
  }
}

/** The gateways that the order of tiers and the callers's own address leave, and how many of them may be tried. */
function choosable({ candidates, continueOn, group }: ExpectedPlan): {
  readonly names: readonly string[];
  readonly limit: number;
} {
  const all = [...candidates];
  const elsewhere = all.filter(([, it]) => !it.isWhereFrom);
  const names = (elsewhere.length === 0 ? all : elsewhere).map(([name]) => name);
  return { names, limit: Math.min(names.length, continueOn.length === 0 ? 1 : Number(group['max_attempts'])) };
}

function checkLegs(attempts: readonly Attempt[], expected: ExpectedPlan): void {
  const { names, limit } = choosable(expected);
  const called = attempts.map(({ called: it }) => (it.kind === 'gateway' ? it.gateway : `?${it.kind}`));
  isSame(
    'strangers',
    called.filter((name) => !names.includes(name)),
    [],
  );
  isSame('legs', [called.length, new Set(called).size], [limit, limit]);
  const tiers = called.map((name) => expected.candidates.get(name)?.tier ?? 0);
  isSame(
    'tiers',
    tiers,
    [...tiers].sort((a, b) => a - b),
  );
  const left = names.filter((name) => !called.includes(name)).map((name) => expected.candidates.get(name)?.tier ?? 0);
  if (left.some((tier) => tier < (tiers.at(-1) ?? 0))) throw new Error('a later tier before an earlier one is used up');
}

function checkChosenLegs(
  choice: NonNullable<DialplanPlan['choice']>,
  attempts: readonly Attempt[],
  expected: ExpectedPlan,
): void {
  const { names, limit } = choosable(expected);
  const { candidates, group, lowest } = expected;
  isSame('chooser', [group['chooser'], choice.list], ['mod_distributor', group['name']]);
  isSame('profiles', choice.profiles, [...new Set(lowest.map((name) => candidates.get(name)?.profile ?? ''))].sort());
  isSame('exceptions', [...choice.exceptions].sort(), lowest.filter((name) => !names.includes(name)).sort());
  const [first, ...others] = attempts.map(({ called }) => called);
  isSame('first leg', first, { kind: 'chosen' });
  const gateways = others.flatMap((it) => (it.kind === 'gateway' || it.kind === 'unless_chosen' ? [it.gateway] : []));
  const spares = others.flatMap((it) =>
    it.kind === 'unless_chosen' || it.kind === 'where_nobody_chosen' ? [it.spare] : [],
  );
  isSame(
    'strangers',
    [...gateways, ...spares].filter((name) => !names.includes(name)),
    [],
  );
  isSame('called twice', new Set([...gateways, ...new Set(spares)]).size, gateways.length + new Set(spares).size);
  isSame('legs of ours', gateways.length + new Set(spares).size, limit);
  const kinds = others.map(({ kind }) => kind);
  const wanted = limit === 1 ? ['gateway'] : [...Array<string>(limit - 1).fill('unless_chosen'), 'where_nobody_chosen'];
  isSame('kinds', kinds, wanted);
}
