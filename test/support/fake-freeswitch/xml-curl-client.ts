import type { Socket } from 'node:net';

import { isNotFound, locateSection } from '../locate-section.ts';
import { parseLikeFreeswitch } from '../parse-like-freeswitch.ts';
import { preprocessLikeFreeswitch } from '../preprocess-like-freeswitch.ts';
import { mostBytes } from '../read-answer.ts';
import type { XmlNode } from '../xml-node.ts';
import { flat, type Header } from './fake-event.ts';
import { postLookup, type LookupTarget } from './post-lookup.ts';
import type { SwitchClock } from './switch-clock.ts';
import type { LoggedRequest, SwitchLog } from './switch-log.ts';
import { urlEncode } from './url-encode.ts';

/** The buffer that the first five fields are formatted into (contract 1.3). */
const basicBytes = 511;

/** What tells a request from others of its kind. */
const tellingFields = [
  'purpose',
  'profile',
  'reconfig',
  'gateway',
  'Unique-ID',
  'Hunt-Destination-Number',
  'Hunt-Context',
];

export interface Lookup {
  readonly section: 'configuration' | 'directory' | 'dialplan';
  readonly tagName?: string;
  readonly keyName?: string;
  readonly keyValue?: string;
  /** The headers of the request's event; some requests have none (contract 1.3). */
  readonly fields?: readonly Header[];
}

/** A document that was used, and the node in it that was wanted: not there = local files are searched (contract 2.1). */
export interface Found {
  readonly root: XmlNode;
  readonly node: XmlNode | undefined;
}

/** mod_xml_curl with bindings for every section, in their order, or none. */
export class XmlCurlClient {
  readonly #hostname: string;
  readonly #targets: readonly LookupTarget[];
  readonly #clock: SwitchClock;
  readonly #log: SwitchLog;
  readonly #open = new Set<Socket>();

  constructor(hostname: string, targets: readonly LookupTarget[], clock: SwitchClock, log: SwitchLog) {
    this.#hostname = hostname;
    this.#targets = targets;
    this.#clock = clock;
    this.#log = log;
  }

  /** A configuration file by its name. */
  configuration(file: string, fields?: readonly Header[]): Promise<Found | undefined> {
    const named = { section: 'configuration', tagName: 'configuration', keyName: 'name', keyValue: file } as const;
    return this.lookup(fields === undefined ? named : { ...named, fields });
  }

  /**
   * Asks one binding after the other: failures and *not found* go on to the next, any other document ends the search,
   * even one without what was wanted (contract 2.1).
   * @returns undefined where nothing remote was of use: local files are next, whatever went wrong (contract 1.5)
   */
  async lookup(lookup: Lookup): Promise<Found | undefined> {
    for (const binding of this.#targets.keys()) {
      const found = await this.#ask(binding, lookup);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #ask(binding: number, lookup: Lookup): Promise<Found | undefined> {
    try {
      const body = formBody(this.#hostname, lookup);
      const bytes = await postLookup(this.#targets[binding]!, body, this.#clock, this.#open);
      if (bytes.length > mostBytes) throw new Error(`the answer has ${bytes.length} bytes`);
      const root = parseLikeFreeswitch(preprocessLikeFreeswitch(bytes).text);
      if (isNotFound(root)) {
        this.#note(binding, lookup, 'not found');
        return undefined;
      }
      const node = locateSection(root, lookup.section, lookup.tagName, lookup.keyName, lookup.keyValue);
      this.#note(binding, lookup, node === undefined ? 'not located' : 'used');
      return { root, node };
    } catch (error) {
      this.#note(binding, lookup, 'failed', error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** Drops what is under way. */
  stop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #note(binding: number, lookup: Lookup, outcome: LoggedRequest['outcome'], reason?: string): void {
    const telling = (lookup.fields ?? []).filter(([name]) => tellingFields.includes(name));
    this.#log.add({
      kind: 'request',
      atMs: this.#clock.nowMs(),
      section: lookup.section,
      binding,
      keyValue: lookup.keyValue ?? '',
      fields: Object.fromEntries(telling.map(([name, value]) => [name, flat(value)])),
      outcome,
      ...(reason !== undefined && { reason }),
    });
  }
}

/**
 * The form of a lookup, one character for each byte: five fields as they are, cut to the buffer, then the event's
 * headers, encoded (contract 1.3). Empty ones are never sent.
 */
export function formBody(hostname: string, lookup: Lookup): string {
  const { section, tagName = '', keyName = '', keyValue = '', fields = [] } = lookup;
  const basics = `hostname=${hostname}&section=${section}&tag_name=${tagName}&key_name=${keyName}&key_value=${keyValue}`;
  const cut = Buffer.from(basics, 'utf8').subarray(0, basicBytes).toString('latin1');
  const sent = fields.filter(([, value]) => value !== '');
  return cut + sent.map(([name, value]) => `&${name}=${urlEncode(flat(value))}`).join('');
}
