import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { OperatorError } from '../errors/operator-error.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { compileSnapshot, type CompiledInventory } from './compile-snapshot.ts';
import { readVersionedRows } from './inventory-rows.ts';
import type { InventorySource } from './inventory-source.ts';
import { KeyFile } from './key-file.ts';
import { requireMigrated } from './migrate.ts';
import { readMigrations } from './read-migrations.ts';
import { openInventory, unreadable } from './open-inventory.ts';

/** How often the file is asked whether it changed: a look costs some microseconds. */
const LOOK_EVERY_MS = 100;

/** Reading may take a tenth of the time at most, so that somebody who commits all the time does not stop calls. */
const REST_FACTOR = 9;

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
 * The inventory in an SQLite file that anybody may write to, or replace, while it is watched.
 * @throws OperatorError inventory-missing, inventory-unreadable, inventory-foreign, inventory-not-migrated,
 *   inventory-too-new
 */
export function openSqliteSource(path: string, options: SqliteSourceOptions): InventorySource {
  return new SqliteSource(path, options);
}

class SqliteSource implements InventorySource {
  readonly #path: string;
  readonly #options: SqliteSourceOptions;
  #database: Database;
  #file: string;
  /** `data_version` changes whenever another connection commits. */
  #loadedVersion: unknown;
  #loaded: { readonly digest: string; readonly compiled: CompiledInventory } | undefined;
  #restUntilMs = -Infinity;
  readonly #keyFile: KeyFile;
  #keyStamp = '';

  constructor(path: string, options: SqliteSourceOptions) {
    this.#path = path;
    this.#options = options;
    this.#keyFile = options.keyFile ?? new KeyFile(undefined);
    this.#file = fileIdentity(path);
    this.#database = openMigrated(path, options.waitMs);
  }

  load(previous?: Snapshot): CompiledInventory {
    const startedMs = this.#options.clockMs();
    // Noted before the file is read: what is written to it in between is then seen at the next look.
    this.#keyStamp = this.#keyFile.stamp();
    const { rows, version } = this.#readRows();
    const access = { keys: this.#keyFile.read(), locked: this.#options.locked ?? 'refused' };
    // Commits to other tables, and changes that were taken back, are none to us: their versions make no difference.
    const digest = createHash('sha256').update(access.keys.identity).update(JSON.stringify(rows)).digest('base64');
    const compiled =
      this.#loaded?.digest === digest ? this.#loaded.compiled : compileSnapshot(rows, previous, version, access);
    this.#loaded = { digest, compiled };
    const endedMs = this.#options.clockMs();
    this.#restUntilMs = endedMs + REST_FACTOR * (endedMs - startedMs);
    return compiled;
  }

  watch(onChange: (error?: Error) => void): () => void {
    const timer = setInterval(() => {
      try {
        if (!this.#hasChanged()) return;
      } catch (error) {
        // Whatever stood in the way may be gone at the next look, without a commit that would tell.
        this.#loadedVersion = undefined;
        onChange(error instanceof OperatorError ? error : unreadable(this.#path, error));
        return;
      }
      onChange();
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }

  close(): void {
    this.#database.close();
  }

  #hasChanged(): boolean {
    if (fileIdentity(this.#path) !== this.#file) this.#reopen();
    const isOld = this.#readVersion() !== this.#loadedVersion || this.#keyFile.stamp() !== this.#keyStamp;
    return isOld && this.#options.clockMs() >= this.#restUntilMs;
  }

  /** Another file has taken the place of the one that is open: `mv`, or a restored backup. */
  #reopen(): void {
    const file = fileIdentity(this.#path);
    const database = openMigrated(this.#path, this.#options.waitMs);
    this.#database.close();
    this.#database = database;
    this.#file = file;
    this.#loadedVersion = undefined;
  }

  #readVersion(): unknown {
    return this.#database.pragma('data_version', { simple: true });
  }

  #readRows(): ReturnType<typeof readVersionedRows> {
    try {
      // Read before the rows: a commit in between is then noticed at the next look, and never missed.
      const version = this.#readVersion();
      const read = readVersionedRows(this.#database);
      this.#loadedVersion = version;
      return read;
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }
}

function openMigrated(path: string, waitMs: number): Database {
  const database = openInventory(path, { mode: 'read', busyTimeoutMs: waitMs });
  try {
    requireMigrated(database, readMigrations());
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Tells one file from another under the same name; a file that is not there is no error yet. */
function fileIdentity(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'missing' : `${stats.dev}:${stats.ino}`;
}
