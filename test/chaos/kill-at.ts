import { watch } from 'node:fs';
import type { StartedCli } from '../support/run-cli.ts';

export interface Killed {
  /** False = it came to its end before. */
  readonly isKilled: boolean;
  /** From the first file that it touched to its end. */
  readonly afterMs: number;
}

/**
 * Kills a process so long after it first touched a file of a folder: `kill -9`, at whatever it is just then.
 * @param delayMs undefined = it is left to come to its end
 */
export async function killAt(
  { child, ended }: StartedCli,
  folder: string,
  delayMs: number | undefined,
): Promise<Killed> {
  const watcher = watch(folder);
  const touched = new Promise((resolve) => watcher.once('change', resolve));
  await Promise.race([touched, ended]);
  watcher.close();
  const touchedMs = performance.now();
  if (delayMs !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, Math.floor(delayMs)));
    // A timer knows whole milliseconds only; a write may take less.
    while (performance.now() - touchedMs < delayMs);
    child.kill('SIGKILL');
  }
  const { signal } = await ended;
  return { isKilled: signal === 'SIGKILL', afterMs: performance.now() - touchedMs };
}
