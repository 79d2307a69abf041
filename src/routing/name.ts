/**
 * The name of a gateway, group or profile, proven to be safe as a word of a FreeSWITCH command, a list entry and a
 * dial string. The only way to get one is `parseName`.
 */
export type Name = string & { readonly brand: 'Name' };

/** What a name must look like, for messages. */
export const NAME_RULE =
  '1 to 128 of the characters A-Z a-z 0-9 _ . -, not beginning with "-", and neither "all" nor "_all_"';

const NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}$/;

/** FreeSWITCH reads these as "every gateway" in `killgw` and `register` (contract 5.1, 5.2). */
const RESERVED: ReadonlySet<string> = new Set(['all', '_all_']);

/**
 * Proves that a text from SQL may be used as a name. A leading "-" is refused since mod_distributor answers `-err`
 * for "no node", which has the shape of a usable name (contract 4.3).
 */
export function parseName(text: string): Name | undefined {
  return NAME.test(text) && !RESERVED.has(text.toLowerCase()) ? (text as Name) : undefined;
}
