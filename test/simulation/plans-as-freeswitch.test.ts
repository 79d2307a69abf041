import fc from 'fast-check';
import { expect, it } from 'vitest';

import { decide, nothingLearned } from '../../src/routing/decide.ts';
import { GatewayScript } from '../../src/simulation/gateway-script.ts';
import { fateOf } from '../../src/simulation/leg-fate.ts';
import { requestOf } from '../../src/simulation/simulated-call.ts';
import { SimulatedWorld } from '../../src/simulation/simulated-world.ts';
import { planDocument } from '../../src/xml/plan-document.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { readDocument } from '../support/read-document.ts';
import { readPlan } from '../support/read-plan.ts';
import { runPlan } from '../support/run-plan.ts';
import { scriptOf, simulatedCall } from './simulated-calls.ts';

const GATEWAYS = ['a', 'b', 'c', 'd'];
const answers = fc.constantFrom(
  ...['answer', '503', '486', '480', '404', '502', 'down', 'silent', 'NO_ANSWER', 'INVALID_GATEWAY'],
);

it('tries the same gateways as FreeSWITCH does with the document of the plan, and ends with the same cause', () => {
  fc.assert(
    fc.property(
      fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        maxAttempts: fc.integer({ min: 1, max: 4 }),
        chooser: fc.constantFrom('trunkhunt' as const, 'mod_distributor' as const),
        causes: fc.subarray([
          'NORMAL_TEMPORARY_FAILURE',
          'NETWORK_OUT_OF_ORDER',
          'NO_USER_RESPONSE',
          'GATEWAY_DOWN',
          'PROGRESS_TIMEOUT',
        ]),
        answers: fc.tuple(answers, answers, answers, answers),
      }),
      ({ count, maxAttempts, chooser, causes, answers: given }) => {
        const members = Object.fromEntries(GATEWAYS.slice(0, count).map((name, at) => [name, count - at]));
        const snapshot = buildSnapshot({
          groups: { g: { members, maxAttempts, chooser } },
          routes: [{}],
          failoverCauses: Object.fromEntries(causes.map((cause) => [cause, 'next' as const])),
        });
        const rules = scriptOf(given.flatMap((what, at) => (what === 'answer' ? [] : [`${GATEWAYS[at]!}=${what}`])));
        const script = new GatewayScript(rules, 1);
        const tried: string[] = [];
        let end: { readonly servedBy: string | undefined; readonly cause: string } | undefined;
        const ignore = (): void => undefined;
        const world = new SimulatedWorld({
          ...{ snapshot, script, seed: 1, callSeconds: 60 },
          observer: {
            decided: ignore,
            healthChanged: ignore,
            foundFull: ignore,
            tried: (_group, gateway) => tried.push(gateway),
            ended: (_group, servedBy, cause) => (end = { servedBy, cause }),
          },
        });
        const call = requestOf(simulatedCall({ switch: 'fs1' }), 1, 0);
        world.call(() => call, 0);
        world.finish();

        const decision = decide(snapshot, nothingLearned(new Map()), call);
        if (decision.outcome !== 'planned') throw new Error(decision.outcome);
        const { group } = decision.route;
        const causesOf = (gateway: string): string => {
          // What mod_distributor says where all are excepted is no gateway.
          if (gateway === '-err') return 'INVALID_GATEWAY';
          const fate = fateOf(script.answerOf(gateway, { call: 1, seconds: 0 }), group);
          return fate.kind === 'answered' ? 'answer' : fate.cause;
        };
        // FreeSWITCH excepts those that it finds down; the first of the list is the heaviest.
        const down = rules.flatMap(({ gateway, answer }) => (answer.kind === 'down' ? [gateway] : []));
        const chosen = GATEWAYS.slice(0, count).find((name) => !down.includes(name)) ?? '-err';
        const { actions } = readPlan(readDocument(planDocument(decision, 'd-1')), 'default', 'digits');
        const run = runPlan(actions, causesOf, () => chosen);
        expect(tried).toEqual(run.tried.filter((gateway) => gateway !== '-err'));
        expect(end?.servedBy !== undefined).toBe(run.outcome === 'answered');
        if (typeof run.outcome === 'object' && 'hangupCause' in run.outcome)
          expect(end?.cause).toBe(run.outcome.hangupCause);
      },
    ),
    { numRuns: 400 },
  );
});
