import type { FakeEvent } from './fake-event.ts';

/** Event names that the switch knows; others are passed over (ESL, switch_name_event). */
const knownEvents: ReadonlySet<string> = new Set(
  `CUSTOM CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP
  CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PROGRESS
  CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_ORIGINATE CHANNEL_PARK CHANNEL_HOLD CHANNEL_UUID CALL_UPDATE API
  BACKGROUND_JOB HEARTBEAT RELOADXML MODULE_LOAD MODULE_UNLOAD STARTUP SHUTDOWN SHUTDOWN_REQUESTED MESSAGE PRESENCE_IN
  SESSION_HEARTBEAT RE_SCHEDULE DTMF CODEC CDR`.split(/\s+/),
);

/** What one connection wants to hear of, and how it is written (contract 7.3). */
export class EventSubscription {
  format: 'plain' | 'json' | 'xml' = 'plain';
  readonly #names = new Set<string>();
  readonly #subclasses = new Set<string>();
  #isEnabled = false;
  #wantsAll = false;
  #filters: { readonly header: string; readonly value: string }[] = [];

  wants(name: string, subclass: string | undefined): boolean {
    if (!this.#isEnabled) return false;
    if (this.#wantsAll) return true;
    return this.#names.has(name) && (subclass === undefined || this.#subclasses.has(subclass));
  }

  /** With a filter only what matches one passes; a negative one that matches stops the event (contract 7.3). */
  passes(event: FakeEvent): boolean {
    if (this.#filters.length === 0) return true;
    let passes = false;
    for (const { header, value } of this.#filters) {
      const actual = event.get(header);
      if (actual === undefined) continue;
      const [, signs = '', wanted = ''] = /^([+\- ]*)(.*)$/s.exec(value) ?? [];
      const isNegative = signs.lastIndexOf('-') > signs.lastIndexOf('+');
      if (passes && !isNegative) continue;
      const matches = wanted.startsWith('/')
        ? new RegExp(wanted.slice(1).replace(/\/i?$/, ''), wanted.endsWith('/i') ? 'i' : '').test(actual)
        : actual.toLowerCase() === wanted.toLowerCase();
      if (matches && isNegative) return false;
      if (matches) passes = true;
    }
    return passes;
  }

  /** `event ...`: adds to what there is. Without a name it is an error that changes the format all the same [V]. */
  add(words: readonly string[]): string {
    const [first, ...others] = words;
    const format = first?.toLowerCase();
    const isFormat = format === 'plain' || format === 'json' || format === 'xml';
    if (isFormat) this.format = format;
    let named = 0;
    let isCustom = false;
    for (const word of isFormat ? others : words) {
      const name = word.toUpperCase();
      if (isCustom) {
        // Everything after CUSTOM is a subclass, whatever it looks like.
        this.#subclasses.add(word);
      } else if (name === 'ALL') {
        this.#wantsAll = true;
        named += 1;
      } else if (knownEvents.has(name)) {
        this.#names.add(name);
        isCustom = name === 'CUSTOM';
        named += 1;
      }
    }
    if (named === 0) return '-ERR no keywords supplied';
    this.#isEnabled = true;
    return `+OK event listener enabled ${this.format}`;
  }

  /** `nixevent ...`. */
  remove(words: readonly string[]): string {
    let named = 0;
    let isCustom = false;
    for (const word of words) {
      const name = word.toUpperCase();
      if (isCustom) {
        this.#subclasses.delete(word);
      } else if (name === 'CUSTOM') {
        isCustom = true;
        named += 1;
      } else if (name === 'ALL' || knownEvents.has(name)) {
        this.#nix(name);
        named += 1;
      }
    }
    return named === 0 ? '-ERR no keywords supplied' : '+OK events nixed';
  }

  /** `noevents`. */
  clear(): string {
    if (!this.#isEnabled) return '-ERR not listening for events';
    this.#isEnabled = false;
    this.#wantsAll = false;
    this.#names.clear();
    this.#subclasses.clear();
    return '+OK no longer listening for events';
  }

  /** `filter ...`. */
  filter(line: string): string {
    const [, verb = '', rest = ''] = /^ *(delete|add)? *(.*)$/is.exec(line) ?? [];
    const [, header = '', value] = /^(\S+)(?: (.*))?$/s.exec(rest) ?? [];
    if (verb.toLowerCase() === 'delete') {
      const matches = (filter: { readonly header: string; readonly value: string }): boolean =>
        header.toLowerCase() === 'all' ||
        (filter.header.toLowerCase() === header.toLowerCase() && (value === undefined || filter.value === value));
      this.#filters = this.#filters.filter((filter) => !matches(filter));
      return `+OK filter deleted. [${header}][${value ?? ''}]`;
    }
    if (value === undefined) return '-ERR invalid syntax';
    this.#filters.push({ header, value });
    return `+OK filter added. [${header}]=[${value}]`;
  }

  #nix(name: string): void {
    if (name === 'ALL') {
      this.#wantsAll = false;
      this.#names.clear();
      return;
    }
    if (this.#wantsAll) {
      this.#wantsAll = false;
      for (const each of knownEvents) this.#names.add(each);
    }
    this.#names.delete(name);
  }
}
