import { readdirSync, statSync } from 'node:fs';

/**
 * The paths that a pattern names, as glob(3) finds them (contract 2.3): `*`, `?` and `[...]` within one part of a path, a
 * leading dot only where the pattern has one, in the order of the bytes.
 * @param mayList whether a folder may be looked into; one that may not has nothing in it
 * @throws what the file system says of a folder that cannot be listed
 */
export function globPaths(pattern: string, mayList: (folder: string) => boolean): readonly string[] {
  const parts = pattern.split('/');
  let found: readonly string[] = [parts[0] ?? ''];
  if (hasMagic(found[0] ?? '')) found = list('.', parts[0] ?? '', mayList);
  for (const part of parts.slice(1)) {
    found = found.flatMap((path) => {
      if (!hasMagic(part)) return [`${path}/${part.replace(/\\(.)/g, '$1')}`];
      return list(path === '' ? '/' : path, part, mayList).map((name) => `${path}/${name}`);
    });
  }
  return found.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined).sort();
}

/** Whether a pattern stands for more than itself. */
export function hasMagic(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function list(folder: string, pattern: string, mayList: (folder: string) => boolean): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true || !mayList(folder)) return [];
  const wantsDot = pattern.startsWith('.');
  return readdirSync(folder).filter((name) => name.startsWith('.') === wantsDot && matchesPattern(name, pattern));
}

/** Matches in time of at most name times pattern: it only ever goes back to the latest `*`. */
function matchesPattern(name: string, pattern: string): boolean {
  const wanted = pattern.match(/\[[!^]?\]?[^\]]*\]|\\.|[^]/g) ?? [];
  let at = 0;
  let token = 0;
  let star: { readonly token: number; at: number } | undefined;
  while (at < name.length) {
    const one = wanted[token];
    if (one === '*') {
      star = { token, at };
      token += 1;
    } else if (one !== undefined && matchesOne(name.charAt(at), one)) {
      at += 1;
      token += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      token = star.token + 1;
    } else return false;
  }
  return wanted.slice(token).every((one) => one === '*');
}

function matchesOne(character: string, token: string): boolean {
  if (token === '?') return true;
  if (!token.startsWith('[') || token.length === 1) return character === token.replace(/^\\/, '');
  const isNegated = /^\[[!^]/.test(token);
  const set = token.slice(isNegated ? 2 : 1, -1);
  let isIn = false;
  for (const [, first = '', last = first] of set.matchAll(/([^])(?:-([^]))?/g)) {
    if (character >= first && character <= last) isIn = true;
  }
  return isIn !== isNegated;
}
