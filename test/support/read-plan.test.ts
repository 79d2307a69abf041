import { describe, expect, it } from 'vitest';

import { readAnswer } from './read-answer.ts';
import { readPlan } from './read-plan.ts';

const bridge = '<action application="bridge" data="[leg_timeout=20]sofia/gateway/gw1/1004"/>';

function document(...actions: string[]): string {
  return `<document type="freeswitch/xml">
<section name="dialplan">
<context name="public">
<extension name="trunkhunt">
<condition>
${actions.join('\n')}
</condition>
</extension>
</context>
</section>
</document>`;
}

const read = (text: string) => readPlan(readAnswer(text), 'public');
const set = (data: string) => document(`<action application="set" data="${data}"/>`);

describe('plans it reads', () => {
  it('gives the actions and the legs', () => {
    const plan = read(
      document(
        '<action application="set" data="hangup_after_bridge=true"/>',
        '<action application="set" data="continue_on_fail=A,B"/>',
        bridge,
        '<action application="respond" data="503 Service Unavailable"/>',
      ),
    );
    expect(plan.actions.map(({ application, data }) => `${application} ${data}`)).toEqual([
      'set hangup_after_bridge=true',
      'set continue_on_fail=A,B',
      'bridge [leg_timeout=20]sofia/gateway/gw1/1004',
      'respond 503 Service Unavailable',
    ]);
    expect(plan.legs).toEqual([{ legTimeout: 20, outboundRedirectFatal: false, gateway: 'gw1', number: '1004' }]);
  });

  it.each([
    'trunkhunt_gateway=${expand(distributor carriers)}',
    'trunkhunt_gateway=${expand(distributor carriers gw1 gw2)}',
    'trunkhunt_gateway=${expand(distributor 2gw ${sofia(profile external gwlist down)})}',
    'trunkhunt_gateway=gw1',
    'effective_caller_id_name=Ann O&apos;Neill',
    'effective_caller_id_number=+491',
    'call_timeout=60',
  ])('sets %s', (data) => {
    expect(read(set(data)).actions).toHaveLength(1);
  });

  it('takes the context in any case', () => {
    expect(readPlan(readAnswer(document(bridge)), 'PUBLIC').legs).toHaveLength(1);
  });

  it('passes the character set on', () => {
    const root = readAnswer(document(bridge.replace('1004', 'bob')));
    expect(readPlan(root, 'public').legs).toHaveLength(1);
    expect(() => readPlan(root, 'public', 'digits')).toThrow('a number of digits');
  });
});

describe('plans it refuses', () => {
  const good = document(bridge);
  it.each([
    ['another section', good.replace('"dialplan"', '"directory"'), '<section> has the name "directory"'],
    ['another context', good.replace('"public"', '"default"'), '<context> has the name "default"'],
    ['two sections', good.replace('</section>', '</section>\n<section name="dialplan"/>'), 'exactly one <section>'],
    ['two contexts', good.replace('</context>', '</context>\n<context name="public"/>'), 'exactly one <context>'],
    ['two extensions', good.replace('</extension>', '</extension>\n<extension/>'), 'exactly one <extension>'],
    ['two conditions', good.replace('</condition>', '</condition>\n<condition/>'), 'exactly one <condition>'],
    ['no condition', good.replace(/<condition>[^]*<.condition>/, ''), 'holds nothing'],
    ['a continuing extension', good.replace('"trunkhunt"', '"t" continue="true"'), 'attributes continue'],
    ['a condition with a field', good.replace('<condition>', '<condition field="x">'), 'attributes field'],
    ['an anti-action', good.replace('<action', '<anti-action'), '<anti-action>'],
    ['an inline action', good.replace('<action', '<action inline="true"'), 'attributes inline'],
    ['a repeated action', good.replace('<action', '<action loop="2"'), 'attributes loop'],
    ['data as text', document('<action application="set">call_timeout=1</action>'), 'an empty <action>'],
    ['no data', document('<action application="hangup"/>'), 'no data'],
    ['stray text', good.replace('<condition>', '<condition>x'), 'holds the text "x'],
    ['another application', document('<action application="system" data="id"/>'), '"system" is not allowed'],
    ['another variable', set('api_hangup_hook=system id'), 'does not set one of'],
    ['no variable', set('call_timeout'), 'does not set one of'],
    ['an expansion', set('call_timeout=${system(id)}'), 'set has the data'],
    ['another expansion', set('trunkhunt_gateway=${expand(system id)}'), 'set has the data'],
    ['a nested expansion', set('trunkhunt_gateway=${expand(distributor ${system(id)})}'), 'set has the data'],
    ['a backslash', set('effective_caller_id_name=\\n'), 'set has the data'],
    ['a line feed', set('effective_caller_id_name=&#10;'), 'set has the data'],
    ['an odd status', document('<action application="respond" data="200 OK"/>'), 'respond has the data'],
    ['an odd cause', document('<action application="hangup" data="${x}"/>'), 'hangup has the data'],
    ['a second leg', good.replace('1004', '1004|sofia/gateway/gw3/9'), 'dial string, position'],
  ])('%s', (_what, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
