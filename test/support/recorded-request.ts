import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../fixtures/requests/', import.meta.url);

/** Every request that was recorded of a FreeSWITCH, by the name of its file without the ending. */
export const recordedNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.http$/, ''))
  .sort();

/** The credentials that the recorded requests carry. */
export const recordedCredentials = { user: 'fs', password: 'secret' };

/** The bytes as the switch sent them. */
export function recordedRequest(name: string): Buffer {
  return readFileSync(new URL(`${name}.http`, folder));
}
