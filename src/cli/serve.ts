import { existsSync } from 'node:fs';
import { connectionLimit } from '../config/connection-limit.ts';
import { formatListenAddress } from '../config/listen-address.ts';
import type { ProcessLog } from '../config/log.ts';
import { describeSettings, type Settings } from '../config/settings.ts';
import { CLIENT_TIMES } from '../http/server-limits.ts';
import { type RunningServer, runServer } from '../http/run-server.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { openSqliteSource } from '../inventory/sqlite-source.ts';
import { ageClock } from '../live/age-clock.ts';
import { decisionIds } from '../live/decision-ids.ts';
import { Fleet } from '../live/fleet.ts';
import { startHistoryPruning } from '../live/history-pruning.ts';
import { startInventoryLoop } from '../live/inventory-loop.ts';
import { keepState } from '../live/keep-state.ts';
import { LiveState } from '../live/live-state.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';
import type { GuardedAccess } from './guard-access.ts';
import { keepDecisions } from './keep-decisions.ts';
import { nextSteps } from './next-steps.ts';
import { openFiles } from './open-files.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type ServedCertificates, serveCertificates } from './serve-certificates.ts';
import { startExporting } from './start-exporting.ts';
import { watchUnhandled } from './watch-unhandled.ts';

/** A supervisor waits some 10 s before it kills: this leaves time to spare. */
const STOP_GRACE_MS = 4_000;

/** What is there before anything is opened. */
export interface ServeParts {
  readonly access: GuardedAccess;
  readonly metrics: ServerMetrics;
  readonly log: ProcessLog;
}

/**
 * Runs the server until the process is asked to stop: the life of everything is in here, from top to bottom.
 * @throws OperatorError of the settings' files, the inventory, the state file, the address
 */
export async function serve(
  settings: Settings,
  createExample: boolean,
  { access, metrics, log }: ServeParts,
  context: CommandContext,
): Promise<void> {
  // From the first moment on, so that being stopped while starting ends as well as later.
  const stopped = context.stopped();
  // Nor does a reload end a server that is still starting, or ending: until the process is gone there is nothing to stop.
  context.reloads(() => undefined);
  const keyFile = new KeyFile(settings.keyFile);
  keyFile.read();
  const made = createExample && !existsSync(settings.database);
  const { backup, applied } = prepareDatabase(settings.database, made, context.nowMs());
  if (applied > 0) log.info({ database: settings.database, applied, backup }, 'inventory migrated');

  const source = openSqliteSource(settings.database, { waitMs: 0, clockMs: context.clockMs, keyFile });
  for (const finding of openFiles(settings)) log.warn({ finding }, `${finding.where}: ${finding.what}`);
  const timers = { nowMs: context.clockMs, after: context.after };
  const decisions = keepDecisions(settings, context, metrics.decisionLog, log);
  const live = new LiveState(metrics, log, context.clockMs, decisions);
  // A switch that goes on alone has the lists that it took over last.
  const keepsAllLists = settings.exportTo !== undefined;
  const fleet = new Fleet({ live, timers, random: context.random, metrics: metrics.live, log, keepsAllLists });
  const kept = keepState(settings.state, {
    live,
    fleet,
    timers,
    log,
    clock: { bootId: context.bootId, wallOffsetMs: context.nowMs() - context.clockMs() },
    onWritable: (isWritable) => {
      metrics.storage.stateWritable(isWritable);
    },
  });
  metrics.unhandled.count('exception', kept.crashes);
  let server: RunningServer | undefined;
  watchUnhandled(context, {
    metrics: metrics.unhandled,
    log,
    circumstances: () => ({ generation: live.serving?.generation ?? 0 }),
    leave: async () => {
      try {
        kept.crashed();
      } finally {
        void server?.stop(0);
        await decisions.stop();
      }
    },
  });
  const ages = { nowMs: ageClock(context.nowMs, context.clockMs), after: context.after };
  const exporter = startExporting(settings, { live, metrics, log }, ages);
  const stopLoop = startInventoryLoop(source, live);
  const stopPruning = startHistoryPruning({ path: settings.database, live, log, ...ages });
  const stopFollowing = access.follow();
  let tls: ServedCertificates | undefined;
  try {
    tls = await serveCertificates(settings, { log, metrics: metrics.tls }, context);
    fleet.start();
    const { maxInWork, maxWaitMs } = settings;
    const { connections: maxConnections, openFiles } = connectionLimit(settings.maxConnections, context.readFile);
    if (openFiles !== undefined) {
      log.warn({ maxConnections, openFiles }, `fewer connections than maxConnections: ${openFiles} files may be open`);
    }
    const parts = {
      live,
      fleet,
      decisions,
      metrics,
      log,
      gate: access.gate,
      stamps: { nowMs: context.nowMs, nextDecisionId: decisionIds(context.nowMs(), context.random) },
      clockMs: context.clockMs,
      after: context.after,
      limits: { ...CLIENT_TIMES, maxInWork, maxWaitMs, maxConnections },
    };
    server = await runServer(settings.listen, parts, tls?.certificates);
    const url = `${tls === undefined ? 'http' : 'https'}://${formatListenAddress(server.address)}`;
    log.info({ url, ...describeSettings(settings) }, 'listening');
    if (createExample) context.terminal.out(nextSteps(settings.database, url));
    await stopped;
    log.info({}, 'stopping: nothing more is accepted');
    await server.stop(STOP_GRACE_MS);
    log.info({}, 'stopped');
  } finally {
    tls?.stop();
    stopFollowing();
    stopLoop();
    stopPruning();
    exporter?.stop();
    fleet.stop();
    kept.stop();
    await decisions.stop();
    source.close();
  }
}
