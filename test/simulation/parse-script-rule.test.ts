import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FREESWITCH_CAUSES } from '../../src/inventory/freeswitch-causes.ts';
import { parseScriptRule } from '../../src/simulation/parse-script-rule.ts';

describe('a rule of a script', () => {
  it.each([
    ['gw1=50%', { gateway: 'gw1', share: 0.5, answer: { kind: 'status', status: 503 }, window: undefined }],
    [
      'gw1=50%@10-20',
      { share: 0.5, answer: { kind: 'status', status: 503 }, window: { unit: 'calls', from: 10, to: 20 } },
    ],
    ['gw1=503', { share: 1, answer: { kind: 'status', status: 503 } }],
    ['gw1=12.5%:480', { share: 0.125, answer: { kind: 'status', status: 480 } }],
    ['gw1=down', { share: 1, answer: { kind: 'down' } }],
    ['gw1=down@1000-2000', { answer: { kind: 'down' }, window: { unit: 'calls', from: 1000, to: 2000 } }],
    ['gw1=silent@60s-', { answer: { kind: 'silent' }, window: { unit: 'seconds', from: 60, to: Infinity } }],
    ['gw.1-b=user_busy@0s-5s', { gateway: 'gw.1-b', answer: { kind: 'cause', cause: 'USER_BUSY' } }],
  ])('%s', (text, rule) => {
    expect(parseScriptRule(text)).toMatchObject(rule);
  });

  it.each([
    ['gw1', 'GATEWAY=WHAT'],
    ['=503', 'GATEWAY=WHAT'],
    ['gw1=', "'' is neither"],
    ['gw1=dwn', "'dwn' is neither"],
    ['gw1=200', '200 is no SIP status from 400 to 699'],
    ['gw1=302', '302 is no SIP status'],
    ['gw1=0%', '0% is not more than 0'],
    ['gw1=101%:503', '101% is not more than 0 and at most 100'],
    ['gw1=50%:down', 'for all of its calls or for none'],
    ['gw1=50%503', "'50%503' is neither"],
    ['gw1=NORMAL_CLEARING', 'no failure'],
    ['gw1=503@', "'@' is not written as"],
    ['gw1=503@5', "'@5' is not written as"],
    ['gw1=503@5s-6', "'@5s-6' is not written as"],
    ['gw1=503@9-5', 'ends before it begins'],
  ])('that is wrong is told so: %s', (text, what) => {
    expect(parseScriptRule(text)).toContain(what);
  });

  it('takes every cause of FreeSWITCH, and no text makes it throw', () => {
    for (const cause of FREESWITCH_CAUSES) {
      if (!['NORMAL_CLEARING', 'SUCCESS'].includes(cause))
        expect(parseScriptRule(`a=${cause}`)).toMatchObject({ answer: { cause } });
    }
    const words = fc.constantFrom('a', '=', '%', ':', '@', '-', 's', '5', '503', 'down', '\n');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 9 }), (parts) => {
        const rule = parseScriptRule(parts.join(''));
        if (typeof rule === 'string') expect(rule).not.toBe('');
        else expect(rule.share).toBeGreaterThan(0);
      }),
    );
  });
});
