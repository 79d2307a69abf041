import type { CommandContext } from './command-context.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import type { CompiledInventory } from '../inventory/compile-snapshot.ts';
import { openSqliteSource } from '../inventory/sqlite-source.ts';

/** Reads and compiles the inventory that the settings name, as the server would. */
export function loadInventory(
  flags: SettingFlags,
  context: CommandContext,
): CompiledInventory & { readonly database: string } {
  const { database } = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
  const source = openSqliteSource(database, { waitMs: 5_000, clockMs: context.clockMs });
  try {
    return { ...source.load(), database };
  } finally {
    source.close();
  }
}
