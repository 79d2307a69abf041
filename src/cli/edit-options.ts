import { type Command, InvalidArgumentError } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import type { Assignment } from '../inventory/read-columns.ts';
import { withDatabaseOption } from './database-option.ts';
import { withKeyFileOption } from './key-file-option.ts';

/** What every command that changes the inventory takes. */
export interface EditFlags extends SettingFlags {
  readonly why: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** The options of a command that changes the inventory. */
export function withEditOptions(command: Command): Command {
  return withKeyFileOption(withDatabaseOption(command))
    .option('--why <text>', 'the reason, for the history', checkWhy, '')
    .option('--dry-run', 'print the SQL and what would be wrong afterwards, and write nothing')
    .option('--force', 'write even what a server would refuse')
    .option('--json', 'print data');
}

/** The argument of commands that set columns. */
export function withAssignments(command: Command, is: 'needed' | 'optional'): Command {
  const name = is === 'needed' ? '<column=value...>' : '[column=value...]';
  return command.argument(name, 'what is set; nothing after the = stands for the default', addAssignment, []);
}

function addAssignment(text: string, before: readonly Assignment[]): readonly Assignment[] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as column=value.');
  return [...before, { name, value }];
}

/** For `--why`: what the history takes. */
export function checkWhy(text: string): string {
  if (text.length > 1000 || /\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError('It is one line of 1000 characters at most.');
  }
  return text;
}
