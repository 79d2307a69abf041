import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { columnCounts, columnsByCount, KNOWN_TABLES, tableOfHeader } from './known-tables.ts';
import type { SourcePlace } from './reading.ts';
import { sourceError } from './source-error.ts';
import { columnIndex, type SourceRow } from './source-row.ts';
import type { SourceText } from './source-text.ts';

interface CsvRecord {
  readonly values: readonly string[];
  /** Of its first line. */
  readonly line: number;
}

const SEPARATORS = [',', ';', '\t', '|'];

/** What exports write for NULL: mysql -B, psql's \N, and the word. An empty field is empty. */
const NULLS = new Set(['NULL', '\\N']);

/** The table that a file is an export of, by its first record or its name; undefined where neither tells. */
export function tableOfCsv(source: SourceText): string | undefined {
  return tableOfCsvHeader(source) ?? tableOfFileName(source.file);
}

/** The table that the first record names the columns of. */
export function tableOfCsvHeader({ text }: SourceText): string | undefined {
  return tableOfHeader(firstLineFields(text));
}

/**
 * Reads the export of one table: fields between commas, semicolons, tabs or bars, with or without a header.
 * @throws OperatorError import-invalid, at the line
 */
export function readCsvTable(source: SourceText): readonly SourceRow[] {
  const records = parseRecords(source);
  const [first, ...others] = records;
  if (first === undefined) return [];
  const byHeader = tableOfHeader(first.values);
  const table = byHeader ?? tableOfFileName(source.file);
  if (table === undefined) return [];
  const names = byHeader === undefined ? columnsByCount(table, first.values.length) : first.values;
  if (names === undefined) {
    const what = `${first.values.length} fields without a header; ${table} has ${columnCounts(table)} columns`;
    const fix = 'export it with the names of columns in the first line';
    throw sourceError({ file: source.file, line: first.line }, what, fix);
  }
  const columns = columnIndex(names);
  const rows = byHeader === undefined ? records : others;
  return rows.map(({ values, line }) => {
    const from: SourcePlace = { file: source.file, line };
    if (values.length === names.length) {
      return { table, from, columns, values: values.map((value) => (NULLS.has(value) ? null : value)) };
    }
    const fix = 'put values that hold the separator into double quotes, and give every column a value';
    throw sourceError(from, `${values.length} fields for ${names.length} columns`, fix);
  });
}

function parseRecords({ file, text }: SourceText): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (values: string[], { lines }) => {
        const breaks = values.reduce((sum, value) => sum + value.split('\n').length - 1, 0);
        records.push({ values, line: lines - breaks });
        // The records are kept here, with their lines.
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const fix = 'a value in double quotes has each of its own quotes twice, and ends at the separator';
    throw sourceError({ file, line }, error.message, fix);
  }
  return records;
}

/** The separator that cuts the first line into most fields. */
function separatorOf(text: string): string {
  const [line = ''] = /^.*$/m.exec(text.trimStart()) ?? [];
  const counts = SEPARATORS.map((separator) => line.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function firstLineFields(text: string): readonly string[] {
  const [line = ''] = /^.*$/m.exec(text.trimStart()) ?? [];
  return line.split(separatorOf(text)).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}

/** `dr_gateways.csv`, `2026-01-01-dr_rules.csv`. */
function tableOfFileName(file: string): string | undefined {
  const name = basename(file).toLowerCase();
  if (!/\.(?:csv|tsv|txt)$/.test(name)) return undefined;
  return KNOWN_TABLES.find((table) => name.includes(table));
}
