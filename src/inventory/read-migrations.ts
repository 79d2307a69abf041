import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Both `src/inventory` and `dist/inventory` lie two levels below the folder that ships `migrations`. */
const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly file: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** The shipped migrations, in order. */
export function readMigrations(folder: string = MIGRATIONS_FOLDER): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}_[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      return { version: Number(file.slice(0, 4)), file, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}
