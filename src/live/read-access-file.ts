import { readFileSync, statSync } from 'node:fs';
import type { ListenAddress } from '../config/listen-address.ts';
import type { Finding } from '../errors/finding.ts';
import { type AccessReading, parseAccessFile } from './parse-access-file.ts';

/** A reading, and the text that it is of; none where the file cannot be read. */
export interface AccessFileReading extends AccessReading {
  readonly text: string | undefined;
}

const OTHERS_READ = 0o004;

/**
 * Reads a file of access rules, with all that is wrong in it.
 * @param listen where the server listens; undefined where nobody has to be kept out
 */
export function readAccessFile(path: string, listen: ListenAddress | undefined): AccessFileReading {
  try {
    const text = readFileSync(path, 'utf8');
    const reading = parseAccessFile({ path, text, listen });
    const isExposed = (statSync(path).mode & OTHERS_READ) !== 0;
    return { ...reading, text, warnings: [...(isExposed ? [exposed(path)] : []), ...reading.warnings] };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const what = `${path} cannot be read (${code})`;
    const fix = 'name a file that this user can read';
    const problems: readonly Finding[] = [
      { code: 'settings-file-unreadable', where: 'TRUNKHUNT_ACCESS_FILE', what, fix },
    ];
    return { text: undefined, rules: [], problems, warnings: [] };
  }
}

function exposed(path: string): Finding {
  const what = 'everybody on this machine can read it, and it holds passwords';
  return { code: 'access-file-exposed', where: path, what, fix: `chmod o-r ${path}` };
}
