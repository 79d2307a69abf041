import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** What is collected: what processes of the program printed, commands within a test, answers over HTTP, the server's log. */
export type OutputKind = 'process' | 'command' | 'answer' | 'log';

/**
 * Keeps what the program said in a test, to be searched for secrets when all have run; does nothing where nobody asks for
 * it by TEST_OUTPUT_FOLDER, as in a run of one file. Not named TRUNKHUNT_...: the program refuses variables that it does
 * not know.
 * @param source what said it, for whoever finds a secret
 */
export function collectOutput(kind: OutputKind, source: string, text: string | Uint8Array): void {
  const folder = process.env['TEST_OUTPUT_FOLDER'];
  if (folder === undefined) return;
  const file = join(folder, `${kind}-${process.pid}-${threadId}.txt`);
  appendFileSync(file, Buffer.concat([Buffer.from(`\n--- ${source}\n`), Buffer.from(text)]));
}
