import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDocument } from '../../src/xml/plan-document.ts';
import { PlanWriter } from '../../src/xml/plan-writer.ts';
import { planCall, TWO_GATEWAYS } from '../support/plan-call.ts';

const id = fc.stringMatching(/^[a-z0-9-]{1,40}$/);

describe('what is written from templates', () => {
  it('is what is written as a whole, for every plan, again and again', () => {
    const inventory = fc.record({
      names: fc.uniqueArray(fc.constantFrom('gw3', 'x-pre-process', 'A.b_c-9', '0123'), { maxLength: 3 }),
      attempts: fc.integer({ min: 1, max: 4 }),
      seconds: fc.integer({ min: 1, max: 90 }),
      caller: fc.constantFrom('NULL', "'+4930'", "'x-pre-process'"),
      charset: fc.constantFrom('digits', 'user'),
      dialled: fc.constantFrom('1004', '+49*#1', 'x-pre-process', '#'),
      chooser: fc.constantFrom('trunkhunt', 'mod_distributor'),
    });
    const writer = new PlanWriter();
    fc.assert(
      fc.property(inventory, fc.array(id, { minLength: 1, maxLength: 4 }), (it, ids) => {
        const more = it.names.map(
          (name) => `INSERT INTO gateways (name, proxy) VALUES ('${name}', 'h');
            INSERT INTO gateway_group_members (group_name, gateway) VALUES ('2gw', '${name}');`,
        );
        const dialled = it.charset === 'digits' && /[a-z]/.test(it.dialled) ? '1004' : it.dialled;
        const plan = planCall(`${TWO_GATEWAYS}${more.join('')}
          UPDATE gateway_groups SET max_attempts = ${it.attempts}, answer_timeout_seconds = ${it.seconds}, chooser = '${it.chooser}';
          UPDATE routes SET caller_id_number = ${it.caller}, destination_charset = '${it.charset}', dial_number = '${dialled}';`);
        for (const decisionId of ids) expect(writer.write(plan, decisionId)).toBe(planDocument(plan, decisionId));
      }),
      { numRuns: 40 },
    );
  });

  it('is right where the route has the characters that stand for places', () => {
    const writer = new PlanWriter();
    const plan = planCall(`${TWO_GATEWAYS} UPDATE routes SET name = '\ue000\ue001\ue002', caller_id_name = '\ue001';`);
    expect(writer.write(plan, 'd-1')).toBe(planDocument(plan, 'd-1'));
    expect(writer.write(plan, 'd-2')).toBe(planDocument(plan, 'd-2'));
  });
});
