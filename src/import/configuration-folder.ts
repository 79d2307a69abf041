import { isUtf8 } from 'node:buffer';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { normalize, resolve, sep } from 'node:path';
import type { ConfigurationFiles, PreprocessNotes } from '../xml/preprocessor.ts';
import type { TextPlace } from '../xml/source-text.ts';
import { globPaths, hasMagic } from './glob-paths.ts';
import type { ReadingProblems } from './reading-problems.ts';

/** More than any configuration, less than what cannot be held. */
const FILE_LIMIT_BYTES = 128 * 1024 * 1024;

const ALSO_READ = 'name its folder with --also-read DIR';

interface FolderOptions {
  /** Whatever an include says, nothing outside of these is read. */
  readonly folders: readonly string[];
  readonly problems: ReadingProblems;
  readonly notes: PreprocessNotes;
  readonly onRead: (path: string) => void;
}

/** The files below some folders. Links are followed as long as they do not lead out of them. */
export class ConfigurationFolder implements ConfigurationFiles {
  readonly #options: FolderOptions;
  readonly #roots: readonly string[];

  constructor(options: FolderOptions) {
    this.#options = options;
    this.#roots = options.folders.map((folder) => realpathSync(folder));
  }

  find(pattern: string, from: TextPlace): readonly string[] {
    const normal = normalize(pattern);
    if (!this.#mayBeInside(normal)) {
      this.#refuse(normal, from);
      return [];
    }
    const paths = this.#glob(normal);
    if (paths.length === 0 && !hasMagic(normal)) {
      this.#options.notes.noticed(from, `include of '${normal}'`, 'there is no such file; FreeSWITCH passes over that');
    }
    return paths.filter((path) => {
      if (this.#isInside(path)) return true;
      this.#refuse(path, from);
      return false;
    });
  }

  /** Whether a file lies in the folders, wherever links lead. What does not is told of, or is a problem if all hangs on it. */
  mayBegin(path: string, isAll: boolean): boolean {
    if (this.#isInside(path)) return true;
    const what = 'it is, or lies behind, a link that leads out of the folder that is imported, and is not read';
    if (isAll) this.#options.problems.unreadable(path, what, ALSO_READ);
    else this.#options.notes.refused({ file: path, line: 1 }, `file '${path}'`, `${what}; ${ALSO_READ}`);
    return false;
  }

  identity(path: string): string {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  }

  read(path: string, from: TextPlace | undefined): string | undefined {
    const { problems, notes, onRead } = this.#options;
    const asker = from === undefined ? path : `${path} (included at ${from.file}:${from.line})`;
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) {
        notes.noticed(
          from ?? { file: path, line: 1 },
          `include of '${path}'`,
          'it is a folder; FreeSWITCH passes over it',
        );
        return undefined;
      }
      if (!stat.isFile()) {
        problems.unreadable(asker, 'it is neither a file nor a folder', 'take it out of the folder');
        return undefined;
      }
      if (stat.size > FILE_LIMIT_BYTES) {
        problems.unreadable(asker, `it has more than ${FILE_LIMIT_BYTES} bytes`, 'split it into several files');
        return undefined;
      }
      onRead(path);
      return this.#decode(readFileSync(path), path);
    } catch (error) {
      problems.unreadable(asker, messageOf(error), 'make it readable for this user, or take the include out');
      return undefined;
    }
  }

  #decode(bytes: Buffer, path: string): string {
    const text = bytes.toString('utf8');
    if (isUtf8(bytes)) return text;
    const before = text.slice(0, text.indexOf('\ufffd'));
    const why =
      'it is not in UTF-8; what is taken over with such a byte in it is left out. Convert the file with iconv';
    this.#options.notes.noticed({ file: path, line: before.split('\n').length }, 'a byte', why);
    return text;
  }

  #glob(pattern: string): readonly string[] {
    try {
      return globPaths(pattern, (folder) => this.#isInside(folder));
    } catch (error) {
      this.#options.problems.unreadable(pattern, messageOf(error), 'make the folder readable for this user');
      return [];
    }
  }

  /** Judges what stands before the first wildcard, so that not even a folder's names are looked at outside. */
  #mayBeInside(pattern: string): boolean {
    const fixed = pattern.split(/[*?[]/)[0] ?? '';
    const folder = fixed.slice(0, fixed.lastIndexOf('/') + 1) || '.';
    return this.#isInside(folder) || this.#options.folders.some((root) => isBelow(resolve(folder), resolve(root)));
  }

  #isInside(path: string): boolean {
    try {
      const real = realpathSync(path);
      return this.#roots.some((root) => isBelow(real, root));
    } catch {
      // A link that leads nowhere, or in circles, is told of when it is read.
      return this.#options.folders.some((root) => isBelow(resolve(path), resolve(root)));
    }
  }

  #refuse(path: string, from: TextPlace): void {
    const why = `it lies outside of the folder that is imported and is not read; ${ALSO_READ}`;
    this.#options.notes.refused(from, `include of '${path}'`, why);
  }
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
