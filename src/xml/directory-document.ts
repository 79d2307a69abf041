import type { Gateway } from '../routing/gateway.ts';
import { gatewaysElement } from './gateways-element.ts';
import { element, writeAnswer } from './write-document.ts';

/** A domain's name as a switch asked for it, proven to be one. */
export type DomainName = string & { readonly brand: 'DomainName' };

/**
 * The domain of an answer to "all domains". A profile that parses its domains with alias="true" takes the name as an
 * alias of itself, where it does no harm.
 */
const ALL_DOMAINS = 'trunkhunt' as DomainName;

/** Proves that a text from a request names a domain, so that it may be repeated in the answer. */
export function parseDomainName(text: string): DomainName | undefined {
  return /^[A-Za-z0-9_.:[\]-]{1,255}$/.test(text) ? (text as DomainName) : undefined;
}

/**
 * The gateways of one profile, as a user of a domain: the only place where sofia looks for them in the directory
 * (contract 3.4).
 * @param domain the one that was asked for; none = all domains were
 */
export function directoryDocument(gateways: readonly Gateway[], domain: DomainName = ALL_DOMAINS): string {
  return writeAnswer('directory', [
    element('domain', { name: domain }, [element('user', { id: 'trunkhunt' }, [gatewaysElement(gateways)])]),
  ]);
}
