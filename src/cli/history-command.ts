import { type Command, InvalidArgumentError } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import {
  latestVersions,
  oldestVersion,
  oneVersion,
  type HistoryVersion,
  type VersionSummary,
} from '../inventory/history-version.ts';
import { openInventoryEditor } from '../inventory/inventory-editor.ts';
import { shownChange } from '../inventory/shown-change.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { describeChange, summariseChanges } from './describe-change.ts';
import { printable, tableText } from './table-text.ts';
import { printJson, type Terminal } from './terminal.ts';

interface HistoryFlags extends SettingFlags {
  readonly limit: number;
  readonly json?: boolean;
}

const DEFAULT_LIMIT = 20;

export function addHistoryCommand(program: Command, context: CommandContext): void {
  withDatabaseOption(
    program
      .command('history')
      .description('show who changed what in the inventory, and when, newest first; with a version, all of it')
      .argument('[version]', 'a number of the first column', parseWholeNumber),
  )
    .option('--limit <count>', 'so many versions at most', parseLimit, DEFAULT_LIMIT)
    .option('--json', 'print data')
    .action((wanted: number | undefined, flags: HistoryFlags) => {
      const { terminal, environment, readFile } = context;
      const { database } = readSettings({ flags, environment, readFile }, 'read');
      const editor = openInventoryEditor(database, 'read');
      try {
        if (wanted === undefined) {
          const versions = editor.history((it) => latestVersions(it, flags.limit));
          const oldest = editor.history(oldestVersion);
          if (flags.json === true) printJson(terminal, { database, oldest, versions: versions.map(summaryData) });
          else terminal.out(describeList(versions, oldest, terminal));
        } else {
          const version = editor.history((it) => oneVersion(it, wanted));
          if (flags.json === true) printJson(terminal, { database, ...versionData(version) });
          else terminal.out(describeVersion(version, terminal));
        }
      } finally {
        editor.close();
      }
    });
}

/** For options and arguments that count. */
export function parseWholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}

function parseLimit(text: string): number {
  const limit = parseWholeNumber(text);
  if (limit === 0) throw new InvalidArgumentError('It has to be 1 at least.');
  return limit;
}

function versionData({ version, atMs, who, why, changes }: HistoryVersion): object {
  return { version, at: new Date(atMs).toISOString(), who, why, changes: changes.map(shownChange) };
}

function summaryData({ version, atMs, who, why, changeCount, firstChange }: VersionSummary): unknown {
  return { version, at: new Date(atMs).toISOString(), who, why, changeCount, firstChange: shownChange(firstChange) };
}

function describeList(versions: readonly VersionSummary[], oldest: number, terminal: Terminal): string {
  if (versions.length === 0) return 'nothing was changed since the history began\n';
  const rows = versions.map(({ version, atMs, who, why, changeCount, firstChange }) => [
    String(version),
    timeText(atMs),
    who ?? '',
    summariseChanges(firstChange, changeCount),
    why ?? '',
  ]);
  const shown = versions.at(-1)?.version ?? 0;
  const more = shown > oldest + 1 ? `older ones, back to ${oldest + 1}: --limit; ` : '';
  const hint = `${more}all of one: trunkhunt history VERSION; back to one: trunkhunt rollback VERSION\n`;
  return tableText(['version', 'when (UTC)', 'who', 'what', 'why'], rows, terminal.width) + hint;
}

function describeVersion({ version, atMs, who, why, changes }: HistoryVersion, terminal: Terminal): string {
  const by = who === null ? '' : ` by ${printable(who)}`;
  const because = why === null || why === '' ? '' : `: ${printable(why)}`;
  const lines = [`version ${version}, ${timeText(atMs)} UTC${by}${because}`];
  return [...lines, ...changes.map((change) => describeChange(change, terminal)), ''].join('\n');
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
