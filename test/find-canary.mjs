// Looks for the word that is in every secret of the tests in all that was printed while they ran, in every form in which
// a program writes text by mistake. `findCanary` is a check of its own in run-all.mjs.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** So many bytes of each kind at least: less means that the net has holes, not that all is well. */
const LEAST_BYTES = { process: 20_000, command: 50_000, answer: 50_000, log: 20_000, tests: 5_000 };

/** The word as it is, in base64 at each of the three places that it can begin at, in hexadecimal and in escapes. */
export function formsOf(word) {
  const bytes = Buffer.from(word, 'utf8');
  const escaped = (write) => [...bytes].map(write).join('');
  const hex = (byte) => byte.toString(16).padStart(2, '0');
  return {
    'as it is': [word],
    // What stands beside the word goes into the first and the last characters: only those between are the word's own.
    base64: [0, 1, 2].map((before) => {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const last = Math.floor(((before + bytes.length) * 8) / 6);
      return encoded.slice(Math.ceil((before * 8) / 6), last);
    }),
    hexadecimal: [bytes.toString('hex')],
    'percent-encoded': [escaped((byte) => `%${hex(byte)}`)],
    'escaped for JSON': [escaped((byte) => `\\u00${hex(byte)}`)],
    'as references of XML': [escaped((byte) => `&#${byte};`), escaped((byte) => `&#x${hex(byte)};`)],
    'with a zero after each letter': [escaped((byte) => `${String.fromCharCode(byte)}\0`)],
  };
}

/** @returns where the word stands in a text, and in which form; letters of either case, but for base64 */
export function placesOf(word, text) {
  const lower = text.toLowerCase();
  return Object.entries(formsOf(word)).flatMap(([form, writings]) =>
    writings.flatMap((writing) => {
      const at = form === 'base64' ? text.indexOf(writing) : lower.indexOf(writing.toLowerCase());
      return at === -1 ? [] : [{ form, at }];
    }),
  );
}

/** @returns what is wrong with what was collected in a folder; undefined = nothing is */
export function findCanary(word, folder, leastBytes = LEAST_BYTES) {
  const found = Object.fromEntries(Object.keys(leastBytes).map((kind) => [kind, 0]));
  const objections = [];
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    const kind = name.split('-')[0];
    found[kind] = (found[kind] ?? 0) + statSync(file).size;
    const text = readFileSync(file, 'latin1');
    for (const { form, at } of placesOf(word, text)) {
      const source = text.slice(0, at).lastIndexOf('\n--- ');
      const said = source === -1 ? name : `${kind} ${text.slice(source + 5).split('\n')[0]}`;
      objections.push(
        `a secret, ${form}, in what was printed by ${said}: ...${JSON.stringify(text.slice(Math.max(0, at - 80), at + 40))}`,
      );
    }
  }
  for (const [kind, least] of Object.entries(leastBytes)) {
    if (found[kind] < least)
      objections.push(`of ${kind} only ${found[kind]} bytes were collected: ${least} at least are expected`);
  }
  return objections.length === 0 ? undefined : objections.join('\n');
}
