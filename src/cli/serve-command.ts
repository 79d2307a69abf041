import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { connectionLimit } from '../config/connection-limit.ts';
import { formatListenAddress } from '../config/listen-address.ts';
import { createLog, type Log } from '../config/log.ts';
import { DEFAULT_DATABASE, DEFAULT_LISTEN, LOG_FORMATS, LOG_LEVELS } from '../config/given-settings.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { describeSettings, readSettings, type Settings } from '../config/settings.ts';
import { packageVersion } from '../config/version.ts';
import { ExportKeeper } from '../export/export-keeper.ts';
import { CLIENT_TIMES } from '../http/server-limits.ts';
import { type RunningServer, runServer } from '../http/run-server.ts';
import { insertExampleInventory } from '../inventory/example-inventory.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { migrate } from '../inventory/migrate.ts';
import { readMigrations } from '../inventory/read-migrations.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { isUpToDate, requireSound, requireWhole } from '../inventory/require-whole.ts';
import { openSqliteSource } from '../inventory/sqlite-source.ts';
import { ageClock } from '../live/age-clock.ts';
import { DecisionBook } from '../live/decision-book.ts';
import { DecisionFile } from '../live/decision-file.ts';
import { decisionIds } from '../live/decision-ids.ts';
import { Fleet } from '../live/fleet.ts';
import { startHistoryPruning } from '../live/history-pruning.ts';
import { startInventoryLoop } from '../live/inventory-loop.ts';
import { keepState } from '../live/keep-state.ts';
import { LiveState } from '../live/live-state.ts';
import { numberMask } from '../live/number-mask.ts';
import { RotatedFile } from '../live/rotated-file.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { guardAccess, type GuardedAccess } from './guard-access.ts';
import { type ServedCertificates, serveCertificates } from './serve-certificates.ts';
import { openFiles } from './open-files.ts';
import { printJson } from './terminal.ts';
import { watchUnhandled } from './watch-unhandled.ts';

interface ServeFlags extends SettingFlags {
  readonly createExample?: boolean;
  readonly printConfig?: boolean;
}

/** A supervisor waits some 10 s before it kills: this leaves time to spare. */
const STOP_GRACE_MS = 4_000;

export function addServeCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(program.command('serve').description('answer FreeSWITCH, and follow the inventory'))
    .option('--listen <host:port>', 'where to listen (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--credentials-file <file>', 'holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)')
    .option('--access-file <file>', 'who may ask for what, and from where (TRUNKHUNT_ACCESS_FILE, else none)')
    .option('--key-file <file>', 'the keys of encrypted secrets (TRUNKHUNT_KEY_FILE, else none)')
    .option('--tls-cert <file>', 'the certificate, for https (TRUNKHUNT_TLS_CERT, else plain http)')
    .option('--tls-key <file>', 'its key (TRUNKHUNT_TLS_KEY)')
    .option('--tls-client-ca <file>', 'who signs the certificates that clients have to show (TRUNKHUNT_TLS_CLIENT_CA)')
    .option('--state <file>', 'keeps what is learned (TRUNKHUNT_STATE, else the database file with .state)')
    .option('--log-level <level>', `${LOG_LEVELS.join(', ')} (TRUNKHUNT_LOG_LEVEL, else info)`)
    .option('--log-format <format>', `${LOG_FORMATS.join(', ')} (TRUNKHUNT_LOG_FORMAT, else json)`)
    .option('--decision-log <file>', 'writes every decision there as JSON lines (TRUNKHUNT_DECISION_LOG, else none)')
    .option(
      '--decision-log-megabytes <n>',
      'its size before it is put aside (TRUNKHUNT_DECISION_LOG_MEGABYTES, else 100)',
    )
    .option('--decision-log-files <n>', 'older ones that are kept (TRUNKHUNT_DECISION_LOG_FILES, else 10)')
    .option('--mask-numbers <n>', 'hide the last n digits of all numbers (TRUNKHUNT_MASK_NUMBERS, else 0)')
    .option('--export-to <folder>', "keeps FreeSWITCH's own files there fresh (TRUNKHUNT_EXPORT_TO)")
    .option('--export-switch <hostname>', 'whose view they are, else what every switch has (TRUNKHUNT_EXPORT_SWITCH)')
    .option('--max-in-work <n>', 'look-ups that may wait before calls are shed (TRUNKHUNT_MAX_IN_WORK, else 1000)')
    .option('--max-wait-ms <n>', 'how long a call may wait before it is shed (TRUNKHUNT_MAX_WAIT_MS, else 250)')
    .option('--max-connections <n>', 'open connections of clients (TRUNKHUNT_MAX_CONNECTIONS, else 12000)')
    .option('--insecure-no-auth', 'listen beyond loopback without asking for a password')
    .option('--create-example', 'where the database file does not exist, make it with two example gateways')
    .option('--print-config', 'print the settings, without secrets, and stop')
    .action(async (flags: ServeFlags) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'listen');
      const log = createLog(settings.logLevel, settings.logFormat);
      const metrics = new ServerMetrics(packageVersion(), context.nodeVersion);
      const isOpenOnPurpose = flags.insecureNoAuth === true;
      const access = guardAccess(settings, { isOpenOnPurpose, metrics, log }, context);
      if (flags.printConfig === true) printJson(context.terminal, describeSettings(settings));
      else await serve(settings, flags.createExample === true, { access, metrics, log }, context);
    });
}

/** What is there before anything is opened. */
interface ServeParts {
  readonly access: GuardedAccess;
  readonly metrics: ServerMetrics;
  readonly log: Log;
}

async function serve(
  settings: Settings,
  createExample: boolean,
  { access, metrics, log }: ServeParts,
  context: CommandContext,
): Promise<void> {
  // From the first moment on, so that being stopped while starting ends as well as later.
  const stopped = context.stopped();
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

/** Where decisions are kept: in memory, and where a file is named, there too. */
function keepDecisions(
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

/** A switch goes on with its own files where the server is away: they are written after each snapshot. */
function startExporting(
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

/** Makes the example where it is wanted, and migrates. A file that is up to date is not written to: its disk may be read-only. */
function prepareDatabase(path: string, make: boolean, nowMs: number): { backup: string | undefined; applied: number } {
  if (make) mkdirSync(dirname(path), { recursive: true });
  requireWhole(path);
  if (!make && isUpToDate(path)) return { backup: undefined, applied: 0 };
  const database = openInventory(path, { mode: make ? 'create' : 'write' });
  try {
    requireSound(database, path);
    const { applied, backup } = migrate(database, readMigrations(), nowMs);
    if (make) insertExampleInventory(database);
    return { backup, applied: applied.length };
  } finally {
    database.close();
  }
}

function nextSteps(database: string, url: string): string {
  const databaseFlag = database === DEFAULT_DATABASE ? '' : ` --database ${database}`;
  const address = url.replace(/^http:\/\//, '');
  const urlFlag = url.startsWith('https:') ? ` --url ${url}/fsapi` : ` --listen ${address}`;
  const addressFlag = address === DEFAULT_LISTEN ? '' : urlFlag;
  return `
trunkhunt answers FreeSWITCH at ${url}/fsapi, from ${database}. Next:

  1. See where a call would go:   npx trunkhunt explain 9980 --context default${databaseFlag}
  2. Put your gateways in:        sqlite3 ${database} "UPDATE gateways SET proxy = '192.0.2.1:5060' WHERE name = 'gw1'"
  3. Have FreeSWITCH ask here:    npx trunkhunt xml-curl-conf${addressFlag} > xml_curl.conf.xml
     for its folder autoload_configs; docs/freeswitch.md says what else the switch needs

`;
}
