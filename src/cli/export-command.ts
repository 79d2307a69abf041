import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { localFiles } from '../export/local-files.ts';
import { lostValues } from '../export/lost-values.ts';
import type { NotExpressed } from '../export/not-expressed.ts';
import { type TreeChanges, writeTree } from '../export/write-tree.ts';
import { openInventory } from '../inventory/open-inventory.ts';
import { readTableRows } from '../inventory/read-table-rows.ts';
import type { TableRows } from '../inventory/table-rows.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { loadInventory } from './load-inventory.ts';
import { withKeyFileOption } from './key-file-option.ts';
import { printJson } from './terminal.ts';

interface ExportFlags extends SettingFlags {
  readonly freeswitch: string;
  readonly switch: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Keys of one kind that are named before the rest is only counted. */
const KEYS_SHOWN = 5;

export function addExportCommand(program: Command, context: CommandContext): void {
  withKeyFileOption(
    withDatabaseOption(
      program
        .command('export')
        .description("write the inventory as FreeSWITCH's own files, for when the server is away"),
    ),
  )
    .requiredOption('--freeswitch <folder>', 'its configuration, or any other folder; the files hold passwords')
    .option('--switch <hostname>', 'the switch whose view of the inventory it is (else what every switch has)', '')
    .option('--force', 'write over files of an export that somebody changed')
    .option('--dry-run', 'only say what would be written')
    .option('--json', 'print data')
    .action(async (flags: ExportFlags) => {
      const { snapshot, findings, database } = loadInventory(flags, context, 'refused');
      if (snapshot === undefined) throw new OperatorError(findings.filter(isProblem));
      const { files, notExpressed } = localFiles(snapshot, flags.switch);
      const lost = [...notExpressed, ...lostValues(readRows(database), snapshot, flags.switch)];
      const changes = await writeTree(
        { folder: flags.freeswitch, files, hostname: flags.switch },
        { force: flags.force === true, dryRun: flags.dryRun === true, nowMs: context.nowMs() },
      );
      if (flags.json === true) {
        const { freeswitch: folder, switch: hostname, dryRun = false } = flags;
        printJson(context.terminal, { folder, switch: hostname, dryRun, ...changes, notExpressed: lost });
      } else context.terminal.out(describe(flags, changes, lost));
    });
}

function readRows(path: string): TableRows {
  const database = openInventory(path, { mode: 'read' });
  try {
    return readTableRows(database);
  } finally {
    database.close();
  }
}

function describe(
  { freeswitch: folder, switch: hostname, dryRun }: ExportFlags,
  changes: TreeChanges,
  lost: readonly NotExpressed[],
): string {
  const count = changes.added.length + changes.changed.length + changes.unchanged.length;
  const whose = hostname === '' ? 'as every switch sees it' : `as switch '${hostname}' sees it`;
  const verb = dryRun === true ? 'would hold' : 'holds';
  const lines = [
    ...changes.added.map((path) => `new        ${path}`),
    ...changes.changed.map((path) => `changed    ${path}`),
    ...changes.removed.map((path) => `removed    ${path}`),
    ...changes.unchanged.map((path) => `unchanged  ${path}`),
    `${folder} ${verb} the inventory in ${count} files, ${whose}`,
    ...(lost.length === 0 ? [] : ['', 'Not in the files:', ...describeLost(lost)]),
    '',
    ALWAYS,
  ];
  return `${lines.join('\n')}\n`;
}

/** What no file of FreeSWITCH's can do, whatever the inventory holds. */
const ALWAYS =
  'Never in the files: health learned from calls, limits, and passing over a gateway that a call came from.';

/** One paragraph for each column and reason; routes that are left out come first. */
function describeLost(lost: readonly NotExpressed[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const { table, key, column, why } of lost) {
    const kind = `${table}.${column}: ${why}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), key]);
  }
  return [...kinds].map(([kind, keys]) => {
    const more = keys.length > KEYS_SHOWN ? ` and ${keys.length - KEYS_SHOWN} more (--json has all)` : '';
    return `  ${kind}\n    ${keys.slice(0, KEYS_SHOWN).join('; ')}${more}`;
  });
}
