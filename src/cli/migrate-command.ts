import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { migrate, migrationState } from '../inventory/migrate.ts';
import { newestBackup } from '../inventory/newest-backup.ts';
import { readMigrations } from '../inventory/read-migrations.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { isEmpty, requireWhole } from '../inventory/require-whole.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { printJson } from './terminal.ts';

interface MigrateFlags extends SettingFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface MigrateReport {
  readonly database: string;
  readonly created: boolean;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly backup: string | null;
}

export function addMigrateCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('migrate')
      .description('bring the database to this version; makes an empty one where there is none'),
  )
    .option('--dry-run', 'only say what is pending; exit status 1 where something is')
    .option('--json', 'print data')
    .action((flags: MigrateFlags) => {
      const { database } = readSettings(
        { flags, environment: context.environment, readFile: context.readFile },
        'read',
      );
      const report = flags.dryRun === true ? preview(database) : run(database, context.nowMs());
      if (flags.json === true) printJson(context.terminal, report);
      else context.terminal.out(describe(report));
      if (flags.dryRun === true && report.pending.length > 0) context.exit(1);
    });
}

function run(path: string, nowMs: number): MigrateReport {
  const created = !existsSync(path);
  // An empty file may be begun, by two at once too; where a backup lies beside it, it is what is left of an inventory.
  if (!isEmpty(path) || newestBackup(path) !== undefined) requireWhole(path);
  const database = openInventory(path, { mode: created ? 'create' : 'write' });
  try {
    const { applied, backup } = migrate(database, readMigrations(), nowMs);
    return { database: path, created, applied: applied.map(({ file }) => file), pending: [], backup: backup ?? null };
  } finally {
    database.close();
  }
}

function preview(path: string): MigrateReport {
  const database = openInventory(path, { mode: 'read' });
  try {
    const { pending } = migrationState(database, readMigrations());
    return { database: path, created: false, applied: [], pending: pending.map(({ file }) => file), backup: null };
  } finally {
    database.close();
  }
}

function describe({ database, created, applied, pending, backup }: MigrateReport): string {
  const lines = [
    ...(created ? [`made ${database}`] : []),
    ...(backup === null ? [] : [`backup   ${backup}`]),
    ...applied.map((file) => `applied  ${file}`),
    ...pending.map((file) => `pending  ${file}`),
  ];
  if (lines.length === 0) lines.push(`${database} is up to date`);
  return `${lines.join('\n')}\n`;
}
