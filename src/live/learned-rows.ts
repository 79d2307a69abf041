import type { LearnedRow } from '../inventory/state-file.ts';
import { type Ejection, NEVER_EJECTED } from '../routing/ejection.ts';
import { lagsByName } from '../routing/carry-lags.ts';
import { type Name, parseName } from '../routing/name.ts';
import type { Scheduler } from '../routing/scheduler.ts';
import type { AppliedGateway } from './wanted-gateway.ts';
import type { BookedEjection, EjectionBook } from './ejection-book.ts';

/** All that is kept over a restart. */
export interface LearnedState {
  readonly evidence: EjectionBook['evidence'];
  readonly ejections: readonly BookedEjection[];
  /** By hostname, then gateway. */
  readonly applied: ReadonlyMap<string, ReadonlyMap<string, AppliedGateway>>;
  readonly cores: ReadonlyMap<string, string>;
  /** Lags in calls, by the key of the line-up. */
  readonly lags: ReadonlyMap<string, ReadonlyMap<Name, number>>;
}

/** Lags are kept to a millionth of a call. */
const LAG_DIGITS = 6;

const STAGES: readonly string[] = ['in', 'ejected', 'trial', 'slow_start'];

/**
 * Writes the state as rows. Moments become wall-clock times, since a monotonic clock begins anew with each process.
 * @param wallOffsetMs wall clock minus monotonic clock
 */
export function writeLearnedRows(
  state: Omit<LearnedState, 'lags'>,
  schedulers: readonly (readonly [key: string, scheduler: Scheduler])[],
  wallOffsetMs: number,
): readonly LearnedRow[] {
  const wall = (atMs: number): number => Math.round(atMs + wallOffsetMs);
  return [
    ...state.evidence.map(({ hostname, gateway, evidence }) =>
      row('evidence', [hostname, gateway], [round(evidence.faults), round(evidence.goods), wall(evidence.atMs)]),
    ),
    ...state.ejections.map(({ hostname, group, gateway, ejection: it }) =>
      row('ejection', [hostname, group, gateway], [it.stage, wall(it.sinceMs), it.strikes, it.trialGoods]),
    ),
    ...[...state.applied].flatMap(([hostname, gateways]) =>
      [...gateways].map(([gateway, it]) => row('applied', [hostname, gateway], [it.fingerprint, it.drainSeconds])),
    ),
    ...[...state.cores].map(([hostname, core]) => row('core', [hostname], [core])),
    ...schedulers.map(([key, scheduler]) =>
      row(
        'lags',
        [key],
        [...lagsByName(scheduler)].map(([name, lag]) => [name, round(lag)]),
      ),
    ),
  ];
}

/** Reads rows back. What cannot be read is left out: it costs a warm-up. */
export function readLearnedRows(rows: readonly LearnedRow[], wallOffsetMs: number, nowMs: number): LearnedState {
  // A wall clock that was set back must not put anything into the future.
  const moment = (wallMs: unknown): number => Math.min(nowMs, numberIn(wallMs) - wallOffsetMs);
  const evidence: EjectionBook['evidence'][number][] = [];
  const ejections: BookedEjection[] = [];
  const applied = new Map<string, Map<string, AppliedGateway>>();
  const cores = new Map<string, string>();
  const lags = new Map<string, ReadonlyMap<Name, number>>();
  for (const { kind, key, value } of rows) {
    const words = parse(key);
    const parts = parse(value ?? '');
    const [hostname = ''] = words.map(String);
    const last = nameIn(words.at(-1));
    if (kind === 'core') cores.set(hostname, String(parts[0]));
    else if (kind === 'lags') lags.set(hostname, lagsOf(parts));
    else if (last === undefined) continue;
    else if (kind === 'evidence') {
      const [faults, goods, at] = parts;
      evidence.push({
        hostname,
        gateway: last,
        evidence: { faults: numberIn(faults), goods: numberIn(goods), atMs: moment(at) },
      });
    } else if (kind === 'ejection') {
      const group = nameIn(words[1]);
      const ejection = ejectionOf(parts, moment);
      if (group !== undefined && ejection !== undefined) ejections.push({ hostname, group, gateway: last, ejection });
    } else if (kind === 'applied') {
      const gateways = applied.get(hostname) ?? new Map<string, AppliedGateway>();
      applied.set(hostname, gateways);
      gateways.set(last, { fingerprint: String(parts[0]), drainSeconds: numberIn(parts[1]) });
    }
  }
  return { evidence, ejections, applied, cores, lags };
}

function ejectionOf(parts: readonly unknown[], moment: (wallMs: unknown) => number): Ejection | undefined {
  const [stage, since, strikes, trialGoods] = parts;
  if (!STAGES.includes(String(stage))) return undefined;
  return {
    ...NEVER_EJECTED,
    stage: stage as Ejection['stage'],
    sinceMs: moment(since),
    strikes: numberIn(strikes),
    trialGoods: numberIn(trialGoods),
  };
}

function lagsOf(parts: readonly unknown[]): ReadonlyMap<Name, number> {
  return new Map(
    parts.flatMap((part) => {
      const [text, lag] = Array.isArray(part) ? (part as readonly unknown[]) : [];
      const name = nameIn(text);
      return name === undefined ? [] : [[name, numberIn(lag)] as const];
    }),
  );
}

function row(kind: string, key: readonly string[], value: unknown): LearnedRow {
  return { kind, key: JSON.stringify(key), value: JSON.stringify(value) };
}

function parse(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? (parsed as readonly unknown[]) : [];
  } catch {
    return [];
  }
}

function nameIn(value: unknown): Name | undefined {
  return typeof value === 'string' ? parseName(value) : undefined;
}

function numberIn(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function round(value: number): number {
  return Number(value.toFixed(LAG_DIGITS));
}
