import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import { DecisionBook } from '../live/decision-book.ts';
import { DecisionFile } from '../live/decision-file.ts';
import { numberMask } from '../live/number-mask.ts';
import { RotatedFile } from '../live/rotated-file.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';
import type { CommandContext } from './command-context.ts';

/** Where decisions are kept: in memory, and where a file is named, there too. */
export function keepDecisions(
  { decisionLog, decisionLogMegabytes, decisionLogFiles, maskNumbers }: Settings,
  { clockMs, nowMs, after }: CommandContext,
  metrics: DecisionLogMetrics,
  log: Log,
): DecisionBook {
  const options = { bytesLimit: decisionLogMegabytes * 1_000_000, olderFiles: decisionLogFiles };
  const file =
    decisionLog === undefined
      ? undefined
      : new DecisionFile(decisionLog, new RotatedFile({ path: decisionLog, ...options }), { metrics, log, after });
  file?.begin();
  return new DecisionBook({
    timers: { nowMs: clockMs, after },
    wallMs: nowMs,
    mask: numberMask(maskNumbers),
    metrics,
    log,
    file,
  });
}
