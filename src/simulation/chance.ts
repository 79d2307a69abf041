/**
 * A number from 0 up to 1 that depends on nothing but what it is drawn for: so two inventories see the same fates, and a
 * change of one gateway leaves the luck of all others as it was. FNV-1a over the parts, mixed by the finaliser of
 * MurmurHash3 (Appleby).
 */
export function chance(seed: number, ...drawnFor: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (const part of drawnFor) {
    const text = String(part);
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    // Ends the part, so that 'a', 'b' is not 'ab'.
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A length of time of which only the mean is known: exponential, as telephony reckons calls (Erlang). */
export function exponential(mean: number, drawn: number): number {
  return -mean * Math.log(1 - drawn);
}
