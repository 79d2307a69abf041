import { realpathSync, statSync } from 'node:fs';

/** What can be told of a database file without opening it. */
export interface FileStamp {
  /** Another text = another file, or one that was written to. */
  readonly text: string;
  /** Tells one file from another under the same name; undefined = there is none. */
  readonly file: string | undefined;
  /** The same of the write-ahead log, where there is something in it. */
  readonly log: string | undefined;
}

/**
 * Looks at a database file and its write-ahead log. Two commits within one tick of the file system's clock, 10 ms at
 * most, may leave the same stamp.
 */
export function fileStamp(path: string): FileStamp {
  const real = realPath(path);
  const [file, log] = [lookAt(real), lookAt(`${real}-wal`)];
  // An empty log is as good as none: whoever reads may leave one.
  const isLogged = log !== undefined && !log.isEmpty;
  return {
    text: `${file?.state ?? ''} ${isLogged ? log.state : ''}`,
    file: file?.identity,
    log: isLogged ? log.identity : undefined,
  };
}

/** SQLite keeps the log beside the file that a link leads to. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function lookAt(path: string): { identity: string; state: string; isEmpty: boolean } | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  const identity = `${dev}:${ino}`;
  return { identity, state: `${identity}:${size}:${mtimeNs}:${ctimeNs}`, isEmpty: size === 0n };
}
