import { describe, expect, it } from 'vitest';

import { ModDistributor } from './mod-distributor.ts';
import type { PlanAction } from './read-plan.ts';
import { runPlan } from './run-plan.ts';

const set = (data: string): PlanAction => ({ application: 'set', data });
const bridge = (gateway: string): PlanAction => ({
  application: 'bridge',
  data: `[leg_progress_timeout=3,leg_timeout=20]sofia/gateway/${gateway}/1004`,
});
const respond: PlanAction = { application: 'respond', data: '503' };

/** The list of verified.md's failover plan. */
const continueOnFail = set(
  'continue_on_fail=NETWORK_OUT_OF_ORDER,NORMAL_TEMPORARY_FAILURE,RECOVERY_ON_TIMER_EXPIRE,SWITCH_CONGESTION,' +
    'GATEWAY_DOWN,INVALID_GATEWAY,PROGRESS_TIMEOUT,NO_USER_RESPONSE,REQUESTED_CHAN_UNAVAIL',
);
const failover = [set('hangup_after_bridge=true'), continueOnFail, bridge('gw1'), bridge('gw2'), respond];

const sipStatuses: ReadonlyMap<number, string> = new Map([
  [200, 'answer'],
  [404, 'UNALLOCATED_NUMBER'],
  [408, 'RECOVERY_ON_TIMER_EXPIRE'],
  [480, 'NO_USER_RESPONSE'],
  [486, 'USER_BUSY'],
  [500, 'NORMAL_TEMPORARY_FAILURE'],
  [502, 'NETWORK_OUT_OF_ORDER'],
  [503, 'NORMAL_TEMPORARY_FAILURE'],
  [603, 'CALL_REJECTED'],
]);

/** Gateways that give these results; numbers are SIP statuses as mod_sofia turns them into causes. */
function gateways(results: Readonly<Record<string, number | string>>) {
  return (gateway: string): string => {
    const result = results[gateway] ?? 'INVALID_GATEWAY';
    return typeof result === 'number' ? sipStatuses.get(result)! : result;
  };
}

describe('the failover plan (verified.md)', () => {
  it('stops after an answer', () => {
    const run = runPlan(failover, gateways({ gw1: 200, gw2: 200 }));
    expect(run).toEqual({ tried: ['gw1'], outcome: 'answered' });
  });

  it.each([486, 404, 603])('hands %d to the caller and tries nothing else', (status) => {
    const run = runPlan(failover, gateways({ gw1: status, gw2: 200 }));
    expect(run).toEqual({ tried: ['gw1'], outcome: { hangupCause: sipStatuses.get(status) } });
  });

  it.each([503, 500, 502, 408, 480, 'PROGRESS_TIMEOUT', 'GATEWAY_DOWN', 'INVALID_GATEWAY'])(
    'goes on to gw2 after %s',
    (result) => {
      const run = runPlan(failover, gateways({ gw1: result, gw2: 200 }));
      expect(run).toEqual({ tried: ['gw1', 'gw2'], outcome: 'answered' });
    },
  );

  it.each([
    [503, 503, { respond: 503 }],
    [480, 503, { respond: 503 }],
    [500, 480, { respond: 503 }],
    [503, 404, { hangupCause: 'UNALLOCATED_NUMBER' }],
    [503, 486, { hangupCause: 'USER_BUSY' }],
    ['INVALID_GATEWAY', 'INVALID_GATEWAY', { respond: 503 }],
  ])('after %s and %s the caller gets %j', (gw1, gw2, outcome) => {
    expect(runPlan(failover, gateways({ gw1, gw2 })).outcome).toEqual(outcome);
  });

  it.each([
    [503, 480, { hangupCause: 'NO_USER_RESPONSE' }],
    [503, 404, { hangupCause: 'UNALLOCATED_NUMBER' }],
    [503, 'INVALID_GATEWAY', { respond: 503 }],
    ['INVALID_GATEWAY', 'INVALID_GATEWAY', { respond: 503 }],
    ['GATEWAY_DOWN', 'GATEWAY_DOWN', { respond: 503 }],
  ])('with a narrower list before the last leg: after %s and %s %j', (gw1, gw2, outcome) => {
    const last = set('continue_on_fail=INVALID_GATEWAY,GATEWAY_DOWN');
    const plan = [...failover.slice(0, 3), last, bridge('gw2'), respond];
    expect(runPlan(plan, gateways({ gw1, gw2 })).outcome).toEqual(outcome);
  });
});

describe('continue_on_fail (contract 6.7)', () => {
  const after = (cause: string, ...settings: PlanAction[]) =>
    runPlan([...settings, bridge('gw1'), bridge('gw2')], gateways({ gw1: cause, gw2: 'USER_BUSY' })).tried.length === 2;

  it.each([
    ['NO_ANSWER', true],
    ['NO_USER_RESPONSE', true],
    ['ORIGINATOR_CANCEL', true],
    ['NORMAL_TEMPORARY_FAILURE', false],
    ['ATTENDED_TRANSFER', false],
  ])('unset: %s goes on: %s', (cause, goesOn) => {
    expect(after(cause)).toBe(goesOn);
  });

  it.each([
    ['true', 'USER_BUSY', true],
    ['18', 'USER_BUSY', true],
    ['true', 'ATTENDED_TRANSFER', false],
    ['attended_transfer', 'ATTENDED_TRANSFER', false],
    ['false', 'NO_ANSWER', false],
    ['USER_BUSY', 'NO_ANSWER', false],
    ['call_rejected, user_busy', 'USER_BUSY', true],
    ['', 'NO_ANSWER', true],
  ])('%j: %s goes on: %s', (value, cause, goesOn) => {
    expect(after(cause, set(`continue_on_fail=${value}`))).toBe(goesOn);
  });

  it('does not model numbers in a list', () => {
    expect(() => after('USER_BUSY', set('continue_on_fail=17,18'))).toThrow('not modelled');
  });
});

describe('the end of a plan', () => {
  it('without hangup_after_bridge calls the next gateway after a successful call', () => {
    const run = runPlan([bridge('gw1'), bridge('gw2'), respond], gateways({ gw1: 200, gw2: 200 }));
    expect(run).toEqual({ tried: ['gw1', 'gw2'], outcome: 'answered' });
  });

  it('hangs up when nothing is left to do', () => {
    expect(runPlan([], gateways({})).outcome).toEqual({ hangupCause: 'NORMAL_CLEARING' });
  });

  it('hangs up with the cause of a hangup action', () => {
    const plan: PlanAction[] = [{ application: 'hangup', data: 'CALL_REJECTED' }, bridge('gw1')];
    expect(runPlan(plan, gateways({}))).toEqual({ tried: [], outcome: { hangupCause: 'CALL_REJECTED' } });
  });
});

describe('a gateway chosen by the distributor (verified.md)', () => {
  const choose = set('trunkhunt_gateway=${expand(distributor 2gw ${sofia(profile external gwlist down)})}');
  const plan = [set('hangup_after_bridge=true'), continueOnFail, choose, bridge('${trunkhunt_gateway}'), bridge('gw9')];

  it('alternates as the list says', () => {
    const nodes = ['gw1', 'gw2'].map((name) => ({ name, weight: 1 }));
    const distributor = new ModDistributor([{ name: '2gw', nodes }]);
    const expand = (command: string): string =>
      distributor.command(command.replace('distributor ', '').replace('${sofia(profile external gwlist down)}', ''));
    const tried = [1, 2, 3].map(() => runPlan(plan, gateways({ gw1: 200, gw2: 200 }), expand).tried);
    expect(tried).toEqual([['gw1'], ['gw2'], ['gw1']]);
  });

  it('goes on with the named legs when the list is unknown', () => {
    const run = runPlan(plan, gateways({ gw9: 200 }), () => '-err');
    expect(run).toEqual({ tried: ['-err', 'gw9'], outcome: 'answered' });
  });

  it('needs something to expand with', () => {
    expect(() => runPlan(plan, gateways({}))).toThrow('distributor 2gw');
  });
});
