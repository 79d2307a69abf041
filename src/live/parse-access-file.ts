import { isLoopback, type ListenAddress } from '../config/listen-address.ts';
import { openToAllFinding } from '../config/setting-finding.ts';
import type { Finding } from '../errors/finding.ts';
import { isAddress } from '../inventory/proxy-address.ts';
import { parseNetwork } from '../inventory/parse-network.ts';
import type { Network } from '../routing/route.ts';
import { ACCESS_ROLES, type AccessRole, type AccessRule, rolesHeldBy } from './access-rule.ts';

/** What a file of access rules says. */
export interface AccessReading {
  readonly rules: readonly AccessRule[];
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export interface AccessFile {
  readonly path: string;
  readonly text: string;
  /** Where the server listens; undefined where nobody has to be kept out. */
  readonly listen: ListenAddress | undefined;
}

/** What a password of fewer characters is worth against somebody who may try for months is too little. */
const PASSWORD_LENGTH = 16;

/** No private network is wider: 10.0.0.0/8 and fc00::/7. */
const WIDEST = { ipv4: 8, ipv6: 7 } as const;

/** Loopback and these are asked for by whoever is meant to ask. */
const OPEN_TO_ALL: ReadonlySet<AccessRole> = new Set<AccessRole>(['metrics']);

/**
 * Reads rules, one a line: `ROLE USER:PASSWORD NETWORK...`, with `-` where no password is asked for and `any` for all
 * networks; `#` begins a comment. No message repeats a word of the file: a password with a blank in it is two of them.
 */
export function parseAccessFile({ path, text, listen }: AccessFile): AccessReading {
  const rules: AccessRule[] = [];
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((line, at) => {
      const words = wordsOf(line);
      if (words.length === 0) return;
      const where = `${path}:${at + 1}`;
      const [role = '', who = '', ...places] = words;
      const wrong = [
        ...whatIsWrongWithRole(role),
        ...whatIsWrongWithCredentials(who),
        ...whatIsWrongWithNetworks(places),
        ...(line.includes('\uFFFD') ? ['it is not written in UTF-8'] : []),
      ];
      problems.push(...wrong.map((what) => invalid(where, what)));
      if (wrong.length > 0) return;
      const rule = ruleOf(role as AccessRole, who, places);
      rules.push(rule);
      if (isOpenToAll(role as AccessRole, rule, listen)) problems.push({ ...openToAllFinding(listen), where });
      if (isShort(rule)) warnings.push(shortPassword(where));
    });
  if (rules.length === 0 && problems.length === 0) {
    const what = 'it holds no rule, so that nobody could ask for anything';
    problems.push({ code: 'access-file-empty', where: path, what, fix: 'write a rule, or name no file' });
  }
  return { rules, problems, warnings };
}

/** A comment begins at a # that begins a word: passwords may hold others. */
function wordsOf(line: string): readonly string[] {
  const words = line.trim().split(/\s+/);
  const comment = words.findIndex((word) => word.startsWith('#'));
  return (comment === -1 ? words : words.slice(0, comment)).filter((word) => word !== '');
}

function whatIsWrongWithRole(role: string): readonly string[] {
  if ((ACCESS_ROLES as readonly string[]).includes(role)) return [];
  return [`its first word is no role: there are ${ACCESS_ROLES.join(', ')}`];
}

function whatIsWrongWithCredentials(who: string): readonly string[] {
  if (who === '-' || /^[^:\p{Cc}]+:\P{Cc}+$/u.test(who)) return [];
  return [who === '' ? 'it says for nobody' : 'its second word is neither user:password nor -'];
}

function whatIsWrongWithNetworks(places: readonly string[]): readonly string[] {
  if (places.length === 0) return ['it names no network: write any, or addresses and networks such as 10.0.0.0/8'];
  return places.flatMap((place, at) => {
    if (place === 'any' || networkOf(place) !== undefined) return [];
    return [`its word ${at + 3} is no address, no network (with no bit beyond its prefix) and not any`];
  });
}

function ruleOf(role: AccessRole, who: string, places: readonly string[]): AccessRule {
  const colon = who.indexOf(':');
  return {
    roles: rolesHeldBy(role),
    credentials: who === '-' ? undefined : { user: who.slice(0, colon), password: who.slice(colon + 1) },
    networks: places.includes('any') ? undefined : places.flatMap((place) => networkOf(place) ?? []),
  };
}

function networkOf(place: string): Network | undefined {
  if (place.includes('/')) return parseNetwork(place);
  return isAddress(place) ? parseNetwork(`${place}/${place.includes(':') ? 128 : 32}`) : undefined;
}

/** Passwords of gateways, and who called whom, are told to nobody who has only found the way here. */
function isOpenToAll(
  role: AccessRole,
  { credentials, networks }: AccessRule,
  listen: ListenAddress | undefined,
): listen is ListenAddress {
  if (listen === undefined || isLoopback(listen) || credentials !== undefined || OPEN_TO_ALL.has(role)) return false;
  return networks === undefined || networks.some(isWiderThanPrivate);
}

function isWiderThanPrivate({ cidr }: Network): boolean {
  const [address = '', bits] = cidr.split('/');
  return Number(bits) < (address.includes(':') ? WIDEST.ipv6 : WIDEST.ipv4);
}

function isShort({ credentials }: AccessRule): boolean {
  return credentials !== undefined && credentials.password.length < PASSWORD_LENGTH;
}

function invalid(where: string, what: string): Finding {
  const fix = 'write ROLE USER:PASSWORD NETWORK..., or ROLE - NETWORK... where no password is to be asked for';
  return { code: 'access-rule-invalid', where, what, fix };
}

function shortPassword(where: string): Finding {
  const what = `its password has fewer than ${PASSWORD_LENGTH} characters, and whoever reaches the server may guess for months`;
  return { code: 'access-password-short', where, what, fix: 'take a longer one: openssl rand -hex 16' };
}
