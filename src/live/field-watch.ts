import type { NeededFields } from '../routing/snapshot.ts';

/** Calls without a caller's number are common; this many in a row are not. */
const UNSEEN_REQUESTS = 20;

/** So many switches are watched; hostnames come with requests, and anybody may make them up. */
const HOSTNAMES_LIMIT = 256;

/** The field with what a caller names itself. */
export const CALLER_NAME = 'Hunt-Caller-ID-Name';

/** What a dialplan request carried. */
export interface CarriedFields {
  readonly hostname: string;
  /** Whether mod_xml_curl sends everything: then nothing can be missing. */
  readonly isComplete: boolean;
  readonly hasCallerNumber: boolean;
  readonly hasCallerName: boolean;
  readonly hasNetworkAddress: boolean;
  /** Headers that were there, in lower case. */
  readonly headers: ReadonlySet<string>;
  /** Headers that the binding says it sends, in lower case; undefined where it does not say. */
  readonly declaredHeaders: ReadonlySet<string> | undefined;
}

/**
 * Notices fields that routes need and that a switch does not send. mod_xml_curl reads which fields to send
 * (`enable-post-var`) once; a route that needs another one would silently never match.
 */
export class FieldWatch {
  /** By switch and field: how many requests in a row lacked it since it was last seen; absent = never seen. */
  readonly #lackingSince = new Map<string, number>();
  readonly #missing = new Map<string, readonly string[]>();

  /**
   * @returns the needed fields that this switch does not send, where that changed; undefined where it did not
   */
  observe(needed: NeededFields, carried: CarriedFields): readonly string[] | undefined {
    const known = this.#missing.get(carried.hostname);
    if (known === undefined && this.#missing.size >= HOSTNAMES_LIMIT) return undefined;
    const missing = carried.isComplete ? [] : this.#missingFields(needed, carried);
    this.#missing.set(carried.hostname, missing);
    return missing.join() === (known ?? []).join() ? undefined : missing;
  }

  /** The most fields that any of these switches lacks. */
  mostMissing(isAsked: (hostname: string) => boolean): number {
    const counts = [...this.#missing].map(([hostname, { length }]) => (isAsked(hostname) ? length : 0));
    return Math.max(0, ...counts);
  }

  /** After a change of the inventory: what was told is told again where it still holds. */
  reset(): void {
    this.#missing.clear();
  }

  #missingFields(needed: NeededFields, carried: CarriedFields): readonly string[] {
    const missing: string[] = [];
    const check = (field: string, isCarried: boolean, patience: number): void => {
      if (this.#isMissing(`${carried.hostname}\n${field}`, isCarried, patience)) missing.push(field);
    };
    if (needed.callerNumber) check('Hunt-Caller-ID-Number', carried.hasCallerNumber, UNSEEN_REQUESTS);
    if (needed.callerName) check(CALLER_NAME, carried.hasCallerName, UNSEEN_REQUESTS);
    if (needed.networkAddress) check('Hunt-Network-Addr', carried.hasNetworkAddress, UNSEEN_REQUESTS);
    for (const header of needed.headers) {
      const name = header.toLowerCase();
      const field = `variable_sip_h_${header}`;
      if (carried.declaredHeaders === undefined) check(field, carried.headers.has(name), Infinity);
      else if (!carried.declaredHeaders.has(name)) missing.push(field);
    }
    return missing;
  }

  #isMissing(key: string, isCarried: boolean, patience: number): boolean {
    if (isCarried) this.#lackingSince.set(key, 0);
    const lacking = this.#lackingSince.get(key);
    if (isCarried || lacking === undefined) return !isCarried;
    this.#lackingSince.set(key, lacking + 1);
    return lacking + 1 >= patience;
  }
}
