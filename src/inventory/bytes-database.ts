import BetterSqlite, { type Database } from 'better-sqlite3';

/** Where the header says who may write and read the file: 2 = with a write-ahead log, which memory has none of. */
const WRITE_VERSION_AT = 18;
const READ_VERSION_AT = 19;
const LEGACY_FORMAT = 1;

/** A database in memory with the content of these bytes of a file. They are changed. @throws Error of SQLite's */
export function bytesDatabase(bytes: Buffer): Database {
  bytes[WRITE_VERSION_AT] = LEGACY_FORMAT;
  bytes[READ_VERSION_AT] = LEGACY_FORMAT;
  return new BetterSqlite(bytes);
}
