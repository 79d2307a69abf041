import type { Database } from 'better-sqlite3';

/**
 * Takes out of an SQLite file what was deleted or overwritten, which otherwise stays in unused pages and in the `-wal`
 * file: the file is written anew, and the log is emptied. What the disk itself or a snapshot of it keeps stays there.
 * @returns why something of it may still be there; undefined = nothing is
 */
export function scrubFile(database: Database): string | undefined {
  try {
    // Pages that VACUUM gives back, and those that it moves, are emptied on their way.
    database.pragma('secure_delete = ON');
    database.exec('VACUUM');
    const [result] = database.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
    return result?.busy === 0
      ? undefined
      : 'another program reads the file, so that its -wal file could not be emptied';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
