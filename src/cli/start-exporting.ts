import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import { ExportKeeper } from '../export/export-keeper.ts';
import type { LiveState } from '../live/live-state.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';

/** A switch goes on with its own files where the server is away: they are written after each snapshot. */
export function startExporting(
  { exportTo: folder, exportSwitch: hostname = '' }: Settings,
  { live, metrics, log }: { readonly live: LiveState; readonly metrics: ServerMetrics; readonly log: Log },
  { nowMs, after }: Pick<CommandContext, 'nowMs' | 'after'>,
): ExportKeeper | undefined {
  if (folder === undefined) return undefined;
  const count = (result: 'ok' | 'failed'): void => {
    metrics.exported(result);
  };
  const keeper = new ExportKeeper({ folder, hostname, log, count, nowMs, after });
  live.onServed((snapshot) => {
    keeper.served(snapshot);
  });
  return keeper;
}
