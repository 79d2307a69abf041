import type { Network, Pattern, Route } from '../routing/route.ts';
import { translatePattern } from './translate-pattern.ts';
import { element, type XmlElement } from './write-document.ts';

/** A column of a route that the switch's own dialplan cannot say. */
export interface Unexpressed {
  readonly column: string;
  readonly why: string;
}

/** What a call has to meet before its number is looked at. */
export interface LocalConditions {
  readonly elements: readonly XmlElement[];
  /** The route's destination_pattern, for its captures. */
  readonly patternExpression: string | undefined;
}

/**
 * Texts that patterns are matched with, so that FreeSWITCH's engine and ours agree, `MATCH_LENGTH_LIMIT` long at most.
 * Numbers need none: those that are planned are proven anyway.
 */
const PLAIN_TEXT = '^[\\x20-\\x7e]{0,256}\\z';
const PLAIN_TEXT_OF_SOME_LENGTH = '^[\\x20-\\x7e]{1,256}\\z';

/** The conditions of a route but for its number, in the order in which a served one looks at them. */
export function localConditions(route: Route): LocalConditions | Unexpressed {
  const { destinationPrefix, destinationPattern, callerPattern, sourceNetwork, header, dialNumber } = route;
  const elements: XmlElement[] = [];
  let patternExpression: string | undefined;
  const add = (field: string, expression: string): void => {
    elements.push(element('condition', { field, expression }));
  };
  const addPattern = (field: string, pattern: Pattern, column: string, guard?: string): Unexpressed | undefined => {
    const translated = translatePattern(pattern.source);
    if ('reason' in translated) return { column, why: translated.reason };
    if (column === 'destination_pattern') {
      patternExpression = translated.expression;
      if (translated.hasRepeatedCapture && dialNumber?.includes('$') === true) {
        const why = `it uses captures of '${pattern.source}' that stand in a repetition, of which engines differ`;
        return { column: 'dial_number', why };
      }
    }
    if (guard !== undefined) add(field, guard);
    add(field, translated.expression);
    return undefined;
  };
  if (destinationPrefix !== '') add('destination_number', `^${destinationPrefix.replace(/[.*+]/g, '\\$&')}`);
  const problem =
    (destinationPattern && addPattern('destination_number', destinationPattern, 'destination_pattern')) ??
    (callerPattern && addPattern('caller_id_number', callerPattern, 'caller_pattern', PLAIN_TEXT));
  if (problem !== undefined) return problem;
  if (sourceNetwork !== undefined) elements.push(...networkConditions(sourceNetwork));
  // A header that is not there is empty, and one that is there and empty is not told of either (contract 1.3).
  const inHeader =
    header && addPattern(`\${sip_h_${header.name}}`, header.pattern, 'header_pattern', PLAIN_TEXT_OF_SOME_LENGTH);
  return inHeader ?? { elements, patternExpression };
}

/**
 * The family first: FreeSWITCH's test compares the bits of an address of one family with a network of the other
 * (switch_core.c, switch_check_network_list_ip_port_token), and takes a CIDR where a list's name is expected.
 */
function networkConditions({ cidr }: Network): readonly XmlElement[] {
  const isSix = cidr.includes(':');
  const family = isSix ? '^(?!::[Ff]{4}:[0-9.]+\\z).*:' : '^(?:::[Ff]{4}:)?[0-9.]+\\z';
  const ofFamily = element('condition', { field: 'network_addr', expression: family });
  if (cidr.endsWith('/0')) return [ofFamily];
  return [ofFamily, element('condition', { field: `\${acl(\${network_addr} ${cidr})}`, expression: '^true\\z' })];
}
