import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LearnedRow } from '../../src/inventory/state-file.ts';
import {
  appliedEntries,
  healthEntries,
  type LearnedEntry,
  type LearnedState,
  readLearnedRows,
  writeLearnedRow,
} from '../../src/live/learned-rows.ts';
import { resumeLags } from '../../src/routing/carry-lags.ts';
import { type Name, parseName } from '../../src/routing/name.ts';
import { Scheduler } from '../../src/routing/scheduler.ts';
import { numberedLineup } from '../support/numbered-lineup.ts';
import { takeTurns } from '../support/take-turns.ts';

const WALL_MS = 1_795_332_252_786;

const names = fc.constantFrom('a', 'gw-1', 'A.b_c', '7').map((text): Name => parseName(text)!);
// Any text on one line, which need not be kind to whoever reads keys.
const hostnames = fc.oneof(fc.constantFrom('fs1', 'fs2', '["fs1"]', '__proto__'), fc.string({ maxLength: 8 }));
const amounts = fc.integer({ min: 0, max: 14_000_000 }).map((millionths) => millionths / 1e6);

const states = fc.record({
  evidence: fc.uniqueArray(
    fc.record({
      hostname: hostnames,
      group: names,
      gateway: names,
      evidence: fc.record({ faults: amounts, goods: amounts, atMs: fc.nat(1e9) }),
    }),
    { selector: ({ hostname, group, gateway }) => JSON.stringify([hostname, group, gateway]), maxLength: 5 },
  ),
  ejections: fc.uniqueArray(
    fc.record({
      hostname: hostnames,
      group: names,
      gateway: names,
      ejection: fc.record({
        stage: fc.constantFrom('in' as const, 'ejected' as const, 'trial' as const, 'slow_start' as const),
        sinceMs: fc.nat(1e9),
        strikes: fc.integer({ min: 0, max: 7 }),
        trialGoods: fc.integer({ min: 0, max: 2 }),
      }),
    }),
    { selector: ({ hostname, group, gateway }) => JSON.stringify([hostname, group, gateway]), maxLength: 5 },
  ),
  applied: fc
    .array(
      fc.tuple(hostnames, fc.array(fc.tuple(names, fc.base64String(), fc.nat(86_400)), { minLength: 1, maxLength: 3 })),
      { maxLength: 3 },
    )
    .map(
      (switches) =>
        new Map(
          switches.map(([hostname, gateways]) => [
            hostname,
            new Map(
              gateways.map(([name, fingerprint, drainSeconds]) => [name as string, { fingerprint, drainSeconds }]),
            ),
          ]),
        ),
    ),
  cores: fc.array(fc.tuple(hostnames, fc.uuid()), { maxLength: 3 }).map((cores) => new Map(cores)),
});

const EMPTY: LearnedState = { evidence: [], ejections: [], applied: new Map(), cores: new Map(), lags: new Map() };

/** The rows of all of it but lags. */
function rowsOf(state: Omit<LearnedState, 'lags'>): readonly LearnedRow[] {
  const cores = [...state.cores].map(([hostname, of]): LearnedEntry => ({ kind: 'core', key: [hostname], of }));
  const entries = [...healthEntries(state), ...appliedEntries(state.applied), ...cores];
  return entries.map((entry) => writeLearnedRow(entry, WALL_MS));
}

describe('the rows of the learned state', () => {
  it('bring back what was written, by the clock of the process that reads them', () => {
    fc.assert(
      fc.property(states, fc.nat(1e9), fc.nat(1e9), (state, startedMs, passedMs) => {
        const rows = rowsOf(state);
        // The next process has a monotonic clock of its own: so much of it stands for the same wall-clock time.
        const offset = WALL_MS - startedMs;
        const read = readLearnedRows(rows, offset, 1e9 + startedMs + passedMs);
        const moved = (atMs: number) => atMs + startedMs;
        expect(read).toEqual({
          ...state,
          evidence: state.evidence.map((it) => ({
            ...it,
            evidence: { ...it.evidence, atMs: moved(it.evidence.atMs) },
          })),
          ejections: state.ejections.map((it) => ({
            ...it,
            ejection: { ...it.ejection, sinceMs: moved(it.ejection.sinceMs) },
          })),
          lags: new Map(),
        });
      }),
    );
  });

  it('have keys of their own: none stands for two things', () => {
    fc.assert(
      fc.property(states, (state) => {
        const keys = rowsOf(state).map(({ kind, key }) => `${kind} ${key}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('put nothing into the future where the wall clock was set back', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 1, max: 1e12 }), (state, backMs) => {
        const nowMs = 10;
        const read = readLearnedRows(rowsOf(state), WALL_MS - backMs, nowMs);
        const moments = [
          ...read.evidence.map(({ evidence }) => evidence.atMs),
          ...read.ejections.map(({ ejection }) => ejection.sinceMs),
        ];
        expect(moments.filter((atMs) => atMs > nowMs)).toEqual([]);
        expect(moments).toHaveLength(state.evidence.length + state.ejections.length);
      }),
    );
  });

  it('bring back the lags of a scheduler, so that it goes on where it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 6 }),
        fc.nat(300),
        (weights, calls) => {
          const lineup = numberedLineup(weights);
          const before = new Scheduler(lineup);
          takeTurns(before, calls);
          const row = writeLearnedRow({ kind: 'lags', key: ['g/1'], of: before }, WALL_MS);
          const { lags } = readLearnedRows([row], WALL_MS, 0);
          const after = resumeLags(lags.get('g/1')!, lineup, new Set());
          // Kept to a millionth of a call.
          for (const [member, lag] of after.lags().entries()) {
            expect(Math.abs(lag / after.unitsPerCall - before.lags()[member]! / before.unitsPerCall)).toBeLessThan(
              1e-5,
            );
          }
        },
      ),
    );
  });
});

describe('rows that cannot be read', () => {
  const read = (...rows: readonly LearnedRow[]) => readLearnedRows(rows, 0, 1_000);

  it.each<[string, LearnedRow]>([
    ['of another kind', { kind: 'dreams', key: '["fs1","a"]', value: '[1]' }],
    ['with a key that is no list', { kind: 'evidence', key: 'fs1', value: '[1,1,1]' }],
    ['with no gateway', { kind: 'evidence', key: '["fs1","g","not a name"]', value: '[1,1,1]' }],
    ['with no group, as older versions wrote them', { kind: 'evidence', key: '["fs1","a"]', value: '[1,1,1]' }],
    ['with no group', { kind: 'ejection', key: '["fs1","-x","a"]', value: '["trial",1,1,1]' }],
    ['in no stage', { kind: 'ejection', key: '["fs1","g","a"]', value: '["lost",1,1,1]' }],
    ['with a value that is no list', { kind: 'ejection', key: '["fs1","g","a"]', value: '{"stage":"trial"}' }],
  ])('are left out: %s', (_, row) => {
    expect(read(row)).toEqual(EMPTY);
  });

  it('cost only what is wrong with them', () => {
    const evidence = { kind: 'evidence', key: '["fs1","g","a"]', value: '["many",null,1e400]' };
    const lags = { kind: 'lags', key: '["g/1"]', value: '[["a",0.5],["not a name",1],7,["b"]]' };
    const state = read(evidence, lags);
    expect(state.evidence).toEqual([
      { hostname: 'fs1', group: 'g', gateway: 'a', evidence: { faults: 0, goods: 0, atMs: 0 } },
    ]);
    expect([...state.lags]).toEqual([
      [
        'g/1',
        new Map([
          ['a', 0.5],
          ['b', 0],
        ]),
      ],
    ]);
  });

  it.each([
    ['[1e300,1e300,0]', { faults: 1_000, goods: 1_000 }],
    ['[-1,-1e300,0]', { faults: 0, goods: 0 }],
    ['[1e400,-1e400,0]', { faults: 0, goods: 0 }],
    ['[0.5,999.5,0]', { faults: 0.5, goods: 999.5 }],
  ])('hold no more against or for a gateway than calls ever could: %s', (value, evidence) => {
    const state = read({ kind: 'evidence', key: '["fs1","g","a"]', value });
    expect(state.evidence.map((it) => it.evidence)).toEqual([{ ...evidence, atMs: 0 }]);
  });

  it.each([
    [1e300, 7],
    [8, 7],
    [7, 7],
    [-3, 0],
  ])('keep no gateway out for longer than ejections ever last: %d strikes count as %d', (strikes, counted) => {
    const { ejections } = read({
      kind: 'ejection',
      key: '["fs1","g","a"]',
      value: JSON.stringify(['ejected', 0, strikes, 0]),
    });
    expect(ejections.map(({ ejection }) => ejection.strikes)).toEqual([counted]);
  });

  it.each(['evidence', 'ejection', 'applied', 'core', 'lags'] as const)(
    'are left out where an object pretends to be a text: %s',
    (kind) => {
      const value = '[{"toString":0},{"toString":0}]';
      const { evidence, ejections, cores } = read({ kind, key: '[{"toString":0},"g","a"]', value });
      expect(ejections).toEqual([]);
      expect(evidence.map((it) => it.evidence.faults)).toEqual(kind === 'evidence' ? [0] : []);
      expect([...cores.values()]).toEqual(kind === 'core' ? [''] : []);
    },
  );

  it('never throw, whatever they are', () => {
    const row = fc.record({
      kind: fc.constantFrom('evidence', 'ejection', 'applied', 'core', 'lags'),
      key: fc.oneof(fc.json(), fc.string()),
      value: fc.oneof(fc.json(), fc.string(), fc.constant(undefined)),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const { evidence, ejections } = read(...rows);
        expect(evidence.length + ejections.length).toBeLessThanOrEqual(rows.length);
      }),
    );
  });
});
