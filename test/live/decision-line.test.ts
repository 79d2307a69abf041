import { describe, expect, it } from 'vitest';
import { decisionLine, outcomeLine } from '../../src/live/decision-line.ts';
import { numberMask } from '../../src/live/number-mask.ts';
import { callerText } from '../../src/routing/call.ts';
import { parseName } from '../../src/routing/name.ts';
import { TWO_GATEWAYS } from '../support/plan-call.ts';
import { attemptNews, decidedCall, snapshotOf } from './told-book.ts';

const plain = numberMask(0);

describe('the line of a decision', () => {
  it('has these keys, for whoever reads the file', () => {
    const snapshot = { ...snapshotOf(TWO_GATEWAYS), version: 17 };
    const decided = decidedCall(snapshot, {
      decisionId: 'abc-1',
      channelUuid: 'u1',
      destinationNumber: callerText('4930123456'),
      callerNumber: callerText('2001'),
      headers: new Map([['x-account', callerText('7')]]),
    });
    const line = decisionLine(decided, plain);
    expect(line).toEqual({
      kind: 'decision',
      id: 'abc-1',
      at: '2026-11-25T00:00:00.000Z',
      switch: 'fs1',
      uuid: 'u1',
      context: 'default',
      number: '4930123456',
      caller: '2001',
      source: '198.51.100.1',
      headers: { 'x-account': '7' },
      outcome: 'planned',
      reason: null,
      route: 'all',
      group: '2gw',
      numberAfterRoute: '4930123456',
      distributor: null,
      probe: null,
      doubted: false,
      plan: [
        { attempt: 1, gateway: 'gw1', number: '4930123456' },
        { attempt: 2, gateway: 'gw2', number: '4930123456' },
      ],
      gatewaysPassedOver: [],
      gatewaysPassedOverMore: 0,
      routesPassedOver: [],
      generation: 3,
      version: 17,
    });
  });

  it('says why there is no plan', () => {
    const snapshot = snapshotOf(`${TWO_GATEWAYS}
      UPDATE routes SET destination_prefix = '49';
      INSERT INTO gateways (name, proxy, state) VALUES ('gw3', '192.0.2.3', 'drain');
      INSERT INTO gateway_groups (name) VALUES ('empty');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('empty', 'gw3');
      INSERT INTO routes (name, context, group_name) VALUES ('nobody', 'other', 'empty');`);
    const line = (number: string, context = 'default') =>
      decisionLine(decidedCall(snapshot, { destinationNumber: callerText(number), context }), plain);
    expect(line('4412')).toMatchObject({ outcome: 'no_route', reason: null, route: null, group: null, plan: [] });
    expect(line('49x')).toMatchObject({
      outcome: 'rejected_number',
      reason: 'charset',
      route: 'all',
      numberAfterRoute: null,
    });
    expect(line('12', 'other')).toMatchObject({ outcome: 'no_gateway', reason: 'not_configured', group: 'empty' });
  });

  it('says which routes did not match, the first ones', () => {
    const routes = Array.from({ length: 30 }, (_, at) => `('r${at}', 'default', ${at}, '^1$', '2gw')`).join(', ');
    const snapshot = snapshotOf(`${TWO_GATEWAYS} DELETE FROM routes;
      INSERT INTO routes (name, context, position, destination_pattern, group_name) VALUES ${routes};`);
    const { routesPassedOver } = decisionLine(decidedCall(snapshot), plain);
    expect(routesPassedOver).toHaveLength(20);
    expect(routesPassedOver[0]).toEqual({ route: 'r0', unmet: 'destination_pattern' });
  });

  it('says who was passed over and why: first those that do not work or are full', () => {
    const names = Array.from({ length: 30 }, (_, at) => `gw${String(at).padStart(2, '0')}`);
    const snapshot = snapshotOf(`
      INSERT INTO gateways (name, proxy) VALUES ${names.map((name, at) => `('${name}', '192.0.2.${at + 1}')`).join(', ')};
      INSERT INTO gateway_groups (name, max_attempts) VALUES ('g', 2);
      INSERT INTO gateway_group_members (group_name, gateway) SELECT 'g', name FROM gateways;
      INSERT INTO routes (context, group_name) VALUES ('default', 'g');`);
    const out = new Map([['gw28', 'the switch says DOWN']]);
    const full = new Map([['gw29', 'full: at its max_calls']]);
    const line = decisionLine(decidedCall(snapshot, {}, { out, full }), plain);
    expect(line.plan).toHaveLength(2);
    expect(line.gatewaysPassedOver).toHaveLength(20);
    expect(line.gatewaysPassedOverMore).toBe(8);
    expect(line.gatewaysPassedOver.slice(0, 3)).toEqual([
      { gateway: 'gw28', reason: 'the switch says DOWN' },
      { gateway: 'gw29', reason: 'full: at its max_calls' },
      { gateway: 'gw02', reason: 'the plan has its max_attempts of 2 without it' },
    ]);
  });

  it('does not hold against a gateway what was doubted', () => {
    const snapshot = snapshotOf(`${TWO_GATEWAYS} UPDATE gateway_groups SET max_attempts = 1;`);
    const out = new Map(['gw1', 'gw2'].map((name) => [name, 'the switch says DOWN']));
    const decided = decidedCall(snapshot, {}, { out });
    if (decided.decision.outcome !== 'planned') throw new Error('not planned');
    const line = decisionLine({ ...decided, decision: { ...decided.decision, isDoubted: true } }, plain);
    expect(line).toMatchObject({
      doubted: true,
      gatewaysPassedOver: [{ gateway: 'gw2', reason: 'the plan has its max_attempts of 1 without it' }],
    });
  });

  it('names the list and begins with the second try where mod_distributor chooses, and names who is on trial', () => {
    const snapshot = snapshotOf(
      `${TWO_GATEWAYS} UPDATE gateway_groups SET chooser = 'mod_distributor', strategy = 'weighted';`,
    );
    const line = decisionLine(decidedCall(snapshot), plain);
    expect(line.distributor).toBe('2gw');
    expect(line.plan[0]?.attempt).toBe(2);
    const trial = decidedCall(snapshotOf(TWO_GATEWAYS));
    if (trial.decision.outcome !== 'planned') throw new Error('not planned');
    const probe = trial.decision.legs[0]?.gateway;
    expect(decisionLine({ ...trial, decision: { ...trial.decision, probe } }, plain).probe).toBe('gw1');
  });

  it('cuts what is longer than anything that is ever matched, so that it still decides the same', () => {
    const snapshot = snapshotOf(TWO_GATEWAYS);
    const text = '9'.repeat(100_000);
    const long = callerText(text);
    const decided = decidedCall(snapshot, {
      destinationNumber: long,
      callerNumber: long,
      headers: new Map([['x', long]]),
      hostname: text,
      channelUuid: text,
      networkAddress: text,
    });
    const line = decisionLine(decided, plain);
    expect(line).toMatchObject({ outcome: 'rejected_number', reason: 'too_long' });
    expect(JSON.stringify(line).length).toBeLessThan(5_000);
    const again = decidedCall(snapshot, { destinationNumber: callerText(line.number) }).decision;
    expect(again).toMatchObject({ outcome: line.outcome, reason: line.reason });
  });
});

describe('the line of an outcome', () => {
  it('has these keys, for whoever reads the file', () => {
    const atMs = Date.UTC(2026, 10, 25);
    expect(outcomeLine(attemptNews(), atMs)).toEqual({
      kind: 'outcome',
      id: 'd-1',
      at: '2026-11-25T00:00:00.000Z',
      attempt: 1,
      gateway: 'gw1',
      outcome: 'gateway',
      cause: 'NORMAL_TEMPORARY_FAILURE',
      sipStatus: 503,
      postDialDelayMs: null,
      answeredSeconds: null,
    });
    const answered = attemptNews({
      outcome: 'answered',
      gateway: parseName('gw2')!,
      sipStatus: 0,
      postDialDelayMs: 0,
      answeredMs: 0,
    });
    expect(outcomeLine(answered, atMs)).toMatchObject({ sipStatus: null, postDialDelayMs: 0, answeredSeconds: 0 });
  });
});
