import { chmodSync, chownSync, closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from '../errors/finding.ts';

const OTHERS = 0o007;
const GROUP_AND_OTHERS = 0o077;

/**
 * Makes an empty file that its owner alone can read. Where root makes it in somebody's folder, that is the owner: a
 * command that is given with `sudo` must not leave files that the server cannot open.
 * @throws Error of the file system, also where there is such a file
 */
export function makePrivateFile(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) chownSync(path, uid, gid);
}

/**
 * Gives a file that is about to take the place of another its owner and permissions; where there is none, nothing is
 * done. Nobody but root gives files away: it is readable by its owner only then.
 */
export function keepOwner(file: string, old: string): void {
  const there = statSync(old, { throwIfNoEntry: false });
  if (there === undefined) return;
  try {
    chownSync(file, there.uid, there.gid);
    chmodSync(file, there.mode & 0o777);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

/**
 * Says of files that hold secrets, or who called whom, whether more than their owner can read or write them. A group is
 * how another program is let in on purpose; not to a key. What is not there is nothing to say of.
 */
export function openFileFindings(
  paths: readonly string[],
  whose: 'owner' | 'owner and group' = 'owner and group',
): readonly Finding[] {
  const wide = whose === 'owner' ? GROUP_AND_OTHERS : OTHERS;
  return paths.flatMap((path) => {
    const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
    if ((mode & wide) === 0) return [];
    const what = `its permissions are ${mode.toString(8).padStart(4, '0')}: not only its ${whose} can get at what it holds`;
    return [{ code: 'file-open-to-others' as const, where: path, what, fix: `chmod ${fixedMode(whose)} ${path}` }];
  });
}

function fixedMode(whose: 'owner' | 'owner and group'): string {
  return whose === 'owner' ? '600' : 'o=';
}
