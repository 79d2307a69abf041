import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readMigrations } from '../../src/inventory/read-migrations.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';

describe('the shipped migrations', () => {
  it('are numbered from 1 without gaps', () => {
    const versions = readMigrations().map(({ version }) => version);
    expect(versions.length).toBeGreaterThan(0);
    expect(versions).toEqual(versions.map((_, at) => at + 1));
  });

  it('say no BEGIN and no COMMIT: each runs inside of a transaction', () => {
    for (const { sql } of readMigrations()) {
      // Triggers have a BEGIN and an END of their own.
      const rest = sql.replace(/^CREATE TRIGGER .*? BEGIN\n.*?^END;$/gms, '');
      expect(rest).not.toMatch(/^\s*(?:BEGIN|COMMIT|END|ROLLBACK|PRAGMA)\b/im);
    }
  });
});

describe('a folder of migrations', () => {
  it('is read in the order of the numbers, each file with its checksum', () => {
    const folder = temporaryFolder();
    for (const file of ['0010_last.sql', '0002_second-one.sql', '0001_first.sql'])
      writeFileSync(join(folder, file), file);
    for (const file of ['README.md', '0003_notes.txt', '3_short.sql']) writeFileSync(join(folder, file), 'not one');
    const found = readMigrations(folder);
    expect(found.map(({ version, file }) => [version, file])).toEqual([
      [1, '0001_first.sql'],
      [2, '0002_second-one.sql'],
      [10, '0010_last.sql'],
    ]);
    for (const { file, sql, checksum } of found) {
      expect(sql).toBe(file);
      expect(checksum).toBe(createHash('sha256').update(file).digest('hex'));
    }
  });
});
