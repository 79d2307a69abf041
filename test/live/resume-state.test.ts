import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LearnedRow } from '../../src/inventory/state-file.ts';
import { type LearnedEntry, healthEntries, writeLearnedRow } from '../../src/live/learned-rows.ts';
import { resumeState } from '../../src/live/resume-state.ts';
import type { StateClock } from '../../src/live/state-clock.ts';
import { type Ejection, ejectedUntilMs } from '../../src/routing/ejection.ts';
import { parseName } from '../../src/routing/name.ts';
import type { HealthPolicy } from '../../src/routing/health-policy.ts';

const YEAR_MS = 365 * 86_400_000;
const POLICY: HealthPolicy = {
  mode: 'enforce',
  whenAllDown: 'try_all',
  faultLimit: 0.1,
  confidence: 0.95,
  ejectSeconds: 30,
  slowStartSeconds: 60,
};
const [GROUP, GATEWAY] = [parseName('g')!, parseName('a')!];

/** From a second to ten years, either way. */
const jumps = fc
  .tuple(fc.constantFrom(1, -1), fc.double({ min: 3, max: Math.log10(10 * YEAR_MS), noNaN: true }))
  .map(([sign, exponent]) => Math.round(sign * 10 ** exponent));

/** What happens to a machine that trunkhunt runs on. `kill` = the next process begins, after so long. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(40_000) }),
    fc.record({ kind: fc.constant('jump' as const), ms: jumps }),
    fc.record({ kind: fc.constant('kill' as const), ms: fc.nat(20_000) }),
    fc.record({ kind: fc.constant('reboot' as const), ms: fc.nat(2 * 3_600_000) }),
  ),
  { maxLength: 12 },
);

/** A machine with its clocks; `trueMs` is what nobody can read. */
class Machine {
  trueMs = 1_795_332_252_000;
  #wallErrorMs = 0;
  #bootedMs = this.trueMs - 50_000;
  #boots = 0;

  get nowMs(): number {
    return this.trueMs - this.#bootedMs;
  }

  get clock(): StateClock {
    return { bootId: `boot-${this.#boots}`, wallOffsetMs: this.trueMs + this.#wallErrorMs - this.nowMs };
  }

  jump(ms: number): void {
    this.#wallErrorMs += ms;
  }

  reboot(offMs: number): void {
    this.trueMs += offMs;
    this.#bootedMs = this.trueMs;
    this.#boots += 1;
  }
}

function rowsOf(ejection: Ejection, clock: StateClock): readonly LearnedRow[] {
  const ejections = [{ hostname: 'fs1', group: GROUP, gateway: GATEWAY, ejection }];
  const entries: LearnedEntry[] = [
    { kind: 'clock', key: [], of: clock },
    ...healthEntries({ evidence: [], ejections }),
  ];
  return entries.map((entry) => writeLearnedRow(entry, clock.wallOffsetMs));
}

describe('an ejection', () => {
  it('ends as if no process had ended and no clock been set, and no earlier where the machine was off', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 7 }), (course, strikes) => {
        const machine = new Machine();
        let ejection: Ejection = { stage: 'ejected', sinceMs: machine.nowMs, strikes, trialGoods: 0 };
        let { clock } = machine;
        // When it is to end, by the time that nobody can read.
        const endsMs = machine.trueMs + ejectedUntilMs(ejection, POLICY) - machine.nowMs;
        let reboots = 0;
        for (const { kind, ms } of course) {
          const leftMs = ejectedUntilMs(ejection, POLICY) - machine.nowMs;
          if (kind === 'pass' || kind === 'kill') machine.trueMs += ms;
          if (kind === 'jump') machine.jump(ms);
          if (kind === 'reboot') machine.reboot(ms);
          if (kind === 'pass' || kind === 'jump') continue;
          const resumed = resumeState(rowsOf(ejection, clock), machine.clock, machine.nowMs);
          const [booked] = resumed.state.ejections;
          ({ clock } = resumed);
          ejection = booked!.ejection;
          expect(ejection.sinceMs).toBeLessThanOrEqual(machine.nowMs);
          const restLeftMs = ejectedUntilMs(ejection, POLICY) - machine.nowMs;
          if (kind === 'kill') {
            expect(Math.abs(restLeftMs - (leftMs - ms))).toBeLessThan(2);
          } else {
            // What passed before the machine went off, and while it was, may be forgotten, but never more.
            expect(restLeftMs).toBeLessThanOrEqual(30_000 * 2 ** (strikes - 1));
            expect(restLeftMs).toBeGreaterThanOrEqual(leftMs - ms - 2);
            reboots += 1;
          }
        }
        const endMs = machine.trueMs + ejectedUntilMs(ejection, POLICY) - machine.nowMs;
        expect(endMs).toBeGreaterThanOrEqual(endsMs - course.length * 2);
        if (reboots === 0) expect(Math.abs(endMs - endsMs)).toBeLessThanOrEqual(course.length * 2);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the clock of the rows', () => {
  const EJECTED: Ejection = { stage: 'ejected', sinceMs: 4_000, strikes: 1, trialGoods: 0 };
  const rows = rowsOf(EJECTED, { bootId: 'b', wallOffsetMs: 1e12 }).filter(({ kind }) => kind !== 'clock');
  const resumed = (value: string, bootId = 'b') =>
    resumeState([{ kind: 'clock', key: '[]', value }, ...rows], { bootId, wallOffsetMs: 1e12 + 7 }, 5_000);

  it('is gone on with where the machine still runs', () => {
    expect(resumed('["b",1000000000000]')).toMatchObject({
      clock: { bootId: 'b', wallOffsetMs: 1e12 },
      changes: [],
      state: { ejections: [{ ejection: EJECTED }] },
    });
  });

  it.each(['null', 'oops', '7', '[]', '["b"]', '["b","1"]', '["b",null]', '["",1000000000000]', '["other",1]', '{}'])(
    'is of no use where it says %s: the wall clock is asked',
    (value) => {
      const { clock, changes, state } = resumed(value);
      expect(clock.wallOffsetMs).toBe(1e12 + 7);
      expect(changes.map(({ row }) => row.kind)).toEqual(['clock', 'ejection']);
      expect(state.ejections[0]!.ejection.sinceMs).toBe(4_000 - 7);
    },
  );

  it('is never gone on with where the system does not say which run of the machine it is', () => {
    expect(resumed('["",1000000000000]', '').clock.wallOffsetMs).toBe(1e12 + 7);
  });

  it('says nothing where nothing was learned', () => {
    const { state } = resumeState([], { bootId: 'b', wallOffsetMs: 0 }, 5_000);
    expect([...state.ejections, ...state.evidence]).toEqual([]);
  });
});
