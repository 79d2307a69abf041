import { Argument, type Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { readNames } from '../inventory/read-names.ts';
import { bashCompletion } from './bash-completion.ts';
import type { CommandContext } from './command-context.ts';
import { completionTables, type CompletionTables } from './completion-tables.ts';
import { completionTree, INVENTORY_NAMES, type InventoryName } from './completion-tree.ts';
import { withDatabaseOption } from './database-option.ts';
import { fishCompletion } from './fish-completion.ts';
import { zshCompletion } from './zsh-completion.ts';

const SCRIPTS: Readonly<Record<string, (tables: CompletionTables) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** More than this nobody reads through. */
const NAMES_LIMIT = 200;

/** Somebody waits at the keyboard. */
const WAIT_MS = 200;

const EXAMPLES = `
Try it:    source <(trunkhunt completion bash)     zsh alike
           trunkhunt completion fish | source
Keep it:   trunkhunt completion bash \\
             > ~/.local/share/bash-completion/completions/trunkhunt
           trunkhunt completion zsh > DIR/_trunkhunt, in a DIR of your fpath
           trunkhunt completion fish > ~/.config/fish/completions/trunkhunt.fish`;

export function addCompletionCommand(program: Command, context: CommandContext): void {
  const completion = program
    .command('completion')
    .description('print a script with which the shell completes what you type after trunkhunt')
    .addArgument(new Argument('<shell>', 'for which').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      context.terminal.out(SCRIPTS[shell]?.(completionTables(completionTree(program))) ?? '');
    });
  // Asked by the scripts at each Tab: whatever goes wrong, there is nothing to offer, and no word of it at the prompt.
  withDatabaseOption(completion.command('names', { hidden: true }).description('print names of the inventory'))
    .addArgument(new Argument('<what>').choices(INVENTORY_NAMES))
    .argument('[typed]', 'what they begin with', '')
    .action((what: InventoryName, typed: string, flags: SettingFlags) => {
      context.terminal.out(
        namesIn(what, typed, flags, context)
          .map((name) => `${name}\n`)
          .join(''),
      );
    });
}

function namesIn(what: InventoryName, typed: string, flags: SettingFlags, context: CommandContext): readonly string[] {
  try {
    const { environment, readFile } = context;
    const { database: path } = readSettings({ flags, environment, readFile }, 'read');
    const database = openInventory(path, { mode: 'read', busyTimeoutMs: WAIT_MS });
    try {
      return readNames(database, what, typed, NAMES_LIMIT);
    } finally {
      database.close();
    }
  } catch {
    return [];
  }
}
