import { OperatorError } from '../errors/operator-error.ts';
import type { Finding } from '../errors/finding.ts';
import { type DispatcherEntry, dispatcherEntriesOf, readDispatcherList } from './dispatcher-entry.ts';
import type { ImportOptions } from './import-options.ts';
import { readCsvTable } from './read-csv-table.ts';
import { readKamailio } from './read-kamailio.ts';
import { readOpensips } from './read-opensips.ts';
import { readSqlDump } from './read-sql-dump.ts';
import type { LeftOut, Reading } from './reading.ts';
import { type NamedSource, type ProgramName, sourceAt } from './named-source.ts';
import type { SourceRow } from './source-row.ts';

export interface SourcesReading extends Reading {
  /** What was recognised, in the order in which it is read. */
  readonly programs: readonly ProgramName[];
}

/** Reads FreeSWITCH's configuration trees. */
export type ReadFreeswitch = (paths: readonly string[]) => Reading;

/**
 * Reads everything that was named, each file as what it is.
 * @param said whose files they are; undefined = their content tells
 * @throws OperatorError import-unreadable, import-unclear, import-invalid: of all files at once
 */
export function readSources(
  paths: readonly string[],
  said: ProgramName | undefined,
  options: ImportOptions,
  readFreeswitch: ReadFreeswitch,
): SourcesReading {
  const sources = collect(paths, (path) => [sourceAt(path, said)]);
  const trees = sources.filter(({ form }) => form === 'freeswitch').map(({ path }) => path);
  const entries: DispatcherEntry[] = [];
  const rows: SourceRow[] = [];
  const passedOver: LeftOut[] = [];
  for (const read of collect(sources, (source) => [readOne(source, options)])) {
    for (const entry of read.entries) entries.push(entry);
    for (const row of read.rows) rows.push(row);
    passedOver.push(...read.passedOver);
  }
  const dispatcher = dispatcherRows(rows, said, passedOver);
  const kamailio = [...entries, ...dispatcherEntriesOf(dispatcher)];
  const drouting = droutingRows(rows, said, passedOver);
  const readings = new Map<ProgramName, Reading>();
  if (trees.length > 0) readings.set('freeswitch', readFreeswitch(trees));
  if (kamailio.length > 0) readings.set('kamailio', readKamailio(kamailio, options));
  if (drouting.length > 0) readings.set('opensips', readOpensips(drouting, options));
  const all = [...readings.values()];
  return {
    programs: [...readings.keys()],
    rows: all.flatMap((reading) => reading.rows),
    leftOut: [...passedOver, ...all.flatMap((reading) => reading.leftOut)],
    remarks: all.flatMap((reading) => reading.remarks),
  };
}

interface ReadFile {
  readonly entries: readonly DispatcherEntry[];
  readonly rows: readonly SourceRow[];
  readonly passedOver: readonly LeftOut[];
}

function readOne(source: NamedSource, { sqlDialect }: ImportOptions): ReadFile {
  const nothing: ReadFile = { entries: [], rows: [], passedOver: [] };
  switch (source.form) {
    case 'freeswitch':
      return nothing;
    case 'dispatcher-list':
      return { ...nothing, entries: readDispatcherList(source.source) };
    case 'csv':
      return { ...nothing, rows: readCsvTable(source.source) };
    case 'sql': {
      const { rows, otherTables } = readSqlDump(source.source, sqlDialect);
      const passedOver = [...otherTables].map(([table, from]) => ({
        from,
        what: `table ${table}`,
        why: WHY_NOT.get(table) ?? 'none of the tables that are read',
      }));
      return { ...nothing, rows, passedOver };
    }
  }
}

const WHY_NOT: ReadonlyMap<string, string> = new Map([
  ['dr_groups', 'which user has which group of rules; routes go by the dialplan context of the call'],
  ['dr_partitions', 'other tables with rules; dump those under the usual names'],
]);

/** OpenSIPS has a table of the same name, with other columns. */
function dispatcherRows(
  rows: readonly SourceRow[],
  said: ProgramName | undefined,
  passedOver: LeftOut[],
): readonly SourceRow[] {
  const all = rows.filter(({ table }) => table === 'dispatcher');
  const foreign = all.filter(
    ({ columns }) => said === 'opensips' || columns.has('probe_mode') || !columns.has('flags'),
  );
  const [first] = foreign;
  if (first === undefined) return all;
  const why =
    "only Kamailio's is read, which has a column flags; of OpenSIPS dr_gateways, dr_carriers and dr_rules are";
  passedOver.push({ from: first.from, what: 'table dispatcher', why });
  const left = new Set(foreign);
  return all.filter((row) => !left.has(row));
}

function droutingRows(
  rows: readonly SourceRow[],
  said: ProgramName | undefined,
  passedOver: LeftOut[],
): readonly SourceRow[] {
  const all = rows.filter(({ table }) => table !== 'dispatcher');
  if (said !== 'kamailio') return all;
  const firsts = new Map(all.map(({ table, from }) => [table, from] as const).reverse());
  for (const [table, from] of firsts)
    passedOver.push({ from, what: `table ${table}`, why: "it is OpenSIPS's, and --from says kamailio" });
  return [];
}

/** Does all, so that what is wrong with any of them is told at once. */
function collect<Item, Result>(items: readonly Item[], use: (item: Item) => readonly Result[]): readonly Result[] {
  const findings: Finding[] = [];
  const results = items.flatMap((item) => {
    try {
      return use(item);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      findings.push(...error.findings);
      return [];
    }
  });
  if (findings.length > 0) throw new OperatorError(findings);
  return results;
}
