import type { LearnedRow } from '../inventory/state-file.ts';
import { lagsByName } from '../routing/carry-lags.ts';
import { type Ejection, NEVER_EJECTED, STRIKES_LIMIT } from '../routing/ejection.ts';
import type { FaultEvidence } from '../routing/fault-evidence.ts';
import { type Name, parseName } from '../routing/name.ts';
import type { Scheduler } from '../routing/scheduler.ts';
import type { BookedEjection } from './ejection-book.ts';
import type { BookedEvidence } from './evidence-book.ts';
import type { StateClock } from './state-clock.ts';
import type { AppliedGateway } from './wanted-gateway.ts';

/** All that is kept over a restart. */
export interface LearnedState {
  readonly evidence: readonly BookedEvidence[];
  readonly ejections: readonly BookedEjection[];
  /** By hostname, then gateway. */
  readonly applied: ReadonlyMap<string, ReadonlyMap<string, AppliedGateway>>;
  readonly cores: ReadonlyMap<string, string>;
  /** Lags in calls, by the key of the line-up. */
  readonly lags: ReadonlyMap<string, ReadonlyMap<Name, number>>;
}

/** One thing that is kept, before it is made text. All but the scheduler are replaced when they change. */
export type LearnedEntry = { readonly key: readonly string[] } & (
  | { readonly kind: 'clock'; readonly of: StateClock }
  | { readonly kind: 'evidence'; readonly of: FaultEvidence }
  | { readonly kind: 'ejection'; readonly of: Ejection }
  | { readonly kind: 'applied'; readonly of: AppliedGateway }
  | { readonly kind: 'core'; readonly of: string }
  | { readonly kind: 'lags'; readonly of: Scheduler }
);

/** Lags are kept to a millionth of a call. */
const LAG_DIGITS = 6;

/** More than fading calls ever sum to, many times over: whatever else a file says would never fade. */
const EVIDENCE_LIMIT = 1_000;

const STAGES: readonly string[] = ['in', 'ejected', 'trial', 'slow_start'];

/** What calls have shown, one by one. */
export function* healthEntries({
  evidence,
  ejections,
}: Pick<LearnedState, 'evidence' | 'ejections'>): Generator<LearnedEntry> {
  for (const it of evidence) {
    yield { kind: 'evidence', key: [it.hostname, it.group, it.gateway], of: it.evidence };
  }
  for (const it of ejections) {
    yield { kind: 'ejection', key: [it.hostname, it.group, it.gateway], of: it.ejection };
  }
}

/** What switches were given, one by one. */
export function* appliedEntries(applied: LearnedState['applied']): Generator<LearnedEntry> {
  for (const [hostname, gateways] of applied) {
    for (const [gateway, it] of gateways) yield { kind: 'applied', key: [hostname, gateway], of: it };
  }
}

/**
 * Writes one thing as a row. Moments are written as wall-clock times, since a monotonic clock begins anew with each
 * start of the machine.
 * @param wallOffsetMs wall clock minus monotonic clock
 */
export function writeLearnedRow({ kind, key, of: it }: LearnedEntry, wallOffsetMs: number): LearnedRow {
  const wall = (atMs: number): number => Math.round(atMs + wallOffsetMs);
  const row = (value: unknown): LearnedRow => ({ kind, key: JSON.stringify(key), value: JSON.stringify(value) });
  switch (kind) {
    case 'clock':
      return row([it.bootId, it.wallOffsetMs]);
    case 'evidence':
      return row([round(it.faults), round(it.goods), wall(it.atMs)]);
    case 'ejection':
      return row([it.stage, wall(it.sinceMs), it.strikes, it.trialGoods]);
    case 'applied':
      return row([it.fingerprint, it.drainSeconds]);
    case 'core':
      return row([it]);
    case 'lags':
      return row([...lagsByName(it)].map(([name, lag]) => [name, round(lag)]));
  }
}

/** Reads rows back. What cannot be read is left out: it costs a warm-up. */
export function readLearnedRows(rows: readonly LearnedRow[], wallOffsetMs: number, nowMs: number): LearnedState {
  // A wall clock that was set back must not put anything into the future.
  const moment = (wallMs: unknown): number => Math.min(nowMs, numberIn(wallMs) - wallOffsetMs);
  const evidence: BookedEvidence[] = [];
  const ejections: BookedEjection[] = [];
  const applied = new Map<string, Map<string, AppliedGateway>>();
  const cores = new Map<string, string>();
  const lags = new Map<string, ReadonlyMap<Name, number>>();
  for (const { kind, key, value } of rows) {
    const words = parse(key);
    const parts = parse(value ?? '');
    const hostname = textIn(words[0]);
    const last = nameIn(words.at(-1));
    const group = words.length === 3 ? nameIn(words[1]) : undefined;
    if (kind === 'core') cores.set(hostname, textIn(parts[0]));
    else if (kind === 'lags') lags.set(hostname, lagsOf(parts));
    else if (last === undefined) continue;
    else if (kind === 'evidence' && group !== undefined) {
      const [faults, goods, at] = parts;
      evidence.push({
        hostname,
        group,
        gateway: last,
        evidence: {
          faults: within(EVIDENCE_LIMIT, numberIn(faults)),
          goods: within(EVIDENCE_LIMIT, numberIn(goods)),
          atMs: moment(at),
        },
      });
    } else if (kind === 'ejection') {
      const ejection = ejectionOf(parts, moment);
      if (group !== undefined && ejection !== undefined) ejections.push({ hostname, group, gateway: last, ejection });
    } else if (kind === 'applied') {
      const gateways = applied.get(hostname) ?? new Map<string, AppliedGateway>();
      applied.set(hostname, gateways);
      gateways.set(last, { fingerprint: textIn(parts[0]), drainSeconds: numberIn(parts[1]) });
    }
  }
  return { evidence, ejections, applied, cores, lags };
}

function ejectionOf(parts: readonly unknown[], moment: (wallMs: unknown) => number): Ejection | undefined {
  const [stage, since, strikes, trialGoods] = parts;
  if (!STAGES.includes(textIn(stage))) return undefined;
  return {
    ...NEVER_EJECTED,
    stage: stage as Ejection['stage'],
    sinceMs: moment(since),
    strikes: within(STRIKES_LIMIT, numberIn(strikes)),
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

/** What is no text cannot always be made one: an object of JSON may say that its `toString` is a number. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberIn(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function within(limit: number, value: number): number {
  return Math.max(0, Math.min(limit, value));
}

function round(value: number): number {
  return Number(value.toFixed(LAG_DIGITS));
}
