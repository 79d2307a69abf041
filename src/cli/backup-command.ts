import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { backupInventory } from '../inventory/inventory-backup.ts';
import { bytesText } from './bytes-text.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { printJson } from './terminal.ts';

interface BackupFlags extends SettingFlags {
  readonly force?: boolean;
  readonly json?: boolean;
}

export function addBackupCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('backup')
      .description('write the inventory into a file, as it is now, while the server runs; it holds passwords')
      .argument('<file>'),
  )
    .option('--force', 'replace a file that is there')
    .option('--json', 'print data')
    .action((file: string, flags: BackupFlags) => {
      const { terminal, environment, readFile } = context;
      const { database } = readSettings({ flags, environment, readFile }, 'read');
      const backup = backupInventory(database, file, { force: flags.force === true, nowMs: context.nowMs() });
      if (flags.json === true) printJson(terminal, { database, ...backup });
      else {
        terminal.out(`${file}: ${bytesText(backup.bytes)}, version ${backup.version} of the history of ${database}\n`);
      }
    });
}
