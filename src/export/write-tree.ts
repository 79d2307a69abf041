import { join } from 'node:path';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { LocalFile } from './local-files.ts';
import { type Checksums, checksumOf, MANIFEST_NAME, writeTreeManifest } from './tree-manifest.ts';
import { TreeStore } from './tree-store.ts';

export interface TreeToWrite {
  /** The folder that holds `autoload_configs`, `dialplan` and so on. */
  readonly folder: string;
  readonly files: readonly LocalFile[];
  /** The switch whose view it is; "" = what every switch has. */
  readonly hostname: string;
}

export interface WriteOptions {
  /** Whether files of ours that somebody edited are written over. */
  readonly force: boolean;
  /** Whether to only say what would be done. */
  readonly dryRun: boolean;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/** What became of files, by path. */
export interface TreeChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Brings a folder to hold these files, all at once: whoever reads it meanwhile, or after a crash at any moment, finds
 * the old ones or the new ones. Only what was written here before is changed or removed.
 * @throws OperatorError export-in-the-way, export-edited, export-failed
 */
export async function writeTree(tree: TreeToWrite, options: WriteOptions): Promise<TreeChanges> {
  try {
    return await bringTo(tree, options);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const what = `it cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    const fix = 'check that the folder may be written to, has space, and takes symbolic links';
    throw new OperatorError([{ code: 'export-failed', where: tree.folder, what, fix }]);
  }
}

async function bringTo(
  { folder, files, hostname }: TreeToWrite,
  { force, dryRun, nowMs }: WriteOptions,
): Promise<TreeChanges> {
  const store = new TreeStore(folder);
  const before: Checksums = (await store.manifest()) ?? new Map<string, string>();
  const wanted = [...files, { path: MANIFEST_NAME, content: writeTreeManifest(files, hostname) }];
  const paths = new Set(wanted.map(({ path }) => path));
  const gone = [...before.keys()].filter((path) => !paths.has(path));
  const { findings, edited, missing } = await examine(store, folder, [...paths, ...gone], before);
  const stopping = findings.filter(({ code, where }) =>
    code === 'export-edited' ? !force : !gone.some((path) => join(folder, path) === where),
  );
  if (stopping.length > 0) throw new OperatorError(stopping);
  const changes = changesOf(files, before, gone, (path) => !edited.has(path) && !missing.has(path));
  if (dryRun) return changes;
  const isSame = changes.added.length + changes.changed.length + changes.removed.length === 0;
  if (isSame && (await store.read(MANIFEST_NAME))?.toString() === wanted.at(-1)?.content) return changes;
  const shownBefore = await store.shown();
  const written = await store.write(wanted);
  const places = [...paths];
  const isLink = await Promise.all(places.map(async (path) => (await store.occupant(path)) === 'ours'));
  // A new place leads nowhere until the tree is shown; an edited one shows what it holds until then.
  for (const [at, path] of places.entries()) if (isLink[at] === false && !edited.has(path)) await store.link(path);
  await store.show(written);
  for (const [at, path] of places.entries()) if (isLink[at] === false && edited.has(path)) await store.link(path);
  for (const path of [...gone, ...(await store.pathsOfOthers())]) {
    if (paths.has(path)) continue;
    if (edited.has(path) || (await store.occupant(path)) === 'ours') await store.unlink(path);
  }
  await store.clear(shownBefore, nowMs);
  return changes;
}

interface Examined {
  readonly findings: readonly Finding[];
  readonly edited: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

/** Finds what is not as it was left: files of others, and files of ours that somebody touched or took away. */
async function examine(
  store: TreeStore,
  folder: string,
  paths: readonly string[],
  before: Checksums,
): Promise<Examined> {
  const findings: Finding[] = [];
  const edited = new Set<string>();
  const missing = new Set<string>();
  for (const path of paths) {
    const occupant = await store.occupant(path);
    const known = before.get(path);
    const where = join(folder, path);
    if (occupant === 'nothing') {
      missing.add(path);
      continue;
    }
    if (occupant === 'ours') {
      const content = known === undefined ? undefined : await store.read(path);
      if (content === undefined || checksumOf(content) === known) continue;
      edited.add(path);
    } else if (occupant === 'file' && known !== undefined) {
      edited.add(path);
    } else {
      const what = 'it is there already, and was not written by an export';
      findings.push({ code: 'export-in-the-way', where, what, fix: 'move it away, or export to another folder' });
      continue;
    }
    const what = 'somebody changed it since it was written';
    const fix = 'put the change into the inventory, or move the file away, or write over it with --force';
    findings.push({ code: 'export-edited', where, what, fix });
  }
  return { findings, edited, missing };
}

function changesOf(
  files: readonly LocalFile[],
  before: Checksums,
  gone: readonly string[],
  isUntouched: (path: string) => boolean,
): TreeChanges {
  const pathsWhere = (test: (known: string | undefined, file: LocalFile) => boolean): readonly string[] =>
    files.filter((file) => test(before.get(file.path), file)).map(({ path }) => path);
  const isSame = (known: string | undefined, { path, content }: LocalFile): boolean =>
    known === checksumOf(content) && isUntouched(path);
  return {
    added: pathsWhere((known) => known === undefined),
    changed: pathsWhere((known, file) => known !== undefined && !isSame(known, file)),
    removed: gone,
    unchanged: pathsWhere(isSame),
  };
}
