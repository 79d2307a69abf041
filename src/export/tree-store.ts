import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { LocalFile } from './local-files.ts';
import { type Checksums, MANIFEST_NAME, readTreeManifest } from './tree-manifest.ts';

/** What a place of the tree holds. `ours` = a link into the store. */
export type Occupant = 'nothing' | 'ours' | 'file' | 'other';

const STORE = '.trunkhunt-export';
const CURRENT = 'current';
const GENERATION = 'tree-';

/** Passwords are in there. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** A tree that somebody began so long ago and did not finish is nobody's work any more. */
const ABANDONED_MS = 600_000;

/**
 * A folder beside the exported files, in which they really are: one tree for each export, and a link `current` to one
 * of them. What stands in the configuration's own folders are links through `current`: all of them change at once, when
 * it does, and whoever looks at any moment sees the old files or the new ones.
 */
export class TreeStore {
  readonly #folder: string;
  readonly #store: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#store = join(folder, STORE);
  }

  /** What was written last; undefined = nothing, or somebody spoiled its manifest. */
  async manifest(): Promise<Checksums | undefined> {
    return this.#manifestOf(CURRENT);
  }

  /** Paths of trees that were begun and not finished, or not cleared away. */
  async pathsOfOthers(): Promise<ReadonlySet<string>> {
    const paths = new Set<string>();
    for (const name of await this.#trees()) {
      for (const path of (await this.#manifestOf(name))?.keys() ?? []) paths.add(path);
    }
    return paths;
  }

  async occupant(path: string): Promise<Occupant> {
    const place = join(this.#folder, path);
    const found = await unlessMissing(lstat(place));
    if (found === undefined) return 'nothing';
    if (found.isSymbolicLink()) return (await readlink(place)) === (await this.#linkText(path)) ? 'ours' : 'other';
    return found.isFile() ? 'file' : 'other';
  }

  /** What is read at a place of the tree now; undefined = nothing. */
  async read(path: string): Promise<Buffer | undefined> {
    return unlessMissing(readFile(join(this.#folder, path)));
  }

  /** Writes a tree to the disk, to be shown later. @returns its name */
  async write(files: readonly LocalFile[]): Promise<string> {
    await mkdir(this.#store, { recursive: true, mode: PRIVATE_FOLDER });
    const tree = await mkdtemp(join(this.#store, GENERATION));
    const folders = new Set([tree]);
    for (const { path, content } of files) {
      const place = join(tree, path);
      await mkdir(dirname(place), { recursive: true, mode: PRIVATE_FOLDER });
      for (let folder = dirname(place); folder !== tree; folder = dirname(folder)) folders.add(folder);
      const file = await open(place, 'wx', PRIVATE_FILE);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const folder of folders) await syncFolder(folder);
    return tree.slice(this.#store.length + 1);
  }

  /** Puts a link in a place, instead of whatever is there. Until its tree is shown it may lead nowhere. */
  async link(path: string): Promise<void> {
    const place = join(this.#folder, path);
    await mkdir(dirname(place), { recursive: true });
    const unfinished = `${place}.trunkhunt-new`;
    await rm(unfinished, { force: true });
    await symlink(await this.#linkText(path), unfinished);
    await rename(unfinished, place);
    await syncFolder(dirname(place));
  }

  async unlink(path: string): Promise<void> {
    const place = join(this.#folder, path);
    await rm(place, { force: true });
    await syncFolder(dirname(place));
  }

  /** Shows a tree in the place of the one before: all of its files, in one step. */
  async show(tree: string): Promise<void> {
    const unfinished = join(this.#store, `${CURRENT}.${tree}`);
    await symlink(tree, unfinished);
    await rename(unfinished, join(this.#store, CURRENT));
    await syncFolder(this.#store);
  }

  /** Removes the trees that are not shown, but for those that somebody may be writing. @param nowMs wall clock */
  async clear(before: string | undefined, nowMs: number): Promise<void> {
    const shown = await unlessMissing(readlink(join(this.#store, CURRENT)));
    for (const name of await this.#trees()) {
      if (name === shown) continue;
      const found = await unlessMissing(stat(join(this.#store, name)));
      const isAbandoned = found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS;
      if (name === before || isAbandoned) await rm(join(this.#store, name), { recursive: true, force: true });
    }
  }

  /** The tree that is shown. */
  async shown(): Promise<string | undefined> {
    return unlessMissing(readlink(join(this.#store, CURRENT)));
  }

  /** From a place of the tree through `current`; from where the place really is, since a folder of it may be a link. */
  async #linkText(path: string): Promise<string> {
    const from = await realpath(dirname(join(this.#folder, path)));
    return relative(from, join(await realpath(this.#folder), STORE, CURRENT, path));
  }

  async #trees(): Promise<readonly string[]> {
    const names = (await unlessMissing(readdir(this.#store))) ?? [];
    return names.filter((name) => name.startsWith(GENERATION));
  }

  async #manifestOf(tree: string): Promise<Checksums | undefined> {
    const text = await unlessMissing(readFile(join(this.#store, tree, MANIFEST_NAME), 'utf8'));
    return text === undefined ? undefined : readTreeManifest(text);
  }
}

/** So that a name that was made or changed outlives a power failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
