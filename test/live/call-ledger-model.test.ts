import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallLedger } from '../../src/live/call-ledger.ts';
import type { LiveLeg, OpenPlan } from '../../src/live/open-plan.ts';
import type { Gateway } from '../../src/routing/gateway.ts';
import { parseName } from '../../src/routing/name.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';

const { gateways } = buildSnapshot({
  gateways: { a: { maxCalls: 1 }, b: { maxCalls: 3 }, c: { maxCalls: 2, maxCps: 2 }, d: {} },
});
const HOSTNAMES = ['fs1', 'fs2'];

const step = fc.record({
  kind: fc.constantFrom(
    ...(['open', 'open', 'open', 'began', 'began', 'began', 'rang', 'answered', 'ended', 'ended'] as const),
    ...(['stray', 'callerEnded', 'passTime', 'emptySwitch'] as const),
  ),
  hostname: fc.constantFrom(...HOSTNAMES),
  order: fc.shuffledSubarray([0, 1, 2, 3]),
  isProbing: fc.boolean(),
  /** Chooses among plans, legs, callers and attempts. */
  choice: fc.nat(1_000),
  afterMs: fc.nat(2_000),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const pick = <Item>(items: readonly Item[], choice: number): Item | undefined => items[choice % items.length];

/** What a ledger should hold, kept as plainly as can be. */
class Model {
  readonly ledger = new CallLedger();
  plans: { readonly plan: OpenPlan; held: Map<number, string> }[] = [];
  legs: LiveLeg[] = [];
  #nowMs = 0;
  #count = 0;

  /** @param isOrderly only legs of open plans begin, each after those before it */
  take({ kind, hostname, order, isProbing, choice, afterMs }: Step, isOrderly: boolean): void {
    this.#nowMs += afterMs;
    this.#count += 1;
    const leg = pick(this.legs, choice);
    if (kind === 'open') this.#open(hostname, order, isProbing, choice);
    else if (kind === 'began') this.#began(choice, isOrderly);
    else if (kind === 'stray' && !isOrderly) this.#begin(hostname, pick(gateways, choice)!, 'unknown', choice % 4);
    else if (kind === 'rang' && leg !== undefined) this.ledger.legRang(leg);
    else if (kind === 'answered' && leg !== undefined) {
      this.ledger.legAnswered(leg);
      this.#close(({ plan }) => plan === leg.plan);
    } else if (kind === 'ended' && leg !== undefined) {
      this.ledger.legEnded(leg);
      this.legs = this.legs.filter((it) => it !== leg);
    } else if (kind === 'callerEnded') {
      const caller = `caller-${choice % 5}`;
      this.ledger.callerEnded(hostname, caller);
      this.#close(({ plan }) => plan.hostname === hostname && plan.callerUuid === caller);
    } else if (kind === 'emptySwitch') this.emptySwitch(hostname);
    else if (kind === 'passTime') this.passTime(this.#nowMs);
  }

  emptySwitch(hostname: string): void {
    this.ledger.forgetLegs(hostname, Infinity);
    this.ledger.forgetPlans(hostname, Infinity);
    this.legs = this.legs.filter((it) => it.hostname !== hostname);
    this.#close(({ plan }) => plan.hostname === hostname);
  }

  passTime(nowMs: number): void {
    this.ledger.passTime(nowMs);
    this.#close(({ plan }) => plan.expiresAtMs <= nowMs);
  }

  get expected() {
    return gateways.map(({ name }) => {
      const live = this.legs.filter(({ gateway }) => gateway === name).length;
      const held = this.plans.flatMap((it) => [...it.held.values()]).filter((it) => it === name).length;
      return { name, live, slots: live + held };
    });
  }

  get actual() {
    return gateways.map(({ name }) => ({
      name,
      live: this.ledger.liveCalls(name),
      slots: this.ledger.slotsInUse(name),
    }));
  }

  #open(hostname: string, order: readonly number[], isProbing: boolean, choice: number): void {
    const usable = order
      .map((at) => gateways[at]!)
      .filter((gateway) => this.ledger.limitReached(gateway, this.#nowMs) === undefined);
    if (usable.length === 0) return;
    const [first] = usable;
    const firstAttempt = 1 + (choice % 2);
    const mayProbe = isProbing && firstAttempt === 1 && !this.ledger.isProbing(hostname, first!.name);
    const plan: OpenPlan = {
      decisionId: `d${this.#count}`,
      hostname,
      callerUuid: choice % 7 === 0 ? '' : `caller-${choice % 5}`,
      group: parseName('g')!,
      number: '100',
      gateways: usable,
      firstAttempt,
      probe: mayProbe ? first!.name : undefined,
      openedAtMs: 0,
      expiresAtMs: this.#nowMs + 5_000,
    };
    this.ledger.open(plan, this.#nowMs);
    this.#close(
      (it) => it.plan.callerUuid !== '' && it.plan.callerUuid === plan.callerUuid && it.plan.hostname === hostname,
    );
    this.plans.push({ plan, held: new Map(usable.map(({ name }, at) => [at + firstAttempt, name])) });
  }

  #began(choice: number, isOrderly: boolean): void {
    const open = pick(this.plans, choice);
    const attempt = open === undefined ? undefined : pick([...open.held.keys()], isOrderly ? 0 : choice >> 3);
    if (open === undefined || attempt === undefined) return;
    const gateway = open.plan.gateways[attempt - open.plan.firstAttempt]!;
    open.held = new Map([...open.held].filter(([at]) => at > attempt));
    this.#begin(open.plan.hostname, gateway, open.plan.decisionId, attempt);
  }

  #begin(hostname: string, gateway: Gateway, decisionId: string, attempt: number): void {
    const uuid = `leg-${this.#count}`;
    this.legs.push(
      this.ledger.legBegan({ hostname, uuid, gateway: gateway.name, decisionId, attempt }, gateway, this.#nowMs),
    );
  }

  #close(isMeant: (it: { readonly plan: OpenPlan }) => boolean): void {
    this.plans = this.plans.filter((it) => !isMeant(it));
  }
}

describe('whatever happens to calls', () => {
  it('the slots in use are those of the legs that are up and of the plans that are open', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const model = new Model();
        for (const it of steps) {
          model.take(it, false);
          expect(model.actual).toEqual(model.expected);
          expect(model.ledger.openPlans).toBe(model.plans.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('nothing is left when all calls are over, however they ended', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.boolean(), (steps, isRestarted) => {
        const model = new Model();
        for (const it of steps) model.take(it, false);
        if (isRestarted) for (const hostname of HOSTNAMES) model.emptySwitch(hostname);
        for (const leg of model.legs) model.ledger.legEnded(leg);
        model.ledger.passTime(Infinity);
        expect(gateways.map(({ name }) => model.ledger.slotsInUse(name) + model.ledger.liveCalls(name))).toEqual([
          0, 0, 0, 0,
        ]);
        expect(model.ledger.openPlans).toBe(0);
        for (const hostname of HOSTNAMES) {
          expect(model.ledger.legsOn(hostname)).toEqual([]);
          expect(gateways.filter(({ name }) => model.ledger.isProbing(hostname, name))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('max_calls is never exceeded by plans that respect it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const model = new Model();
        for (const it of steps) {
          model.take(it, true);
          const over = gateways.filter(({ name, maxCalls }) => model.ledger.slotsInUse(name) > (maxCalls ?? Infinity));
          expect(over).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
