import { describe, expect, it } from 'vitest';
import { CallLedger } from '../../src/live/call-ledger.ts';
import type { LiveLeg, OpenPlan } from '../../src/live/open-plan.ts';
import type { Gateway } from '../../src/routing/gateway.ts';
import { parseName } from '../../src/routing/name.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';

const [a, b, c] = buildSnapshot({ gateways: { a: { maxCalls: 2 }, b: { maxCps: 3 }, c: {} } }).gateways as [
  Gateway,
  Gateway,
  Gateway,
];

const planOf = (plan: Partial<OpenPlan> = {}): OpenPlan => ({
  decisionId: 'd1',
  hostname: 'fs1',
  callerUuid: 'caller-1',
  group: parseName('g')!,
  number: '100',
  gateways: [a, b, c],
  firstAttempt: 1,
  probe: undefined,
  openedAtMs: 0,
  expiresAtMs: 60_000,
  ...plan,
});

/** A ledger with one plan, and legs of it that begin. */
function ledgerWith(plan: Partial<OpenPlan> = {}) {
  const ledger = new CallLedger();
  const open = planOf(plan);
  ledger.open(open, 0);
  return {
    ledger,
    begin: (attempt: number, gateway: Gateway, uuid = `leg-${attempt}`, decisionId = open.decisionId): LiveLeg =>
      ledger.legBegan({ hostname: 'fs1', uuid, gateway: gateway.name, decisionId, attempt }, gateway, 0),
    slots: () => [a, b, c].map(({ name }) => ledger.slotsInUse(name)),
    live: () => [a, b, c].map(({ name }) => ledger.liveCalls(name)),
  };
}

describe('a plan that is given out', () => {
  it('takes a slot of each of its gateways until a leg shows which of them it needs', () => {
    const { ledger, begin, slots, live } = ledgerWith();
    expect([slots(), live()]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    const first = begin(1, a);
    expect([slots(), live()]).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
    ledger.legEnded(first);
    expect(slots()).toEqual([0, 1, 1]);
    const second = begin(2, b);
    ledger.legAnswered(second);
    expect([slots(), live(), ledger.openPlans]).toEqual([[0, 1, 0], [0, 1, 0], 0]);
    ledger.legEnded(second);
    expect(slots()).toEqual([0, 0, 0]);
  });

  it('lets go of those that were passed over: a gateway that is down has no events (contract 7.6)', () => {
    const { begin, slots } = ledgerWith();
    begin(3, c);
    expect(slots()).toEqual([0, 0, 1]);
  });

  it.each<[string, (ledger: CallLedger) => void]>([
    [
      'the caller is gone',
      (ledger) => {
        ledger.callerEnded('fs1', 'caller-1');
      },
    ],
    [
      'its time is over',
      (ledger) => {
        ledger.passTime(60_000);
      },
    ],
    [
      'its switch lost all calls',
      (ledger) => {
        ledger.forgetLegs('fs1', Infinity);
        ledger.forgetPlans('fs1', Infinity);
      },
    ],
    [
      'the call asks again',
      (ledger) => {
        ledger.open(planOf({ decisionId: 'd2', gateways: [] }), 1);
      },
    ],
  ])('lets go of all where %s', (_, end) => {
    const { ledger, slots } = ledgerWith();
    ledger.callerEnded('fs2', 'caller-1');
    ledger.callerEnded('fs1', 'caller-2');
    ledger.passTime(59_999);
    ledger.forgetLegs('fs2', Infinity);
    ledger.forgetPlans('fs2', Infinity);
    expect(slots()).toEqual([1, 1, 1]);
    end(ledger);
    expect(slots()).toEqual([0, 0, 0]);
  });

  it('is not taken for the plan of another caller that has no name', () => {
    const { ledger, slots } = ledgerWith({ callerUuid: '' });
    ledger.open(planOf({ decisionId: 'd2', callerUuid: '' }), 0);
    expect(slots()).toEqual([2, 2, 2]);
  });

  it('is known by its switch too: another one that names it has its own legs', () => {
    const { ledger, slots } = ledgerWith();
    ledger.legBegan({ hostname: 'fs2', uuid: 'x', gateway: a.name, decisionId: 'd1', attempt: 1 }, a, 0);
    expect(slots()).toEqual([2, 1, 1]);
  });
});

describe('a leg', () => {
  it('is counted once, however often its beginning and its end are told', () => {
    const { ledger, begin, slots } = ledgerWith({ gateways: [a] });
    const leg = begin(1, a);
    expect([begin(1, a), begin(1, a)]).toEqual([leg, leg]);
    expect([slots(), ledger.legsOn('fs1'), ledger.leg('fs1', 'leg-1')]).toEqual([[1, 0, 0], [leg], leg]);
    ledger.legEnded(leg);
    ledger.legEnded(leg);
    expect([slots(), ledger.leg('fs1', 'leg-1')]).toEqual([[0, 0, 0], undefined]);
  });

  it('has not rung before it says so', () => {
    const { ledger, begin } = ledgerWith();
    const leg = begin(1, a);
    expect(leg.hasRung).toBe(false);
    ledger.legRang(leg);
    expect(ledger.leg('fs1', 'leg-1')?.hasRung).toBe(true);
  });

  it('goes with all others of its switch where that lost its calls', () => {
    const { ledger, slots } = ledgerWith({ gateways: [] });
    for (const hostname of ['fs1', 'fs2']) {
      ledger.legBegan({ hostname, uuid: 'x', gateway: a.name, decisionId: '', attempt: 0 }, a, 0);
    }
    ledger.forgetLegs('fs1', Infinity);
    ledger.forgetPlans('fs1', Infinity);
    expect([slots(), ledger.legsOn('fs1'), ledger.legsOn('fs2').length]).toEqual([[1, 0, 0], [], 1]);
  });
});

describe('a limit', () => {
  it('of calls is reached by plans as by legs', () => {
    const { ledger, begin } = ledgerWith({ gateways: [a] });
    expect(ledger.limitReached(a, 0)).toBeUndefined();
    ledger.open(planOf({ decisionId: 'd2', callerUuid: 'caller-2', gateways: [c, a] }), 0);
    expect(ledger.limitReached(a, 0)).toBe('max_calls');
    ledger.legEnded(begin(1, a));
    expect(ledger.limitReached(a, 0)).toBeUndefined();
  });

  it('of calls per second is charged to the first gateway at once, to others when their legs are seen', () => {
    const { ledger, begin } = ledgerWith({ gateways: [b, { ...b, name: c.name }] });
    begin(1, b);
    // Once, not for the plan and for its leg.
    expect(ledger.limitReached({ ...b, maxCps: 2 }, 0)).toBeUndefined();
    const rates = (nowMs: number) => ledger.limitReached({ ...b, maxCps: 1 }, nowMs);
    expect([rates(0), rates(999), rates(1_000)]).toEqual(['max_cps', 'max_cps', undefined]);
    const other = { ...b, name: c.name, maxCps: 1 };
    expect(ledger.limitReached(other, 0)).toBeUndefined();
    begin(2, other);
    expect(ledger.limitReached(other, 0)).toBe('max_cps');
  });

  it('of calls per second is charged for legs that belong to no plan', () => {
    const { ledger, begin } = ledgerWith({ gateways: [] });
    for (const uuid of ['x', 'y', 'z']) begin(1, b, uuid, 'unknown');
    expect(ledger.limitReached(b, 0)).toBe('max_cps');
  });

  it('is none where none is set', () => {
    const { ledger } = ledgerWith();
    for (let call = 0; call < 100; call += 1)
      ledger.open(planOf({ decisionId: `e${call}`, callerUuid: `e${call}` }), 0);
    expect(ledger.limitReached(c, 0)).toBeUndefined();
  });
});

describe('the call that shows how a gateway on trial does', () => {
  const probing = (plan: Partial<OpenPlan> = {}) => ledgerWith({ probe: a.name, ...plan });

  it.each<[string, (it: ReturnType<typeof ledgerWith>) => void]>([
    [
      'its leg rang',
      ({ ledger, begin }) => {
        ledger.legRang(begin(1, a));
      },
    ],
    [
      'its leg ended',
      ({ ledger, begin }) => {
        ledger.legEnded(begin(1, a));
      },
    ],
    [
      'its plan is over, and what its leg showed was missed',
      ({ ledger, begin }) => {
        begin(1, a);
        ledger.passTime(59_999);
        expect(ledger.isProbing('fs1', a.name)).toBe(true);
        ledger.passTime(60_000);
      },
    ],
    [
      'its caller went before the leg began',
      ({ ledger }) => {
        ledger.callerEnded('fs1', 'caller-1');
      },
    ],
    [
      'its time was over before the leg began',
      ({ ledger }) => {
        ledger.passTime(60_000);
      },
    ],
    [
      'the next leg began without it: the switch would not let it out',
      ({ begin }) => {
        begin(2, b);
      },
    ],
    [
      'its switch lost all calls',
      ({ ledger, begin }) => {
        begin(1, a);
        ledger.forgetLegs('fs1', Infinity);
        ledger.forgetPlans('fs1', Infinity);
      },
    ],
  ])('is over where %s', (_, end) => {
    const it = probing();
    expect([it.ledger.isProbing('fs1', a.name), it.ledger.isProbing('fs2', a.name)]).toEqual([true, false]);
    end(it);
    expect(it.ledger.isProbing('fs1', a.name)).toBe(false);
  });

  it('is not over because another leg of the same call, or another call, is', () => {
    const { ledger, begin } = probing();
    begin(1, a);
    ledger.legRang(begin(2, b));
    ledger.open(planOf({ decisionId: 'd2', callerUuid: 'caller-2' }), 0);
    ledger.callerEnded('fs1', 'caller-2');
    expect(ledger.isProbing('fs1', a.name)).toBe(true);
  });
});

describe('a switch that began anew', () => {
  it('has lost what was given to it, or told by it, before; and not what its new run was given and told of', () => {
    const { ledger, slots } = ledgerWith({ callerUuid: 'old', openedAtMs: 1_000 });
    ledger.open(planOf({ decisionId: 'd2', callerUuid: 'new', openedAtMs: 5_000 }), 5_000);
    const beginning = { hostname: 'fs1', decisionId: '', attempt: 0, gateway: c.name };
    ledger.legBegan({ ...beginning, uuid: 'old-leg' }, c, 1_500);
    ledger.legBegan({ ...beginning, uuid: 'new-leg' }, c, 6_000);
    expect(slots()).toEqual([2, 2, 4]);
    expect(ledger.forgetLegs('fs1', 5_500)).toBe(1);
    ledger.forgetPlans('fs1', 3_000);
    expect(slots()).toEqual([1, 1, 2]);
    expect([ledger.leg('fs1', 'old-leg'), ledger.leg('fs1', 'new-leg')?.uuid]).toEqual([undefined, 'new-leg']);
    expect([ledger.slotsOn('fs1', c.name), ledger.slotsOn('fs2', c.name)]).toEqual([2, 0]);
  });
});
