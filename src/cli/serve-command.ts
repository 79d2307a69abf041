import type { Command } from 'commander';
import { LOG_FORMATS, LOG_LEVELS } from '../config/given-settings.ts';
import { createLog } from '../config/log.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { describeSettings, readSettings } from '../config/settings.ts';
import { packageVersion } from '../config/version.ts';
import { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { guardAccess } from './guard-access.ts';
import { serve } from './serve.ts';
import { printJson } from './terminal.ts';

interface ServeFlags extends SettingFlags {
  readonly createExample?: boolean;
  readonly printConfig?: boolean;
}

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
