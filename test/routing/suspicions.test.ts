import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Name, parseName } from '../../src/routing/name.ts';
import { type Settled, Suspicions } from '../../src/routing/suspicions.ts';

const name = (text: string): Name => parseName(text)!;
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name) as [Name, Name, Name, Name];
const NUMBER = '+431234567';
const NOBODY: Settled = { charged: [], excused: [] };

/** All that these steps settled, each name as often as it was. */
function sumOf(...settled: readonly Settled[]): Settled {
  return { charged: settled.flatMap((it) => it.charged).sort(), excused: settled.flatMap((it) => it.excused).sort() };
}

describe('a fault', () => {
  it('is charged at once where another gateway gets through to the same destination', () => {
    const suspicions = new Suspicions();
    // The first fault begins the watch; before it nothing is counted.
    expect(suspicions.fault(NUMBER, a, 0)).toEqual(NOBODY);
    expect(suspicions.good(NUMBER, b, 1)).toEqual({ charged: [a], excused: [] });
    expect(suspicions.fault(NUMBER, a, 2)).toEqual({ charged: [a], excused: [] });
    expect(suspicions.passTime(90_000)).toEqual(NOBODY);
  });

  it('is nobody’s where all fail towards one destination, and is excused after a minute', () => {
    const suspicions = new Suspicions();
    for (const gateway of [a, b, c, d, a]) expect(suspicions.fault(NUMBER, gateway, 1_000)).toEqual(NOBODY);
    expect(suspicions.passTime(60_999)).toEqual(NOBODY);
    expect(suspicions.passTime(61_000)).toEqual({ charged: [], excused: [a, b, c, d, a] });
    expect(suspicions.passTime(200_000)).toEqual(NOBODY);
  });

  it('is charged after a minute where nobody else has tried', () => {
    const suspicions = new Suspicions();
    suspicions.fault(NUMBER, a, 0);
    suspicions.fault(NUMBER, a, 30_000);
    expect(suspicions.passTime(59_999)).toEqual(NOBODY);
    expect(suspicions.passTime(60_000)).toEqual({ charged: [a], excused: [] });
    expect(suspicions.passTime(90_000)).toEqual({ charged: [a], excused: [] });
  });

  it('is charged to three of four gateways that are dead', () => {
    const suspicions = new Suspicions();
    const settled = Array.from({ length: 10 }, (_, call) => [
      ...[a, b, c].map((gateway) => suspicions.fault(NUMBER, gateway, call)),
      suspicions.good(NUMBER, d, call),
    ]).flat();
    const { charged, excused } = sumOf(...settled);
    expect([a, b, c].map((gateway) => charged.filter((it) => it === gateway).length)).toEqual([10, 10, 10]);
    expect([charged.includes(d), excused]).toEqual([false, []]);
  });

  it('is not charged because of a gateway that itself gets through less than every second time', () => {
    const suspicions = new Suspicions();
    const rarely = [0, 1, 2, 3].map((at) => suspicions.fault(NUMBER, b, at));
    expect(sumOf(...rarely, suspicions.good(NUMBER, b, 4), suspicions.fault(NUMBER, a, 5))).toEqual(NOBODY);
    const often = [6, 7, 8].map((at) => suspicions.good(NUMBER, b, at));
    expect(sumOf(...often)).toEqual({ charged: [a], excused: [] });
  });

  it('is not charged because the gateway itself gets through at other times', () => {
    const suspicions = new Suspicions();
    suspicions.fault(NUMBER, a, 0);
    for (let at = 1; at < 10; at += 1) expect(suspicions.good(NUMBER, a, at)).toEqual(NOBODY);
  });

  it('waits at most twenty times: more would say nothing more', () => {
    const suspicions = new Suspicions();
    for (let call = 0; call < 100; call += 1) suspicions.fault(NUMBER, a, call);
    expect(suspicions.good(NUMBER, b, 100).charged).toHaveLength(20);
    // After these it may wait anew, and is charged as it comes.
    expect(suspicions.fault(NUMBER, a, 101).charged).toEqual([a]);
  });

  it('is known to wait until it is settled', () => {
    const suspicions = new Suspicions();
    suspicions.fault(NUMBER, a, 0);
    expect([suspicions.isWaiting(a), suspicions.isWaiting(b)]).toEqual([true, false]);
    suspicions.good(NUMBER, b, 1);
    expect(suspicions.isWaiting(a)).toBe(false);
    suspicions.fault('+4989123', a, 2);
    suspicions.passTime(60_002);
    expect(suspicions.isWaiting(a)).toBe(false);
  });

  it('is hardly charged where every gateway rings, and fails after all', () => {
    const suspicions = new Suspicions();
    const charged = [];
    for (let call = 0; call < 30; call += 1) {
      for (const gateway of [a, b, c]) {
        charged.push(...suspicions.good(NUMBER, gateway, call).charged);
        suspicions.takeBackGood(NUMBER, gateway);
        charged.push(...suspicions.fault(NUMBER, gateway, call).charged);
      }
    }
    for (const gateway of [a, b, c]) expect(charged.filter((it) => it === gateway).length).toBeLessThan(3);
  });

  it('is told from others by its destination', () => {
    const suspicions = new Suspicions();
    suspicions.fault('+431234567', a, 0);
    for (const elsewhere of ['+442079460', '431234567', '+4321']) {
      expect(suspicions.good(elsewhere, b, 1)).toEqual(NOBODY);
    }
    expect(suspicions.good('+431239999', b, 2)).toEqual({ charged: [a], excused: [] });
  });

  it.each([
    [119_999, [a]],
    [120_000, []],
  ])('is charged at once for two minutes after somebody got through: %d ms', (afterMs, charged) => {
    const suspicions = new Suspicions();
    suspicions.fault(NUMBER, a, 0);
    suspicions.good(NUMBER, b, 0);
    expect(suspicions.fault(NUMBER, a, afterMs).charged).toEqual(charged);
  });

  it('forgets in minutes who got through', () => {
    const suspicions = new Suspicions();
    suspicions.fault(NUMBER, a, 0);
    suspicions.good(NUMBER, b, 0);
    expect(suspicions.passTime(600_000)).toEqual(NOBODY);
    expect(suspicions.fault(NUMBER, a, 600_000)).toEqual(NOBODY);
  });
});

describe('what waits', () => {
  it('is bounded, however many numbers callers choose, and what has to go is settled', () => {
    const suspicions = new Suspicions();
    const numbers = Array.from({ length: 10_000 }, (_, at) => String(10_000 + at));
    expect(sumOf(...numbers.map((number) => suspicions.fault(number, a, 0)))).toEqual(NOBODY);
    suspicions.fault('10001', b, 0);
    // The destination that was longest untouched goes: only `a` has tried it.
    expect(suspicions.fault('90000', b, 0)).toEqual({ charged: [a], excused: [] });
    expect(suspicions.good('10000', b, 1)).toEqual(NOBODY);
    // The second one was touched since.
    expect(suspicions.good('10001', c, 1).charged).toEqual([a, b]);
  });

  it('is settled once and for all: every fault ends charged or excused, once', () => {
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom('fault' as const, 'fault' as const, 'good' as const, 'pass' as const),
        number: fc.constantFrom('10000', '10001', '20000', '+43123', ''),
        gateway: fc.constantFrom(a, b, c),
        afterMs: fc.nat(40_000),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const suspicions = new Suspicions();
        let nowMs = 0;
        const settled = sequence.map(({ kind, number, gateway, afterMs }) => {
          nowMs += afterMs;
          return kind === 'pass' ? suspicions.passTime(nowMs) : suspicions[kind](number, gateway, nowMs);
        });
        const { charged, excused } = sumOf(...settled, suspicions.passTime(nowMs + 60_000));
        const faults = sequence.filter(({ kind }) => kind === 'fault').map(({ gateway }) => gateway);
        expect([...charged, ...excused].sort()).toEqual(faults.sort());
        // Whoever never failed is never charged.
        expect(charged.every((gateway) => faults.includes(gateway))).toBe(true);
      }),
    );
  });
});
