import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FaultEvidence,
  faultProbability,
  noEvidence,
  withCall,
  withoutGood,
} from '../../src/routing/fault-evidence.ts';

const HOUR_MS = 3_600_000;
const LIMIT = 0.1;
const CONFIDENCE = 0.95;

/** What these calls show, all at one moment: `x` a fault, `.` a good call. */
function evidenceOf(calls: string, before = noEvidence(0), atMs = before.atMs): FaultEvidence {
  return Array.from(calls).reduce((evidence, call) => withCall(evidence, call === 'x', atMs), before);
}

const probabilityOf = (evidence: FaultEvidence, atMs = evidence.atMs): number =>
  faultProbability(evidence, LIMIT, atMs);

/** After which of these calls one is sure for the first time that the limit is exceeded; 0 = after none. */
function sureAfter(calls: string, before = noEvidence(0)): number {
  let evidence = before;
  for (const [at, call] of Array.from(calls).entries()) {
    evidence = evidenceOf(call, evidence);
    if (probabilityOf(evidence) >= CONFIDENCE) return at + 1;
  }
  return 0;
}

describe('evidence of faults', () => {
  it('is enough after three faults of three, and not after two of two', () => {
    expect(sureAfter('xxx')).toBe(3);
    expect(sureAfter('xx')).toBe(0);
  });

  it('is enough after the fifth fault in a row of an established gateway', () => {
    expect(sureAfter('xxxxxxxx', evidenceOf('.'.repeat(1_000)))).toBe(5);
  });

  it('is enough within a hundred calls of which thirty are faults, in whatever order', () => {
    const thirtyOfHundred = fc
      .shuffledSubarray([...Array(100).keys()], { minLength: 30, maxLength: 30 })
      .map((faults) => [...Array(100).keys()].map((at) => (faults.includes(at) ? 'x' : '.')).join(''));
    fc.assert(
      fc.property(thirtyOfHundred, (calls) => {
        expect(sureAfter(calls)).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['one fault in fifty calls', '.'.repeat(49) + 'x'],
    ['two faults in a row in fifty calls', '.'.repeat(48) + 'xx'],
  ])('is not enough for %s, however often', (_, calls) => {
    expect(sureAfter(calls.repeat(40))).toBe(0);
  });

  it('counts half after nine more calls', () => {
    expect(evidenceOf('x.........').faults).toBeCloseTo(0.5, 10);
    expect(evidenceOf('.xxxxxxxxx').goods).toBeCloseTo(0.5, 10);
  });

  it('counts half after four hours', () => {
    const before = evidenceOf('xxxxx');
    const halved = { ...before, faults: before.faults / 2, goods: before.goods / 2 };
    expect(probabilityOf(before, 4 * HOUR_MS)).toBeCloseTo(probabilityOf(halved), 10);
    expect(probabilityOf(before, 4 * HOUR_MS)).toBeLessThan(probabilityOf(before));
    expect(withCall(before, false, 4 * HOUR_MS).faults).toBeCloseTo(evidenceOf('.', halved).faults, 10);
  });

  it('is old after two days, so that nothing is held against anybody', () => {
    expect(probabilityOf(evidenceOf('x'.repeat(50)), 48 * HOUR_MS)).toBeCloseTo(probabilityOf(noEvidence(0)), 2);
  });

  it('never holds more than the calls that a half-life of nine leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (calls) => {
        const { faults, goods } = evidenceOf(calls.map((isFault) => (isFault ? 'x' : '.')).join(''));
        expect(faults + goods).toBeLessThanOrEqual(1 / (1 - 2 ** (-1 / 9)) + 1e-9);
        expect(Math.min(faults, goods)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('grows more with a fault than with a good call', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (calls) => {
        const before = evidenceOf(calls.map((isFault) => (isFault ? 'x' : '.')).join(''));
        expect(probabilityOf(evidenceOf('x', before))).toBeGreaterThan(probabilityOf(evidenceOf('.', before)));
      }),
    );
  });

  it('fades nothing where the clock goes back', () => {
    const before = evidenceOf('xxx', noEvidence(HOUR_MS));
    expect(probabilityOf(before, 0)).toBe(probabilityOf(before, HOUR_MS));
    expect(withCall(before, true, 0).faults).toBe(withCall(before, true, HOUR_MS).faults);
  });

  it('loses a good call that was taken back, and never more than there is', () => {
    expect(withoutGood(evidenceOf('..')).goods).toBeCloseTo(evidenceOf('..').goods - 1, 10);
    expect(withoutGood(noEvidence(0))).toEqual(noEvidence(0));
  });
});
