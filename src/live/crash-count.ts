import type { StateFile } from '../inventory/state-file.ts';

/** Its row is nobody else's to write or to remove. */
export const CRASH_KIND = 'crashes';

/** How often servers with this state file ended by a mistake of their own; a file that is begun anew has none. */
export function crashCount(file: StateFile): number {
  const value = file.read().find(({ kind }) => kind === CRASH_KIND)?.value;
  const [, digits = '0'] = /^\[(\d{1,9})\]$/.exec(value ?? '') ?? [];
  return Number(digits);
}

/** Writes it, and nothing else: what a server knows that ends so may be wrong. @throws Error of SQLite's */
export function writeCrashes(file: StateFile, crashes: number): void {
  file.write([{ kind: CRASH_KIND, key: '[]', value: JSON.stringify([crashes]) }]);
}
