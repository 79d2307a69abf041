import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { openInventoryEditor } from '../inventory/inventory-editor.ts';
import { KEY_ID } from '../inventory/key-file.ts';
import { rewriteSecrets, type RewrittenSecrets, type SecretRewriting } from '../inventory/rewrite-secrets.ts';
import type { CommandContext } from './command-context.ts';
import { editorAccess } from './key-file-option.ts';
import { printJson } from './terminal.ts';

export interface RewriteFlags extends SettingFlags {
  readonly why: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What a rewriting of secrets came to, as `--json` shows it. */
export interface RewriteReport extends RewrittenSecrets {
  readonly database: string;
  readonly dryRun: boolean;
  /** Why the file may still hold what was there before; null = it does not. */
  readonly remains: string | null;
  /** Other files that were made of the inventory, which are as they were. */
  readonly olderFiles: readonly string[];
}

/** For options that name a key. */
export function parseKeyId(text: string): string {
  if (!KEY_ID.test(text)) throw new InvalidArgumentError('It is 1 to 16 of A-Z a-z 0-9 _ -');
  return text;
}

/**
 * Rewrites the secrets, then leaves nothing in the file of what they were.
 * @throws OperatorError as `rewriteSecrets` and `openInventoryEditor`
 */
export function runRewriting(
  rewriting: SecretRewriting,
  done: string,
  flags: RewriteFlags,
  context: CommandContext,
): RewriteReport {
  const { environment, readFile, user } = context;
  const settings = readSettings({ flags, environment, readFile }, 'read');
  const access = editorAccess(settings);
  const dryRun = flags.dryRun === true;
  const editor = openInventoryEditor(settings.database, 'write', access);
  try {
    const note = { who: user, why: (flags.why === '' ? done : `${done}: ${flags.why}`).slice(0, 1000) };
    const rewritten = rewriteSecrets(editor, access.keys, rewriting, note, dryRun);
    // Even where nothing was rewritten: it may be what the last attempt could not do.
    const isScrubbing = !dryRun && rewriting.to !== 'plain text';
    const remains = isScrubbing ? (editor.scrub() ?? null) : null;
    return { database: settings.database, dryRun, ...rewritten, remains, olderFiles: olderFiles(settings.database) };
  } finally {
    editor.close();
  }
}

/** Prints it; exit status 1 where secrets remain in the file that should not. */
export function printRewriting(
  report: RewriteReport & { readonly keyFile: string },
  { json }: RewriteFlags,
  { terminal, exit }: CommandContext,
): void {
  if (json === true) printJson(terminal, report);
  else {
    const { database, dryRun, values, historyValues, version } = report;
    const counts = `${values} secrets, and ${historyValues} in its history`;
    terminal.out(`${database}: ${dryRun ? `${counts} would be rewritten (--dry-run)` : `${counts}, were rewritten`}\n`);
    if (!dryRun && values > 0) terminal.err(`version ${version} of its history\n`);
    for (const remark of remarksOf(report)) terminal.err(`remark: ${remark}\n`);
  }
  if (report.remains !== null) exit(1);
}

function remarksOf({ remains, lockedKeys, olderFiles: files }: RewriteReport): readonly string[] {
  const again = 'the file may still hold what was there before, give the command again';
  return [
    ...(remains === null ? [] : [`${remains}: ${again}`]),
    ...lockedKeys.map(
      (id) => `the history has values under the key '${id}', which is not in the key file; they are as they were`,
    ),
    ...files.map((file) => `${file} was made before, and is as it was`),
  ];
}

/** Backups that lie beside the inventory, and what was put aside there. */
function olderFiles(database: string): readonly string[] {
  const beside = /^\.(?:backup|before-restore|damaged|unfinished)-/;
  const name = basename(database);
  return readdirSync(dirname(database))
    .filter((file) => file.startsWith(name) && beside.test(file.slice(name.length)))
    .sort()
    .map((file) => join(dirname(database), file));
}
