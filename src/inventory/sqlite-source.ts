import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { compileSnapshot, type CompiledInventory } from './compile-snapshot.ts';
import { type FileStamp, fileStamp } from './file-stamp.ts';
import { latestVersion } from './history-version.ts';
import { inventoryError } from './inventory-error.ts';
import { readVersionedRows } from './inventory-rows.ts';
import type { InventorySource } from './inventory-source.ts';
import { KeyFile } from './key-file.ts';
import { requireMigrated } from './migrate.ts';
import { unreadable } from './open-inventory.ts';
import { openToRead } from './open-to-read.ts';
import { readMigrations } from './read-migrations.ts';
import { requireContent, requireSoundTables } from './require-whole.ts';

/** How often the file is asked whether it changed: a look costs some microseconds. */
const LOOK_EVERY_MS = 100;

/** Reading may take a tenth of the time at most, so that somebody who commits all the time does not stop calls. */
const REST_FACTOR = 9;

/** Whoever closes or exchanges the file is in the way for a moment: only what lasts so many looks is told. */
const LOOKS_IN_VAIN = 10;

export interface SqliteSourceOptions {
  /** How long to wait for a writer that locks readers out. A server does not wait: the next look is near. */
  readonly waitMs: number;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
  /** The keys of secrets; none where it is left out. It is read anew whenever it changes. */
  readonly keyFile?: KeyFile;
  /** What a secret comes to that no key opens, see `SecretAccess`; refused where it is left out. */
  readonly locked?: 'refused' | 'left';
}

/**
 * The inventory in an SQLite file that anybody may write to, or replace, while it is watched. It is open only while it is
 * read: whoever writes is then the last to close it, which leaves no log beside it that could be taken for part of the
 * file that replaces it; and a side file that somebody truncates is not mapped into this process, which would end it.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-damaged, inventory-foreign,
 *   inventory-not-migrated, inventory-too-new
 */
export function openSqliteSource(path: string, options: SqliteSourceOptions): InventorySource {
  return new SqliteSource(path, options);
}

interface Loaded {
  readonly digest: string;
  readonly compiled: CompiledInventory;
  readonly version: number;
}

class SqliteSource implements InventorySource {
  readonly #path: string;
  readonly #options: SqliteSourceOptions;
  /** As it was before the last time that it was read; undefined = it has to be read again, changed or not. */
  #stamp: FileStamp | undefined;
  /** As it was at the last look at which the file was the one that is served. */
  #served: FileStamp | undefined;
  /** Whether a commit may have come since that left the same stamp. */
  #isFresh = false;
  #loaded: Loaded | undefined;
  #restUntilMs = -Infinity;
  #looksInVain = 0;
  /** Opened by a look for the reading that follows, which nobody can then lock out. */
  #opened: Database | undefined;
  readonly #migrations = readMigrations();
  readonly #keyFile: KeyFile;
  #keyStamp = '';

  constructor(path: string, options: SqliteSourceOptions) {
    this.#path = path;
    this.#options = options;
    this.#keyFile = options.keyFile ?? new KeyFile(undefined);
    this.#open().close();
  }

  load(previous?: Snapshot): CompiledInventory {
    const startedMs = this.#options.clockMs();
    const stamp = fileStamp(this.#path);
    // Noted before the file is read: what is written to it in between is then seen at the next look.
    this.#keyStamp = this.#keyFile.stamp();
    try {
      this.#requireOwnLog(stamp);
      // First: without them, reading the rows again and again would only hold up calls.
      const access = { keys: this.#keyFile.read(), locked: this.#options.locked ?? 'refused' };
      const { rows, version } = this.#use((database) => {
        // What cannot be told from the rows: a page that is not what it should be.
        requireSoundTables(database, this.#path);
        return readVersionedRows(database);
      });
      // Commits to other tables, and changes that were taken back, are none to us: their versions make no difference.
      const digest = createHash('sha256').update(access.keys.identity).update(JSON.stringify(rows)).digest('base64');
      const compiled =
        this.#loaded?.digest === digest ? this.#loaded.compiled : compileSnapshot(rows, previous, version, access);
      this.#loaded = { digest, compiled, version };
      this.#stamp = stamp;
      this.#served = stamp;
      this.#isFresh = true;
      return compiled;
    } catch (error) {
      // What stood in the way may be gone at the next look, without a commit that would tell; damage stays.
      this.#stamp = isDamage(error) ? stamp : undefined;
      this.#isFresh = false;
      throw error;
    } finally {
      const endedMs = this.#options.clockMs();
      this.#restUntilMs = endedMs + REST_FACTOR * (endedMs - startedMs);
    }
  }

  watch(onChange: (error?: Error) => void): () => void {
    const timer = setInterval(() => {
      this.#look(onChange);
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }

  close(): void {
    // Nothing is open between two looks.
  }

  #look(onChange: (error?: Error) => void): void {
    try {
      if (this.#options.clockMs() < this.#restUntilMs || !this.#hasChanged()) return;
      this.#looksInVain = 0;
    } catch (error) {
      this.#stamp = undefined;
      this.#looksInVain += 1;
      if (this.#looksInVain < LOOKS_IN_VAIN) return;
      onChange(error instanceof OperatorError ? error : unreadable(this.#path, error));
      return;
    }
    try {
      onChange();
    } finally {
      this.#opened?.close();
      this.#opened = undefined;
    }
  }

  #hasChanged(): boolean {
    const stamp = fileStamp(this.#path);
    if (this.#keyFile.stamp() !== this.#keyStamp) return true;
    if (stamp.text !== this.#stamp?.text) {
      this.#requireOwnLog(stamp);
      this.#opened = this.#open();
      return true;
    }
    if (stamp.file === this.#served?.file) this.#served = stamp;
    if (!this.#isFresh) return false;
    // The clock of the file system has moved on since it was read: once is enough.
    const version = this.#use(latestVersion);
    this.#isFresh = false;
    return version !== this.#loaded?.version;
  }

  /** A log that lay beside the old file would be played into the new one. */
  #requireOwnLog({ file, log }: FileStamp): void {
    const before = this.#served;
    if (before?.file === undefined || file === before.file || log === undefined || log !== before.log) return;
    const what = `another file has taken its place, and ${this.#path}-wal still belongs to the one before: SQLite would mix the two`;
    const fix = `end the programs that have the old file open, then delete ${this.#path}-wal and -shm; \`trunkhunt restore FILE\` replaces an inventory without this`;
    throw inventoryError('inventory-damaged', this.#path, what, fix);
  }

  #use<Result>(use: (database: Database) => Result): Result {
    const database = this.#opened ?? this.#open();
    this.#opened = undefined;
    try {
      return use(database);
    } catch (error) {
      throw error instanceof OperatorError ? error : unreadable(this.#path, error);
    } finally {
      database.close();
    }
  }

  #open(): Database {
    requireContent(this.#path);
    const database = openToRead(this.#path, this.#options.waitMs);
    try {
      requireMigrated(database, this.#migrations);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof OperatorError && error.findings.some(({ code }) => code === 'inventory-damaged');
}
