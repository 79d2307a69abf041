import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import { createLog, type Log } from '../config/log.ts';
import { DEFAULT_DATABASE, DEFAULT_LISTEN, LOG_FORMATS, LOG_LEVELS } from '../config/given-settings.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { describeSettings, readSettings, type Settings } from '../config/settings.ts';
import { packageVersion } from '../config/version.ts';
import { ExportKeeper } from '../export/export-keeper.ts';
import { basicAuthorisation } from '../http/authorise.ts';
import { runServer } from '../http/run-server.ts';
import { insertExampleInventory } from '../inventory/example-inventory.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { migrate } from '../inventory/migrate.ts';
import { readMigrations } from '../inventory/read-migrations.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { openSqliteSource } from '../inventory/sqlite-source.ts';
import { openStateFile } from '../inventory/state-file.ts';
import { DecisionBook } from '../live/decision-book.ts';
import { DecisionFile } from '../live/decision-file.ts';
import { decisionIds } from '../live/decision-ids.ts';
import { Fleet } from '../live/fleet.ts';
import { startHistoryPruning } from '../live/history-pruning.ts';
import { startInventoryLoop } from '../live/inventory-loop.ts';
import { LiveState } from '../live/live-state.ts';
import { numberMask } from '../live/number-mask.ts';
import { RotatedFile } from '../live/rotated-file.ts';
import { type KeeperContext, StateKeeper } from '../live/state-keeper.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { openFiles } from './open-files.ts';
import { printJson } from './terminal.ts';

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
    .option('--key-file <file>', 'the keys of encrypted secrets (TRUNKHUNT_KEY_FILE, else none)')
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
    .option('--insecure-no-auth', 'listen beyond loopback without asking for a password')
    .option('--create-example', 'where the database file does not exist, make it with two example gateways')
    .option('--print-config', 'print the settings, without secrets, and stop')
    .action(async (flags: ServeFlags) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'listen');
      if (flags.printConfig === true) printJson(context.terminal, describeSettings(settings));
      else await serve(settings, flags.createExample === true, context);
    });
}

async function serve(settings: Settings, createExample: boolean, context: CommandContext): Promise<void> {
  // From the first moment on, so that being stopped while starting ends as well as later.
  const stopped = context.stopped();
  const keyFile = new KeyFile(settings.keyFile);
  keyFile.read();
  const log = createLog(settings.logLevel, settings.logFormat);
  const made = createExample && !existsSync(settings.database);
  const { backup, applied } = prepareDatabase(settings.database, made, context.nowMs());
  if (applied > 0) log.info({ database: settings.database, applied, backup }, 'inventory migrated');

  const source = openSqliteSource(settings.database, { waitMs: 0, clockMs: context.clockMs, keyFile });
  for (const finding of openFiles(settings)) log.warn({ finding }, `${finding.where}: ${finding.what}`);
  const metrics = new ServerMetrics(packageVersion(), context.nodeVersion);
  const timers = { nowMs: context.clockMs, after: context.after };
  const decisions = keepDecisions(settings, context, metrics.decisionLog, log);
  const live = new LiveState(metrics, log, context.clockMs, decisions);
  // A switch that goes on alone has the lists that it took over last.
  const keepsAllLists = settings.exportTo !== undefined;
  const fleet = new Fleet({ live, timers, random: context.random, metrics: metrics.live, log, keepsAllLists });
  const keeper = startKeeping(settings.state, {
    live,
    fleet,
    timers,
    log,
    wallOffsetMs: context.nowMs() - context.clockMs(),
  });
  const exporter = startExporting(settings, { live, metrics, log }, context);
  const stopLoop = startInventoryLoop(source, live);
  const { nowMs, after } = context;
  const stopPruning = startHistoryPruning({ path: settings.database, live, log, nowMs, after });
  try {
    fleet.start();
    const server = await runServer(settings.listen, {
      live,
      fleet,
      decisions,
      metrics,
      log,
      authorise: basicAuthorisation(settings.credentials),
      stamps: { nowMs: context.nowMs, nextDecisionId: decisionIds(context.nowMs(), context.random) },
      clockMs: context.clockMs,
    });
    log.info({ url: `http://${formatListenAddress(server.address)}`, ...describeSettings(settings) }, 'listening');
    if (createExample) context.terminal.out(nextSteps(settings.database, server.address));
    await stopped;
    log.info({}, 'stopping: nothing more is accepted');
    await server.stop(STOP_GRACE_MS);
    log.info({}, 'stopped');
  } finally {
    stopLoop();
    stopPruning();
    exporter?.stop();
    fleet.stop();
    keeper?.stop();
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
  { nowMs, after }: CommandContext,
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

/** What was learned is worth a warm-up: without a file for it the server starts all the same. */
function startKeeping(path: string, parts: Omit<KeeperContext, 'file'>): StateKeeper | undefined {
  try {
    const file = openStateFile(path);
    if (file.complaint !== undefined) parts.log.warn({ state: path }, `learned state begins anew: ${file.complaint}`);
    const keeper = new StateKeeper({ ...parts, file });
    keeper.restore();
    keeper.start();
    return keeper;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parts.log.warn({ state: path, error: message }, `nothing learned is kept over a restart: ${path}: ${message}`);
    return undefined;
  }
}

/** Makes the example where it is wanted, and migrates. */
function prepareDatabase(path: string, make: boolean, nowMs: number): { backup: string | undefined; applied: number } {
  if (make) mkdirSync(dirname(path), { recursive: true });
  const database = openInventory(path, { mode: make ? 'create' : 'write' });
  try {
    const { applied, backup } = migrate(database, readMigrations(), nowMs);
    if (make) insertExampleInventory(database);
    return { backup, applied: applied.length };
  } finally {
    database.close();
  }
}

function nextSteps(database: string, listen: ListenAddress): string {
  const databaseFlag = database === DEFAULT_DATABASE ? '' : ` --database ${database}`;
  const listenFlag = formatListenAddress(listen) === DEFAULT_LISTEN ? '' : ` --listen ${formatListenAddress(listen)}`;
  return `
trunkhunt answers FreeSWITCH at http://${formatListenAddress(listen)}/fsapi, from ${database}. Next:

  1. See where a call would go:   npx trunkhunt explain 9980 --context default${databaseFlag}
  2. Put your gateways in:        sqlite3 ${database} "UPDATE gateways SET proxy = '192.0.2.1:5060' WHERE name = 'gw1'"
  3. Have FreeSWITCH ask here:    npx trunkhunt xml-curl-conf${listenFlag} > xml_curl.conf.xml
     for its folder autoload_configs; docs/freeswitch.md says what else the switch needs

`;
}
