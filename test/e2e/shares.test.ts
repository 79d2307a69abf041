import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { recordedRequest } from '../support/recorded-request.ts';
import { runPlan } from '../support/run-plan.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const CALLS = 1_000;
const WEIGHTS: Readonly<Record<string, number>> = { gw1: 3, gw2: 2, gw3: 1 };

const countOf = (names: readonly (string | undefined)[], name: string) => names.filter((it) => it === name).length;

/** Holds that every name got its share to within less than one call. */
function expectShares(names: readonly (string | undefined)[], weights: Readonly<Record<string, number>>): void {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const [name, weight] of Object.entries(weights)) {
    const due = (weight / total) * names.length;
    expect([name, Math.abs(countOf(names, name) - due) < 1]).toEqual([name, true]);
  }
}

describe('a thousand calls over a group of 3 : 2 : 1', () => {
  let server: TestServer;
  const plans: string[][] = [];

  beforeAll(async () => {
    server = await startServer(`
      INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2'), ('gw3', '192.0.2.3');
      INSERT INTO gateway_groups (name) VALUES ('g');
      INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'gw1', 3), ('g', 'gw2', 2), ('g', 'gw3', 1);
      INSERT INTO routes (context, group_name) VALUES ('public', 'g');
      INSERT INTO switches (hostname) VALUES ('vm');`);
    const request = recordedRequest('dialplan-9980');
    for (let call = 0; call < CALLS; call += 1) {
      const { legs } = readPlan(readAnswer((await sendRaw(server.port, request)).body), 'public');
      plans.push(legs.map(({ gateway }) => gateway));
    }
  });
  afterAll(() => server.stop());

  it('each plan has every gateway once', () => {
    for (const plan of plans) expect([...plan].sort()).toEqual(['gw1', 'gw2', 'gw3']);
  });

  it('first choices are exact after every whole round, and never off by a call', () => {
    const first = plans.map(([gateway]) => gateway);
    for (let calls = 1; calls <= CALLS; calls += 1) expectShares(first.slice(0, calls), WEIGHTS);
    const rounds = first.slice(0, 996);
    expect(Object.keys(WEIGHTS).map((name) => countOf(rounds, name))).toEqual([498, 332, 166]);
  });

  it.each(Object.keys(WEIGHTS))('the second choices of calls that go to %s first are shared by weight', (name) => {
    const seconds = plans.filter(([first]) => first === name).map(([, second]) => second);
    const others = Object.fromEntries(Object.entries(WEIGHTS).filter(([other]) => other !== name));
    for (let calls = 1; calls <= seconds.length; calls += 1) expectShares(seconds.slice(0, calls), others);
  });

  it('/metrics has the same counts', async () => {
    const { body } = await sendRaw(
      server.port,
      lookupRequest({ method: 'GET', path: '/metrics', headers: ['Connection: close'] }),
    );
    const samples = parseMetrics(body.toString());
    for (const gateway of Object.keys(WEIGHTS)) {
      for (const attempt of [1, 2, 3]) {
        const labels = { group: 'g', gateway, attempt: String(attempt) };
        const places = plans.map((plan) => plan[attempt - 1]);
        expect(sampleValue(samples, 'trunkhunt_gateway_selected_total', labels)).toBe(countOf(places, gateway));
      }
    }
    expect(sampleValue(samples, 'trunkhunt_decisions_total', { group: 'g', outcome: 'planned' })).toBe(CALLS);
    const served = { section: 'dialplan', result: 'served', switch: 'vm' };
    expect(sampleValue(samples, 'trunkhunt_xml_requests_total', served)).toBe(CALLS);
    const timed = sampleValue(samples, 'trunkhunt_xml_request_duration_seconds_count', { section: 'dialplan' });
    expect(timed).toBe(CALLS);
  });

  it('an answer names its own decision on every leg, and the place of the leg', async () => {
    const ask = async () =>
      readPlan(readAnswer((await sendRaw(server.port, recordedRequest('dialplan-9980'))).body), 'public').legs;
    const [one, two] = [await ask(), await ask()];
    expect(one.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(one.map(({ decision }) => decision)).size).toBe(1);
    expect(one[0]?.decision).not.toBe(two[0]?.decision);
  });

  it('the calls of a gateway that fails spread over the others as the weights say', async () => {
    const answered: string[] = [];
    for (let call = 0; call < 300; call += 1) {
      const { body } = await sendRaw(server.port, recordedRequest('dialplan-9980'));
      const { actions } = readPlan(readAnswer(body), 'public');
      const run = runPlan(actions, (gateway) => (gateway === 'gw1' ? 'GATEWAY_DOWN' : 'answer'));
      answered.push(run.tried.at(-1)!);
      expect(run.outcome).toBe('answered');
    }
    // Two schedulers share: each is off by less than one call.
    expect(Math.abs(countOf(answered, 'gw2') - 200)).toBeLessThan(2);
  });
});
