import { Registry } from 'prom-client';
import { DecisionBook } from '../../src/live/decision-book.ts';
import { DecisionFile } from '../../src/live/decision-file.ts';
import type { AttemptNews, DecidedCall } from '../../src/live/decision-notes.ts';
import { numberMask } from '../../src/live/number-mask.ts';
import { DecisionLogMetrics } from '../../src/metrics/decision-log-metrics.ts';
import type { Call } from '../../src/routing/call.ts';
import { decide, nothingLearned } from '../../src/routing/decide.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildCall } from '../support/build-call.ts';
import { ManualTimers } from '../support/fake-freeswitch/manual-timers.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';

/** A book with a clock of its own and a file in memory. */
export function toldBook({
  maskNumbers = 0,
  hasFile = true,
}: { readonly maskNumbers?: number; readonly hasFile?: boolean } = {}) {
  const registry = new Registry();
  const metrics = new DecisionLogMetrics(registry);
  const timers = new ManualTimers();
  const log = new CollectingLog();
  const written: string[] = [];
  const disk = {
    append: (lines: string) => {
      written.push(lines);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const after = timers.after.bind(timers);
  const book = new DecisionBook({
    timers,
    wallMs: () => Date.UTC(2026, 10, 25) + timers.nowMs(),
    mask: numberMask(maskNumbers),
    metrics,
    log,
    file: hasFile ? new DecisionFile('d.ndjson', disk, { metrics, log, after }) : undefined,
  });
  return {
    book,
    timers,
    log,
    /** What the file holds. */
    text: () => written.join(''),
    unrecorded: async () =>
      sampleValue(parseMetrics(await registry.metrics()), 'trunkhunt_decisions_unrecorded_total', {}),
  };
}

/** The snapshot that SQL makes. */
export function snapshotOf(sql: string): Snapshot {
  const { snapshot, findings } = temporaryInventory(sql).compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  return snapshot;
}

/** A call decided over a snapshot, everybody at the start of their turns. */
export function decidedCall(
  snapshot: Snapshot,
  call: Partial<Call> = {},
  more: Partial<DecidedCall> = {},
): DecidedCall {
  const whole: Call = { ...buildCall(), atMs: Date.UTC(2026, 10, 25), ...call };
  return {
    call: whole,
    decision: decide(snapshot, nothingLearned(new Map()), whole),
    snapshot,
    generation: 3,
    isFollowed: true,
    out: new Map(),
    full: new Map(),
    ...more,
  };
}

/** News of the first attempt: gw1 failed with 503, unless something else is said. */
export function attemptNews(news: Partial<AttemptNews> = {}): AttemptNews {
  return {
    decisionId: 'd-1',
    attempt: 1,
    gateway: 'gw1',
    outcome: 'gateway',
    isEnded: true,
    cause: 'NORMAL_TEMPORARY_FAILURE',
    sipStatus: 503,
    postDialDelayMs: undefined,
    answeredMs: undefined,
    ...news,
  };
}
