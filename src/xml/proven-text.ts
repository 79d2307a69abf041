import type { DialNumber } from '../routing/dial-number.ts';
import type { CleanText } from './clean-caller-ids.ts';
import type { DomainName } from './domain-name.ts';

/** What of a request may stand in a document: each was proven, or cleaned, for the one place that it is meant for. */
export type ProvenText = DialNumber | CleanText | DomainName;

/**
 * The only way of what came with a request into a document: a number into a leg, a cleaned caller id into its variable,
 * a domain's name into the answer about it. To the compiler none of them is a string, so nothing else can write them.
 */
export function provenText(text: ProvenText): string {
  return text as unknown as string;
}

/** A number that stands for all others in a template. @param place a character that no number has */
export function anyNumber(place: string): DialNumber {
  return place as unknown as DialNumber;
}
