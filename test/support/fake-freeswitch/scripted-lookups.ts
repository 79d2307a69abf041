import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { notFoundXml } from './answer-xml.ts';

/** A lookup as it arrived. */
export interface ArrivedLookup {
  readonly head: string;
  readonly body: string;
  /** The first value of each field, decoded. */
  readonly fields: ReadonlyMap<string, string>;
}

/** An XML document, a status without one, or no answer at all. */
export type ScriptedAnswer = string | number | typeof noAnswer;
export const noAnswer = Symbol('no answer');

/** A server of lookups that answers as a test says. */
export class ScriptedLookups {
  readonly arrived: ArrivedLookup[] = [];
  /** By the wanted section, or the configuration's name. */
  readonly answers = new Map<
    string,
    ScriptedAnswer | ((lookup: ArrivedLookup) => ScriptedAnswer | Promise<ScriptedAnswer>)
  >();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('latin1');
        const headers = request.rawHeaders.flatMap((name, at, all) =>
          at % 2 === 0 ? [`${name}: ${all[at + 1]}`] : [],
        );
        const head = [`${request.method} ${request.url} HTTP/${request.httpVersion}`, ...headers].join('\n');
        const lookup = { head, body, fields: fieldsOf(body) };
        this.arrived.push(lookup);
        void this.#answer(lookup).then((answer) => {
          if (answer === noAnswer) return;
          response.statusCode = typeof answer === 'number' ? answer : 200;
          response.end(typeof answer === 'number' ? '' : answer);
        });
      });
    });
  }

  static async start(): Promise<ScriptedLookups> {
    const lookups = new ScriptedLookups();
    await new Promise<void>((resolve) => {
      lookups.#server.listen(0, '127.0.0.1', resolve);
    });
    return lookups;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(lookup: ArrivedLookup): Promise<ScriptedAnswer> {
    const section = lookup.fields.get('section') ?? '';
    const answer = this.answers.get(section === 'configuration' ? (lookup.fields.get('key_value') ?? '') : section);
    return (typeof answer === 'function' ? await answer(lookup) : answer) ?? notFoundXml;
  }
}

/** An answer that a test lets go when it wants to; everybody who asked before gets it then. */
export function heldAnswer(answer: ScriptedAnswer): {
  readonly answer: () => Promise<ScriptedAnswer>;
  readonly release: () => void;
} {
  let release: () => void = () => undefined;
  const released = new Promise<ScriptedAnswer>((resolve) => {
    release = () => {
      resolve(answer);
    };
  });
  return { answer: () => released, release };
}

function fieldsOf(body: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const pair of body.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (!fields.has(name)) fields.set(name, decodeURIComponent(value));
  }
  return fields;
}
