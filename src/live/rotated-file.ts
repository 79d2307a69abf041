import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';

export interface RotatedFileOptions {
  readonly path: string;
  /** The file is put aside before it would grow beyond this. */
  readonly bytesLimit: number;
  /** How many that were put aside are kept, as `path.1` (the newest), `path.2` ... */
  readonly olderFiles: number;
}

/** Looked for in the end of a file that was left in the middle of a line. */
const TAIL_BYTES = 1024 * 1024;

interface OpenFile {
  readonly handle: FileHandle;
  /** Of the file itself, whatever its name is by now. */
  readonly identity: string;
  size: number;
}

/** Only whoever runs the server reads who called whom. */
const MODE = 0o600;

/**
 * A file of lines that is written to at its end, and put aside when it is large. One call at a time. After an error it is
 * opened anew by the next call; a line that a full disk or a killed process left unfinished is taken away then, so that
 * every line can be read.
 */
export class RotatedFile {
  readonly #options: RotatedFileOptions;
  #open: OpenFile | undefined;

  constructor(options: RotatedFileOptions) {
    this.#options = options;
  }

  /**
   * Writes lines, each with its line end.
   * @throws Error of the file system, also where the path is none of a regular file
   */
  async append(lines: string): Promise<void> {
    const bytes = Buffer.from(lines, 'utf8');
    try {
      let file = await this.#file();
      if (file.size > 0 && file.size + bytes.length > this.#options.bytesLimit) {
        await this.#putAside();
        file = await this.#file();
      }
      await file.handle.appendFile(bytes);
      file.size += bytes.length;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#open?.handle;
    this.#open = undefined;
    // Whatever could not be written has been told already.
    await handle?.close().catch(() => undefined);
  }

  /** Somebody else may have put the file aside, or taken it away: what is open is then none that anybody looks at. */
  async #file(): Promise<OpenFile> {
    const { path } = this.#options;
    const there = await stat(path).catch(absent);
    // To open a pipe would wait for a reader.
    if (there !== undefined && !there.isFile()) throw new Error(`${path} is not a regular file`);
    const identity = there === undefined ? undefined : `${there.dev}:${there.ino}`;
    if (this.#open !== undefined && this.#open.identity === identity) return this.#open;
    await this.close();
    const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, MODE);
    try {
      const size = await withoutHalfLine(handle);
      const { dev, ino } = await handle.stat();
      this.#open = { handle, identity: `${dev}:${ino}`, size };
      return this.#open;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #putAside(): Promise<void> {
    const { path, olderFiles } = this.#options;
    await this.close();
    if (olderFiles === 0) await rm(path, { force: true });
    for (let at = olderFiles; at > 0; at -= 1) {
      await rename(at === 1 ? path : `${path}.${at - 1}`, `${path}.${at}`).catch(absent);
    }
  }
}

/** Cuts off what stands behind the last line end. @returns the size that is left */
async function withoutHalfLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.alloc(size - start);
  const { bytesRead } = await handle.read(tail, 0, tail.length, start);
  const end = start + tail.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
  if (end < size) await handle.truncate(end);
  return end;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
