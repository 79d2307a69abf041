/** A domain's name as a switch asked for it, proven to be one. No string to the compiler, as `CallerText` is none. */
export interface DomainName {
  readonly brand: 'DomainName';
}

/** Proves that a text from a request names a domain, so that it may be repeated in the answer. */
export function parseDomainName(text: string): DomainName | undefined {
  return /^[A-Za-z0-9_.:[\]-]{1,255}$/.test(text) ? (text as unknown as DomainName) : undefined;
}
