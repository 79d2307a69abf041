import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';

/** A line is longer than any password; more is a mistake that must not fill the memory. */
const BYTES_LIMIT = 64 * 1024;

/**
 * Reads a secret: on a terminal after a prompt, and nothing of what is typed is shown; else all of what comes in, but for
 * the last line's end.
 * @throws Error where the input ends, or is interrupted, before a line does; where it is far too long
 */
export async function readSecret(
  prompt: string,
  input: Readable & { readonly isTTY?: boolean },
  output: { readonly write: (text: string) => unknown },
): Promise<string> {
  if (input.isTTY === true) return readUnseen(prompt, input, output);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BYTES_LIMIT) throw new Error(`more than ${BYTES_LIMIT} bytes came in`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** `readline` edits the line and switches the terminal's own echo off; where it would show the line, nothing is written. */
function readUnseen(
  prompt: string,
  input: Readable,
  output: { readonly write: (text: string) => unknown },
): Promise<string> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  output.write(prompt);
  const lines = createInterface({ input, output: nowhere, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('SIGINT', () => {
      lines.close();
    });
    lines.once('close', () => {
      output.write('\n');
      reject(new Error('nothing was typed'));
    });
  });
}
