import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LeftOut, Reading } from '../../src/import/reading.ts';
import { isProblem } from '../../src/errors/finding.ts';
import { routeNumber } from '../../src/routing/route-number.ts';
import { escapeText } from '../../src/xml/escape-text.ts';
import { compileReading } from '../support/apply-reading.ts';
import { buildCall } from '../support/build-call.ts';
import { plainGateways, readTree, said } from '../support/read-tree.ts';

const GATEWAYS = plainGateways('a', 'b', 'c');

interface Written {
  readonly conditions?: string;
  readonly expression?: string;
  readonly actions: string;
}

/** Reads a dialplan of one extension, named x, in context c. */
function readExtension({ conditions = '', expression = '^(.*)$', actions }: Written): Reading {
  const written = escapeText(expression).replaceAll('&#36;', '$').replaceAll('$${', '&#36;${');
  const dialplan = `<context name="c"><extension name="x">
${conditions}
<condition field="destination_number" expression="${written}">
${actions}
</condition></extension></context>`;
  const distributor = '<list name="l"><node name="a" weight="1"/><node name="b" weight="2"/></list>';
  return readTree({ profiles: GATEWAYS, dialplan, distributor });
}

const bridge = (data: string, more = ''): string => `<action application="bridge" data="${data}" ${more}/>`;
const set = (data: string): string => `<action application="set" data="${data}"/>`;
const row = (reading: Reading, table: string): Readonly<Record<string, unknown>> | undefined =>
  reading.rows.find((proposed) => proposed.table === table && proposed.row['name'] !== 'l')?.row ??
  reading.rows.find((proposed) => proposed.table === table)?.row;
const route = (reading: Reading): Readonly<Record<string, unknown>> | undefined => row(reading, 'routes');
const reasons = ({ leftOut }: { readonly leftOut: readonly LeftOut[] }): string => said(leftOut).join('\n');

describe('an expression on the called number', () => {
  it.each<[string, string, Readonly<Record<string, unknown>> | undefined]>([
    ['^49', '${destination_number}', { destination_prefix: '49', strip_digits: 0, add_prefix: '' }],
    ['^\\+49(.*)$', '0$1', { destination_prefix: '+49', strip_digits: 3, add_prefix: '0' }],
    ['^(49.*)$', '00$1', { destination_prefix: '49', strip_digits: 0, add_prefix: '00' }],
    ['^9(.*)', '$1', { destination_prefix: '9', strip_digits: 1, add_prefix: '' }],
    ['', '5${destination_number:2}', { strip_digits: 2, add_prefix: '5' }],
    ['(.*)', '$1', { strip_digits: 0, add_prefix: '' }],
    ['^(.+)$', '$1', { destination_pattern: '^(.+)$', strip_digits: 0 }],
    ['^9?(\\d+)$', '$1', { destination_pattern: '^9?(\\d+)$', dial_number: '$1' }],
    ['^(\\d{3})(\\d+)$', '$2$1', { destination_pattern: '^(\\d{3})(\\d+)$', dial_number: '$2$1' }],
    ['^(49)(.*)$', '00$1$2', { destination_pattern: '^(49)(.*)$', dial_number: '00$1$2' }],
    ['^49|^33', '${destination_number}', { destination_pattern: '^49|^33', strip_digits: 0 }],
    ['^(911|112)$', '$1', { destination_pattern: '^(911|112)$', strip_digits: 0 }],
    ['^112$', '+49112', { destination_pattern: '^112$', dial_number: '+49112' }],
    ['/^ABC(.*)$/i', '$1', { destination_pattern: '(?i)^ABC(.*)$', destination_charset: 'user' }],
    ['^sip-(\\w+)$', '$1', { destination_pattern: '^sip-(\\w+)$', destination_charset: 'user', strip_digits: 4 }],
    ['^\\d{5}$', '$0', undefined],
    ['^(\\d{5})$', '$0', { strip_digits: 0, destination_pattern: '^(\\d{5})$' }],
  ])('%j dialling %j', (expression, dialled, expected) => {
    const found = route(readExtension({ expression, actions: bridge(`sofia/gateway/a/${dialled}`) }));
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });

  it.each([
    ['^(?=49)', "none in RE2's syntax"],
    ['^(\\d)\\1$', "none in RE2's syntax"],
    ['^(\\d++)$', "none in RE2's syntax"],
    ['_9NXXXXXX', "Asterisk's syntax"],
    ['/^9', 'lacks the closing /'],
    ['/^9/x', "flags 'x'"],
    ['^${x}$', 'holds a variable'],
    [`^(${'a'.repeat(600)})$`, 'the inventory takes no such value (routes.destination_pattern'],
  ])('%j is left out', (expression, why) => {
    const reading = readExtension({ expression, actions: bridge('sofia/gateway/a/$1') });
    expect(route(reading)).toBeUndefined();
    expect(reasons(reading)).toContain(why);
    expect(reading.rows.filter(({ table }) => table === 'gateway_groups')).toHaveLength(1);
  });

  it('and a dial string together take and dial what they did', () => {
    const literal = fc.constantFrom('', '9', '49', '\\+49', '00', '\\*7', '1-');
    const tail = fc.constantFrom(
      '',
      '.*',
      '(.*)',
      '(.*)$',
      '$',
      '(\\d+)$',
      '(\\d{3,})$',
      '(\\d)(\\d*)$',
      '[0-5](.*)$',
      '?(\\d+)$',
    );
    const template = fc.constantFrom(
      '$1',
      '00$1',
      '$2',
      '$2$1',
      '${destination_number}',
      '7${destination_number:2}',
      '5000',
      '$0',
      '+$1',
    );
    const number = fc
      .array(fc.constantFrom('0', '1', '4', '9', '+', '*', '-', '7'), { minLength: 1, maxLength: 9 })
      .map((digits) => digits.join(''));
    let taken = 0;
    fc.assert(
      fc.property(
        literal,
        tail,
        template,
        fc.array(number, { minLength: 1, maxLength: 6 }),
        (begin, rest, dialled, numbers) => {
          const expression = `^${begin}${rest}`;
          fc.pre(expression !== '^?(\\d+)$');
          const reading = readExtension({ expression, actions: bridge(`sofia/gateway/a/${dialled}`) });
          if (route(reading) === undefined) return;
          taken += 1;
          const { snapshot, findings } = compileReading(reading);
          expect(findings.filter(isProblem)).toEqual([]);
          for (const called of numbers) {
            const call = buildCall({ number: called, context: 'c' });
            const compiled = snapshot!.routes.match(call);
            const match = new RegExp(expression).exec(called);
            expect(compiled !== undefined).toBe(match !== null);
            if (match === null || compiled === undefined) continue;
            const wanted = dialled
              .replace(/\$\{destination_number(?::(\d))?\}/, (_, from: string | undefined) =>
                called.slice(Number(from ?? 0)),
              )
              .replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
            const routed = routeNumber(compiled, call);
            if (typeof routed !== 'string') expect(routed.text).toBe(wanted);
          }
        },
      ),
      { numRuns: 120 },
    );
    expect(taken).toBeGreaterThan(40);
  });
});

describe('other conditions', () => {
  it.each([
    ['network_addr', '^192\\.0\\.2\\.7$', { source_network: '192.0.2.7/32' }],
    ['network_addr', '^10\\.', { source_network: '10.0.0.0/8' }],
    ['${network_addr}', '^172\\.16\\.', { source_network: '172.16.0.0/16' }],
    ['${acl(${network_addr} 192.0.2.0/25)}', '^true$', { source_network: '192.0.2.0/25' }],
    ['caller_id_number', '^\\+49', { caller_pattern: '^\\+49' }],
    ['${caller_id_number}', '1$', { caller_pattern: '1$' }],
    ['${sip_h_X-Tenant}', '^.+$', { header_name: 'X-Tenant', header_pattern: '^.+$' }],
    ['context', '^c$', { context: 'c' }],
    ['destination_number', '^4', { destination_prefix: '4' }],
  ])('%s %s', (field, expression, expected) => {
    const conditions = `<condition field="${field}" expression="${expression}"/>`;
    expect(route(readExtension({ conditions, actions: bridge('sofia/gateway/a/$1') }))).toMatchObject(expected);
  });

  it.each([
    ['<condition field="network_addr" expression="^192\\.0\\.2\\.7"/>', 'none of one address or network'],
    ['<condition field="network_addr" expression="^300\\."/>', 'none of one address or network'],
    ['<condition field="${toll_allow}" expression="local"/>', "it looks at '${toll_allow}'"],
    ['<condition field="ani" expression="1"/>', "it looks at 'ani'"],
    ['<condition field="${sip_h_X-A}" expression="^$"/>', 'takes calls without the header'],
    ['<condition field="context" expression="^other$"/>', "another context than 'c', so it is never taken"],
    ['<condition wday="2-6"/>', 'it depends on the time'],
    ['<condition field="destination_number" expression="^1" break="on-true"/>', 'break="on-true"'],
    [
      '<condition field="destination_number" expression="^1"><action application="log" data="x"/></condition>',
      'even where those fail',
    ],
    ['<condition><condition/></condition>', 'conditions within conditions'],
    [
      '<condition field="caller_id_number" expression="1"/><condition field="caller_id_number" expression="2"/>',
      'two conditions for caller_pattern',
    ],
    [
      '<condition field="destination_number" expression="^(1)"/><condition field="destination_number" expression="^(\\d)$"/>\n<condition field="destination_number" expression="^(\\d\\d)$"/>',
      'two conditions for destination_pattern',
    ],
  ])('%s is left out', (conditions, why) => {
    const reading = readExtension({ conditions, actions: bridge('sofia/gateway/a/5') });
    expect(route(reading)).toBeUndefined();
    expect(reasons(reading)).toContain(why);
  });

  it('captures are those of the last condition alone', () => {
    const conditions = '<condition field="destination_number" expression="^(4)(.*)$"/>';
    const dialplan = `<context name="c"><extension name="x">${conditions}<condition field="caller_id_number" expression="^(1)"><action application="bridge" data="sofia/gateway/a/$2"/></condition></extension></context>`;
    expect(reasons(readTree({ profiles: GATEWAYS, dialplan }))).toContain('captures nothing of the called number');
  });
});

describe('actions', () => {
  const DISTRIBUTOR = [
    '${distributor(l)}',
    '${distributor l}',
    '${expand(distributor l ${sofia(profile external gwlist down)})}',
    '${distributor(l ${sofia(profile external gwlist down)} ${sofia(profile internal gwlist down)})}',
  ];

  it.each(DISTRIBUTOR)('%s is the group of the list', (asked) => {
    const reading = readExtension({ actions: bridge(`sofia/gateway/${asked}/$1`, 'loop="4"') });
    expect(route(reading)).toMatchObject({ group_name: 'l' });
    const groups = reading.rows.filter(({ table }) => table === 'gateway_groups').map((proposed) => proposed.row);
    expect(groups).toEqual([{ name: 'l', strategy: 'weighted', max_attempts: 4 }]);
  });

  it.each(DISTRIBUTOR)('%s may be kept in a variable', (asked) => {
    const reading = readExtension({ actions: set(`gw=${asked}`) + bridge('sofia/gateway/${gw}/$1') });
    expect(route(reading)).toMatchObject({ group_name: 'l' });
    const application = '<action application="distributor" data="l"/>';
    expect(route(readExtension({ actions: application + bridge('sofia/gateway/${DISTRIBUTOR}/$1') }))).toBeDefined();
  });

  it.each([
    [set('continue_on_fail=true'), 'USER_BUSY', 'next'],
    [set('continue_on_fail=18'), 'USER_BUSY', 'next'],
    [set('continue_on_fail=user_busy,41'), 'USER_BUSY', 'next'],
    [set('continue_on_fail=user_busy,41'), 'SWITCH_CONGESTION', 'stop'],
    [set('continue_on_fail=false'), 'NORMAL_TEMPORARY_FAILURE', 'stop'],
    [set('failure_causes=USER_BUSY'), 'CALL_REJECTED', 'next'],
    [set('failure_causes=NORMAL_TEMPORARY_FAILURE'), 'NORMAL_TEMPORARY_FAILURE', 'stop'],
    [set('continue_on_fail=true') + set('continue_on_fail='), 'NO_ANSWER', 'next'],
  ])('%s: %s is %s', (settings, cause, action) => {
    const reading = readExtension({ actions: settings + bridge('sofia/gateway/a/$1') + bridge('sofia/gateway/b/$1') });
    const own = reading.rows.flatMap((proposed) => (proposed.table === 'group_failover_causes' ? [proposed.row] : []));
    expect(own).toContainEqual({ group_name: 'x', cause, action });
  });

  it('call a gateway once that they name twice, and say so', () => {
    const reading = readExtension({ actions: bridge('sofia/gateway/a/$1', 'loop="3"') });
    expect(row(reading, 'gateway_groups')).toMatchObject({ name: 'x', max_attempts: 1 });
    expect(said(reading.remarks).join('\n')).toContain('a served plan tries each gateway once');
  });

  it.each([
    [bridge('sofia/gateway/a/$1,sofia/gateway/b/$1'), 'rings several gateways at once (,)'],
    [bridge('sofia/gateway/a/$1:_:sofia/gateway/b/$1'), 'rings several gateways at once (:_:)'],
    [bridge('[a=1|2]sofia/gateway/a/$1'), 'FreeSWITCH reads as two legs'],
    [bridge('{^^:a=b}sofia/gateway/a/$1'), 'a delimiter of their own'],
    [bridge('{a=${b}}sofia/gateway/a/$1'), 'whose values only a call knows'],
    [bridge('&lt;a=b&gt;sofia/gateway/a/$1'), 'variables in < >'],
    [bridge("sofia/gateway/a/'$1'"), 'quotes or backslashes'],
    [bridge('sofia/gateway/a/$1|user/1000'), "it calls 'user/1000'"],
    [bridge('sofia/gateway/a/$1') + bridge('sofia/external/$1@192.0.2.1'), "it calls 'sofia/external'"],
    [bridge('sofia/gateway/a'), 'no number after the gateway'],
    [bridge('sofia/gateway/a/$1|sofia/gateway/b/9$1'), 'different numbers at different gateways'],
    [bridge('[leg_timeout=5]sofia/gateway/a/$1|sofia/gateway/b/$1'), 'it has different timeouts'],
    [set('call_timeout=9') + bridge('sofia/gateway/a/$1|sofia/gateway/b/$1'), 'one of all gateways together'],
    [bridge('sofia/gateway/${distributor(l)}/$1|sofia/gateway/c/$1'), 'a list and gateways by name'],
    [bridge('sofia/gateway/${distributor(l a)}/$1'), 'only a call knows'],
    [bridge('sofia/gateway/a/$3'), 'there is no such capture'],
    [bridge('sofia/gateway/a/$1;transport=tcp'), 'more than a number'],
    [bridge('sofia/gateway/a/${destination_number}#'), 'something after the number'],
    [set('x=y') + bridge('sofia/gateway/a/$1'), "it sets 'x'"],
    [
      set('effective_caller_id_name=a|b') + bridge('sofia/gateway/a/$1'),
      'the inventory takes no such value (routes.caller_id_name',
    ],
    [
      bridge('sofia/gateway/a/$1') + set('effective_caller_id_number=1') + bridge('sofia/gateway/b/$1'),
      'between two gateways',
    ],
    [
      bridge('sofia/gateway/a/$1') + '<action application="hangup"/>' + bridge('sofia/gateway/b/$1'),
      'after the call has ended',
    ],
    ['<action application="hangup" data="sofia/gateway/"/>', 'picks no gateway'],
    [
      set('continue_on_fail=17,18') +
        bridge('sofia/gateway/a/$1') +
        set('continue_on_fail=true') +
        bridge('sofia/gateway/b/$1') +
        bridge('sofia/gateway/c/$1'),
      'one policy',
    ],
  ])('%s is left out', (actions, why) => {
    const reading = readExtension({ actions });
    expect(route(reading)).toBeUndefined();
    expect(reasons(reading)).toContain(why);
  });

  it('take timeouts and caller ids from where they stand', () => {
    const reading = readExtension({
      actions: bridge(
        '{originate_timeout=30,origination_caller_id_number=4930}[leg_timeout=40,progress_timeout=5]sofia/gateway/a/$1',
      ),
    });
    expect(row(reading, 'gateway_groups')).toMatchObject({ answer_timeout_seconds: 30, progress_timeout_seconds: 5 });
    expect(route(reading)).toMatchObject({ caller_id_number: '4930' });
  });
});
