import fc from 'fast-check';

import { readAnswer } from '../read-answer.ts';
import type { XmlNode } from '../xml-node.ts';
import { type AnswerKind, checkAnswer } from './check-answer.ts';
import { FuzzEndpoint } from './fuzz-endpoint.ts';
import { fuzzInventory, type Tables, writeInventory } from './fuzz-inventory.ts';
import { fuzzRequest } from './fuzz-request.ts';

/** An inventory that was served, and the requests that were answered from it. */
export interface AskedInventory {
  readonly endpoint: FuzzEndpoint;
  readonly tables: Tables;
  readonly forms: readonly string[];
}

export interface FuzzRun {
  readonly seed: number;
  readonly requests: number;
  readonly requestsAnInventory: number;
  /** Is given each inventory with what was asked of it, to ask in another way as well. */
  readonly alsoAsk?: (asked: AskedInventory) => Promise<void>;
}

/** How many of what was tried. */
export interface FuzzTally {
  readonly requests: number;
  readonly inventories: { readonly served: number; readonly refused: number; readonly unwritable: number };
  readonly answers: ReadonlyMap<AnswerKind, number>;
  /** Answers that said anything else: the seed, the inventory and the shortest such request. */
  readonly escapes: readonly string[];
  /** The seed after the last that was used. */
  readonly nextSeed: number;
}

/** After so many there is no need to look for more. */
const ESCAPES_LIMIT = 5;

/** Puts made-up requests to made-up inventories until there were enough, and holds every answer to what the inventory asks for. */
export async function fuzzAnswers({ seed, requests, requestsAnInventory, alsoAsk }: FuzzRun): Promise<FuzzTally> {
  const answers = new Map<AnswerKind, number>();
  const inventories = { served: 0, refused: 0, unwritable: 0 };
  const escapes: string[] = [];
  let asked = 0;
  let at = seed;
  for (; asked < requests && escapes.length < ESCAPES_LIMIT; at += 1) {
    const [inventory] = fc.sample(fuzzInventory, { seed: at, numRuns: 1 });
    if (inventory === undefined) throw new Error('no inventory was made');
    const written = writeInventory(inventory);
    const snapshot = written?.compiled.snapshot;
    if (written === undefined || snapshot === undefined) {
      inventories[written === undefined ? 'unwritable' : 'refused'] += 1;
      if (at - seed > 1_000 && inventories.served === 0) throw new Error('none of 1,000 inventories is served');
      continue;
    }
    inventories.served += 1;
    const endpoint = new FuzzEndpoint(snapshot);
    const read = rememberingReader();
    const forms: string[] = [];
    try {
      await fc.assert(
        fc.asyncProperty(fuzzRequest, async (form) => {
          const kind = checkAnswer(written.tables, form, await endpoint.ask(form), read);
          if (endpoint.errors.length > 0) throw new Error(endpoint.errors.splice(0).join());
          answers.set(kind, (answers.get(kind) ?? 0) + 1);
          forms.push(form);
        }),
        { seed: at, numRuns: requestsAnInventory },
      );
    } catch (cause) {
      escapes.push(`seed ${at}, inventory ${JSON.stringify(inventory)}: ${describe(cause)}`);
    }
    asked += forms.length;
    await alsoAsk?.({ endpoint, tables: written.tables, forms });
    // Timers and sockets of others have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { requests: asked, inventories, answers, escapes, nextSeed: at };
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return `${message.slice(0, 2_000)}\n${cause instanceof Error ? cause.message : ''}`;
}

/** Many answers are the same bytes, and reading them in three ways takes longer than making them. */
function rememberingReader(): (body: Uint8Array | string) => XmlNode {
  const known = new Map<string, XmlNode>();
  return (body) => {
    const key = typeof body === 'string' ? body : Buffer.from(body).toString('latin1');
    const before = known.get(key);
    if (before !== undefined) return before;
    const root = readAnswer(body);
    known.set(key, root);
    return root;
  };
}
