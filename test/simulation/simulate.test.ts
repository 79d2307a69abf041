import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { GroupReport, RunReport } from '../../src/simulation/run-report.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { buildSnapshot, type MemberPlan } from '../support/build-snapshot.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { groupWeights } from '../support/weight-arbitraries.ts';
import { simulated, simulatedCall } from './simulated-calls.ts';

const membersOf = (weights: readonly number[]): Record<string, MemberPlan> =>
  Object.fromEntries(weights.map((weight, at) => [`gw${at}`, weight]));

const snapshotOf = (weights: readonly number[]) =>
  buildSnapshot({ groups: { g: { members: membersOf(weights) } }, routes: [{}] });

/** Group `g` of four gateways, asked by a switch that is listened to. */
function watched(sql = '') {
  const { snapshot, findings } = temporaryInventory(`
    INSERT INTO gateways (name, proxy) VALUES ('a', '192.0.2.1'), ('b', '192.0.2.2'), ('c', '192.0.2.3'), ('d', '192.0.2.4');
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b'), ('g', 'c'), ('g', 'd');
    INSERT INTO routes (name, context, group_name) VALUES ('all', 'default', 'g');
    INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1'), ('fs2', NULL);
    ${sql}`).compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  return snapshot;
}

const groupIn = ({ groups }: RunReport): GroupReport => groups[0]!;
const gatewayIn = (report: RunReport, name: string) => groupIn(report).gateways.find((it) => it.gateway === name)!;

describe('shares', () => {
  it('add up, and nobody is ever a whole call from its target while members stay the same', async () => {
    const property = fc.asyncProperty(
      groupWeights({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 400 }),
      async (weights, count) => {
        const { today } = await simulated(snapshotOf(weights), { count });
        const { gateways, calls, largestDeviation } = groupIn(today);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        expect(calls).toBe(count);
        expect(gateways.reduce((sum, { firstChoices }) => sum + firstChoices, 0)).toBe(count);
        expect(gateways.reduce((sum, { served }) => sum + served, 0)).toBe(count);
        for (const key of ['target', 'firstShare', 'servedShare'] as const) {
          expect(gateways.reduce((sum, it) => sum + it[key], 0)).toBeCloseTo(1, 9);
        }
        for (const { weight, target } of gateways) expect(target).toBeCloseTo(weight / total, 9);
        expect(largestDeviation).toBeLessThan(1);
        expect(today).toMatchObject({
          planned: count,
          served: count,
          attempts: count,
          attemptsPerCall: 1,
          overflow: 0,
        });
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('stay within a call where FreeSWITCH walks a list, and calls of some are dealt separately', async () => {
    const lists = watched(
      "UPDATE gateway_groups SET chooser = 'mod_distributor'; UPDATE gateway_group_members SET weight = 3 WHERE gateway = 'a';",
    );
    const { today } = await simulated(lists, { count: 600 });
    expect(groupIn(today)).toMatchObject({ calls: 600, overflow: 0 });
    expect(gatewayIn(today, 'a').firstChoices).toBe(300);
    expect(today.largestDeviation).toBeLessThan(1);
    const mixed = await simulated(watched(), {
      calls: [simulatedCall(), simulatedCall({ source: '192.0.2.1' })],
      count: 600,
    });
    expect(gatewayIn(mixed.today, 'a').firstChoices).toBe(75);
    expect(mixed.today.largestDeviation).toBeLessThan(1);
  });

  it('of an ordered group all belong to the first', async () => {
    const { today } = await simulated(watched("UPDATE gateway_groups SET strategy = 'ordered';"));
    expect(gatewayIn(today, 'a')).toMatchObject({ target: 1, firstChoices: 100, largestDeviation: 0 });
  });
});

describe('the same request', () => {
  it('has the same result, and another seed another', async () => {
    const run = (seed: number) => simulated(watched(), { count: 500, fail: ['a=30%', 'b=5%:480'], seed });
    const first = JSON.stringify(await run(7));
    expect(JSON.stringify(await run(7))).toBe(first);
    expect(JSON.stringify(await run(8))).not.toBe(first);
  });

  it('to an identical proposal makes no difference, whatever fails', async () => {
    const rules = fc.subarray([
      'gw0=50%',
      'gw1=503@10-60',
      'gw1=down@2s-9s',
      'gw2=silent',
      'gw0=486',
      'gw2=10%:NO_ANSWER',
    ]);
    const property = fc.asyncProperty(groupWeights({ min: 3, max: 6 }), rules, async (weights, fail) => {
      const result = await simulated(snapshotOf(weights), { proposal: snapshotOf(weights), count: 120, fail });
      expect(result.proposal).toEqual(result.today);
      expect(result.differences).toEqual({
        ...{ any: 0, route: 0, group: 0, firstChoice: 0, plan: 0, number: 0, outcome: {} },
      });
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

describe('failures', () => {
  it('go on to the next gateway for the causes that say so, and to nobody for others', async () => {
    const refused = await simulated(watched(), { count: 8, fail: ['a=503'] });
    expect(refused.today).toMatchObject({ served: 8, attempts: 10, overflow: 2, largestDeviation: 0.75 });
    const busy = await simulated(watched(), { count: 8, fail: ['a=486'] });
    expect(busy.today).toMatchObject({ served: 6, attempts: 8, overflow: 0 });
    expect(groupIn(busy.today).unserved).toEqual({ USER_BUSY: 2 });
  });

  it('of everybody end with the last cause, after max_attempts', async () => {
    const { today } = await simulated(watched(), { count: 4, fail: ['a=503', 'b=500', 'c=502', 'd=503'] });
    expect(today).toMatchObject({ served: 0, attempts: 12, overflow: 4 });
    expect(Object.values(groupIn(today).unserved).reduce((sum, it) => sum + it, 0)).toBe(4);
  });

  it('teach: a gateway is ejected, tried again, and counted', async () => {
    const { today } = await simulated(watched(), { count: 2_000, fail: ['a=503'] });
    expect(gatewayIn(today, 'a').firstChoices).toBeLessThan(20);
    expect(today.health['a']).toMatchObject({
      ejected: expect.any(Number) as number,
      trial: expect.any(Number) as number,
    });
    expect(groupIn(today).trials).toBeGreaterThan(0);
    expect(today.served).toBe(2_000);
  });

  it('teach nothing where the switch is not listened to', async () => {
    const { today } = await simulated(watched(), {
      calls: [simulatedCall({ switch: 'fs2' })],
      count: 400,
      fail: ['a=503'],
    });
    expect(gatewayIn(today, 'a')).toMatchObject({ firstChoices: 100, served: 0 });
    expect(today.health).toEqual({});
  });

  it('by a share fail about so many', async () => {
    const { today } = await simulated(watched("UPDATE gateway_groups SET health_mode = 'observe';"), {
      count: 4_000,
      fail: ['a=30%'],
    });
    expect(gatewayIn(today, 'a').attempts - gatewayIn(today, 'a').served).toBeGreaterThan(230);
    expect(gatewayIn(today, 'a').attempts - gatewayIn(today, 'a').served).toBeLessThan(370);
  });

  it('within a window, of calls or of seconds, leave the rest alone', async () => {
    const down = await simulated(watched(), { count: 100, fail: ['a=down@21-60'] });
    expect(gatewayIn(down.today, 'a')).toMatchObject({ firstChoices: 15, attempts: 15, served: 15 });
    expect(down.today.health).toEqual({ a: { down: 1, up: 1 } });
    const late = await simulated(watched(), { count: 100, perSecond: 10, fail: ['a=486@5s-'] });
    expect(groupIn(late.today).unserved['USER_BUSY']).toBeGreaterThan(8);
    expect(groupIn(late.today).unserved['USER_BUSY']).toBeLessThan(14);
  });

  it('of a gateway that is down are no tries where the switch tells, and quick ones where it does not', async () => {
    const told = await simulated(watched(), { count: 40, fail: ['a=down'] });
    expect(gatewayIn(told.today, 'a')).toMatchObject({ attempts: 0, target: 0.25 });
    const untold = await simulated(watched(), {
      calls: [simulatedCall({ switch: 'fs2' })],
      count: 40,
      fail: ['a=down'],
    });
    expect(gatewayIn(untold.today, 'a')).toMatchObject({ attempts: 10, served: 0 });
    expect(untold.today.served).toBe(40);
  });

  it('end with a caller who hangs up, and after a 404', async () => {
    const { today } = await simulated(watched(), { count: 8, fail: ['a=ORIGINATOR_CANCEL', 'b=404'] });
    expect(groupIn(today).unserved).toEqual({ ORIGINATOR_CANCEL: 2, UNALLOCATED_NUMBER: 2 });
  });

  it('leave a list of mod_distributor to our legs, each gateway once', async () => {
    const lists = watched("UPDATE gateway_groups SET chooser = 'mod_distributor';");
    const { today } = await simulated(lists, { calls: [simulatedCall({ switch: 'fs2' })], count: 40, fail: ['a=503'] });
    expect(today).toMatchObject({ served: 40, attempts: 50, overflow: 10 });
    const down = await simulated(lists, { count: 40, fail: ['a=down'] });
    expect(gatewayIn(down.today, 'a').attempts).toBe(0);
    expect(gatewayIn(down.today, 'b').firstChoices).toBeGreaterThan(10);
  });
});

describe('limits', () => {
  it('of max_calls send calls to the next, and refuse when all are full', async () => {
    const limited = watched('UPDATE gateways SET max_calls = 20;');
    const { today } = await simulated(limited, { count: 2_000, perSecond: 10, callSeconds: 180 });
    expect(today.refused['no_gateway: full']).toBeGreaterThan(1_000);
    expect(today.planned + today.refused['no_gateway: full']!).toBe(2_000);
    const slow = await simulated(limited, { count: 500, perSecond: 0.2, callSeconds: 180 });
    expect(slow.today.refused).toEqual({});
  });

  it('of max_cps hold within each second', async () => {
    const limited = watched(
      "UPDATE gateways SET max_cps = 1 WHERE name = 'a'; DELETE FROM gateway_group_members WHERE gateway IN ('c', 'd');",
    );
    const { today } = await simulated(limited, { count: 100, perSecond: 10 });
    expect(gatewayIn(today, 'a').firstChoices).toBe(10);
    expect(gatewayIn(today, 'b').firstChoices).toBe(90);
    // The reason why its share is not its target: nine of ten calls, but for those before it has taken its one.
    expect(Object.keys(today.full)).toEqual(['a']);
    expect(today.full['a']?.['max_cps']).toBeGreaterThan(70);
    expect(today.full['a']?.['max_cps']).toBeLessThanOrEqual(90);
  });
});

describe('a proposal', () => {
  it('is compared call by call', async () => {
    const proposal = watched(`
      INSERT INTO gateway_groups (name) VALUES ('other');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('other', 'd');
      INSERT INTO routes (name, context, position, destination_prefix, strip_digits, group_name) VALUES ('new', 'default', 1, '49', 2, 'other');
      INSERT INTO routes (name, context, position, destination_pattern, group_name) VALUES ('letters', 'default', 1, '^9', 'other');
      UPDATE gateways SET state = 'disabled' WHERE name = 'd';`);
    const calls = ['4930', '5', '977', 'abc'].map((number) => simulatedCall({ number }));
    const { differences, today } = await simulated(watched(), { proposal, calls, count: 40 });
    expect(today.refused).toEqual({ 'rejected_number: charset': 10 });
    expect(differences).toMatchObject({
      ...{ route: 20, group: 20, number: 0, outcome: { 'planned -> no_gateway: not_configured': 20 } },
    });
    expect(differences?.any).toBeGreaterThanOrEqual(20);
  });
});

describe('calls', () => {
  it('of one moment, or out of order, are taken as they come', async () => {
    const calls = [0, 5_000, 1_000, 1_000].map((atMs) => ({ call: simulatedCall(), atMs }));
    const counted: number[] = [];
    const { today } = await simulate({
      ...{ today: watched(), proposal: undefined, calls, rules: [], seed: 1, callSeconds: 60 },
      onCall: (count) => counted.push(count),
    });
    expect(today.calls).toBe(4);
    expect(counted).toEqual([1, 2, 3, 4]);
  });

  it('that no route matches are counted', async () => {
    const { today } = await simulated(watched(), { calls: [simulatedCall({ context: 'public' })], count: 3 });
    expect(today).toMatchObject({ refused: { no_route: 3 }, planned: 0, attemptsPerCall: 0, groups: [] });
  });
});
