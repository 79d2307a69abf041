import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { localFiles } from '../../src/export/local-files.ts';
import { planDocument, refusalDocument } from '../../src/xml/plan-document.ts';
import { abnfIn, compileAbnf } from '../support/compile-abnf.ts';
import { actionLines, parseDialplanAnswer } from '../support/parse-dialplan-answer.ts';
import { parseLikeFreeswitch } from '../support/parse-like-freeswitch.ts';
import { planCall, TWO_GATEWAYS } from '../support/plan-call.ts';
import { preprocessLikeFreeswitch } from '../support/preprocess-like-freeswitch.ts';
import { readDocument } from '../support/read-document.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import type { XmlNode } from '../support/xml-node.ts';

const documentation = readFileSync(new URL('../../docs/dial-strings.md', import.meta.url), 'utf8');
const rule = compileAbnf(abnfIn(documentation));
const ANSWER = rule('answer');

/** What the grammar says in words only: both gateways of a leg that depends, and the name that no gateway has. */
const keepsItsWords = (lines: string): boolean =>
  [...lines.matchAll(/\$\{cond\(x\$\{trunkhunt_gateway\} == x(\S+) \? (\S+) : ([^ )]+)\)\}\//g)].every(
    ([, chosen, then, otherwise]) =>
      (chosen === '-err' && otherwise === '-err') || (chosen === otherwise && then !== chosen),
  );
const isParsed = (lines: string): boolean => {
  try {
    parseDialplanAnswer(lines);
    return true;
  } catch {
    return false;
  }
};
const isInGrammar = (lines: string): boolean => ANSWER.test(lines) && keepsItsWords(lines);

const planOf = (sql: string, number = '1004'): string =>
  actionLines(readDocument(planDocument(planCall(TWO_GATEWAYS + sql, number), 'd-1')), 'default');
const SAMPLES = [
  planOf(''),
  planOf("UPDATE routes SET caller_id_number = '+4930', caller_id_name = 'Zoë & Co'"),
  planOf("UPDATE gateway_groups SET chooser = 'mod_distributor'"),
  planOf("UPDATE gateway_groups SET chooser = 'mod_distributor', max_attempts = 1, answer_timeout_seconds = 20"),
  planOf("UPDATE gateway_groups SET max_attempts = 1; UPDATE routes SET destination_charset = 'user'", 'bob'),
  'respond 484\n',
];

/** Answers as the grammar makes them, whole legs of them put into others, and texts with anything changed. */
const generated = fc.oneof(
  { depthSize: 'small' },
  fc.stringMatching(ANSWER, { size: 'small' }),
  fc.constantFrom(...SAMPLES),
);
const piece = fc.oneof(
  fc.constantFrom(
    '|',
    ',',
    ':_:',
    '[',
    ']',
    '{',
    '${x}',
    '$1',
    '\\',
    "'",
    '\n',
    ' ',
    '/',
    '@',
    ';',
    '-err',
    '+',
    'é',
    '\0',
  ),
  fc.constantFrom(
    'set ',
    'bridge ',
    'export ',
    'respond 503\n',
    'set x=1\n',
    'unset x\n',
    ',x=1',
    '${trunkhunt_gateway}',
  ),
  fc.string({ maxLength: 3 }),
);
const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 12 }), piece);
const changed = fc.tuple(generated, fc.array(edit, { minLength: 1, maxLength: 2 })).map(([text, edits]) => {
  let out = text;
  for (const [place, length, put] of edits) {
    const at = Math.floor(place * out.length);
    out = out.slice(0, at) + put + out.slice(at + length);
  }
  return out;
});

describe('the grammar of the documentation', () => {
  it('is what the parser of the tests takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(generated, (lines) => {
        expect([lines, isParsed(lines)]).toEqual([lines, isInGrammar(lines)]);
        if (isParsed(lines)) taken += 1;
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(150);
  });

  it('is what the parser of the tests refuses everything else by', () => {
    let refused = 0;
    fc.assert(
      fc.property(changed, (lines) => {
        expect([lines, isParsed(lines)]).toEqual([lines, isInGrammar(lines)]);
        if (!isParsed(lines)) refused += 1;
      }),
      { numRuns: 4_000 },
    );
    expect(refused).toBeGreaterThan(1_500);
  });

  it.each(SAMPLES)('takes what is written: %j', (lines) => {
    expect(lines).toMatch(ANSWER);
    expect(() => parseDialplanAnswer(lines)).not.toThrow();
  });

  it.each([484, 503] as const)('takes a refusal with %d', (status) => {
    const { route } = planCall(TWO_GATEWAYS);
    const lines = actionLines(readDocument(refusalDocument(route, status)), 'default');
    expect(lines).toMatch(ANSWER);
    expect(parseDialplanAnswer(lines)).toEqual({ refusal: status });
  });

  it.each([
    ['a second leg', '/1004\n', '/1004|sofia/gateway/gw2/1\n'],
    ['another endpoint', 'sofia/gateway/', 'loopback/'],
    ['another application', 'bridge ', 'system '],
    ['another variable of a leg', ',leg_timeout', ',api_on_answer=x,leg_timeout'],
    ['another variable', 'set call_timeout', 'set api_hangup_hook'],
    ['a variable for all legs', 'bridge [', 'bridge {a=b}['],
    ['no limit of a leg', ',leg_timeout=60', ''],
    ['a redirect that is followed', ',outbound_redirect_fatal=true', ''],
    ['an export', 'set hangup', 'export hangup'],
    ['another refusal', 'respond 503', 'respond 200'],
    ['nothing after the last leg', 'respond 503\n', ''],
    ['a list without a look at who is down', ' ${sofia(profile external gwlist down)}', ''],
  ])('refuses %s', (_what, text, by) => {
    const sample = SAMPLES.find((it) => it.includes(text))!;
    const other = sample.replace(text, by);
    expect([ANSWER.test(other), isParsed(other)]).toEqual([false, false]);
  });

  it('has no rule that nothing uses', () => {
    const text = abnfIn(documentation).replace(/;.*$/gm, '');
    const names = [...text.matchAll(/^([a-z][a-z0-9-]*) +=/gm)].map(([, name = '']) => name);
    const uses = (name: string): number => text.match(new RegExp(`(?<![a-z-])${name}(?![a-z0-9=-])`, 'g'))?.length ?? 0;
    expect(names.length).toBeGreaterThan(25);
    expect(names.filter((name) => uses(name) === 1)).toEqual(['answer', 'local-action']);
  });
});

describe('the files of a switch on its own', () => {
  const LOCAL_ACTION = rule('local-action');
  const actionsOf = (node: XmlNode): readonly string[] => [
    ...(/^(?:anti-)?action$/.test(node.name)
      ? [`${node.attributes.get('application') ?? ''} ${node.attributes.get('data') ?? ''}`]
      : []),
    ...node.children.flatMap(actionsOf),
  ];

  it('say nothing but what the grammar has', () => {
    const tiers = `UPDATE gateway_group_members SET tier = 2 WHERE gateway = 'gw2';`;
    const inventory = fc.record({
      tier: fc.constantFrom('', tiers),
      strategy: fc.constantFrom('weighted', 'ordered'),
      attempts: fc.constantFrom(1, 2, 3),
      seconds: fc.constantFrom(20, 60, 3600),
      charset: fc.constantFrom('digits', 'user'),
      strip: fc.constantFrom(0, 2),
      prefix: fc.constantFrom('', '+49', 'x-pre.process'),
      dialled: fc.constantFrom('NULL', "'1004'", "'+49$1$2'"),
      name: fc.constantFrom('NULL', "'Zoë & Co'"),
    });
    const seen = new Set<string>();
    fc.assert(
      fc.property(inventory, (it) => {
        const prefix = it.charset === 'digits' && it.prefix.includes('x') ? '' : it.prefix;
        const made = temporaryInventory(`${TWO_GATEWAYS}
          INSERT INTO gateways (name, proxy, strip_digits, add_prefix) VALUES ('gw3', 'h', ${it.strip}, '${prefix}');
          INSERT INTO gateway_group_members (group_name, gateway) VALUES ('2gw', 'gw3'); ${it.tier}
          UPDATE gateway_groups SET strategy = '${it.strategy}', max_attempts = ${it.attempts}, answer_timeout_seconds = ${it.seconds};
          UPDATE routes SET destination_charset = '${it.charset}', destination_pattern = '^0?([0-9]*)([0-9])$', dial_number = ${it.dialled},
            caller_id_name = ${it.name}, caller_id_number = ${it.name === 'NULL' ? 'NULL' : "'+4930'"};`);
        const { files } = localFiles(made.compile().snapshot!, '');
        made.remove();
        const written = files.filter(({ path }) => path.startsWith('dialplan/default/'));
        expect(written).not.toEqual([]);
        for (const { content } of written) {
          const { text } = preprocessLikeFreeswitch(Buffer.from(`<include>\n${content}</include>\n`));
          const actions = actionsOf(
            parseLikeFreeswitch(Buffer.concat([Buffer.from('<x>'), Buffer.from(text), Buffer.from('</x>')])),
          );
          expect(actions).not.toEqual([]);
          for (const action of actions) expect(action).toMatch(LOCAL_ACTION);
          for (const action of actions) seen.add(action.replace(/=.*|gw\d|\d+$/g, ''));
        }
      }),
      { numRuns: 30 },
    );
    expect([...seen].sort()).toEqual(
      expect.arrayContaining(['set trunkhunt_tries', 'set trunkhunt_later', 'set trunkhunt_number']),
    );
  });
});
