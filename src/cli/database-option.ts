import type { Command } from 'commander';

/** The option that every command about the inventory has. */
export function withDatabaseOption(command: Command): Command {
  return command.option('--database <file>', 'the SQLite file (TRUNKHUNT_DATABASE, else ./data/inventory.db)');
}
