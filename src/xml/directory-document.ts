import type { Gateway } from '../routing/gateway.ts';
import type { DomainName } from './domain-name.ts';
import { gatewaysUser } from './gateways-element.ts';
import { provenText } from './proven-text.ts';
import { element, writeAnswer } from './write-document.ts';

/**
 * The domain of an answer to "all domains". A profile that parses its domains with alias="true" takes the name as an
 * alias of itself, where it does no harm.
 */
const ALL_DOMAINS = 'trunkhunt';

/**
 * The gateways of one profile, below a user of a domain: the only place where sofia looks for them in the directory
 * (contract 3.4).
 * @param domain the one that was asked for; none = all domains were
 */
export function directoryDocument(gateways: readonly Gateway[], domain?: DomainName): string {
  return writeAnswer('directory', [
    element('domain', { name: domain === undefined ? ALL_DOMAINS : provenText(domain) }, [gatewaysUser(gateways)]),
  ]);
}
