import type { CommandContext } from './command-context.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import type { CompiledInventory } from '../inventory/compile-snapshot.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { openSqliteSource } from '../inventory/sqlite-source.ts';

export interface LoadedInventory extends CompiledInventory {
  readonly database: string;
  readonly settings: Settings;
}

/**
 * Reads and compiles the inventory that the settings name, as the server would.
 * @param locked `left`: no secret is needed, and no key file is read; what is encrypted stays as it is
 */
export function loadInventory(
  flags: SettingFlags,
  context: CommandContext,
  locked: 'refused' | 'left',
): LoadedInventory {
  const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
  const { database, keyFile } = settings;
  const source = openSqliteSource(database, {
    waitMs: 5_000,
    clockMs: context.clockMs,
    keyFile: new KeyFile(locked === 'left' ? undefined : keyFile),
    locked,
  });
  try {
    return { ...source.load(), database, settings };
  } finally {
    source.close();
  }
}
