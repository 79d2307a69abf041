import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../src/errors/operator-error.ts';
import type { ImportOptions } from '../../src/import/import-options.ts';
import type { Reading } from '../../src/import/reading.ts';
import { temporaryFolder } from './temporary-inventory.ts';

/** A file with this text; gone again when the test has finished. */
export function sourceFile(name: string, text: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

/** What readers are told where nobody says anything. */
export const NO_OPTIONS: ImportOptions = {
  profile: undefined,
  pingSeconds: 30,
  contexts: new Map(),
  algorithms: new Map(),
  sqlDialect: undefined,
};

/** The rows of a table, as they are proposed. */
export function rowsOf(reading: Reading, table: string): readonly unknown[] {
  return reading.rows.filter((row) => row.table === table).map(({ row }) => row);
}

/** The findings with which something fails. */
export function findingsOf(use: () => unknown): readonly string[] {
  try {
    use();
  } catch (error) {
    if (error instanceof OperatorError)
      return error.findings.map(({ code, where, what }) => `${code} ${where}: ${what}`);
    throw error;
  }
  return [];
}
