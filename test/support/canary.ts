/**
 * The word that is in every secret of the tests: what they print, and what the program prints in them, is searched for it
 * when all have run (test/find-canary.mjs). Made-up, and of letters alone, so that nothing ever quotes or splits it.
 */
export const CANARY = 'hushcanary';

/** The files of a folder of keys for tests: fixed, and worth nothing. */
export const TEST_KEYS = {
  old: `old ${Buffer.alloc(32, 1).toString('base64')}`,
  new: `new ${Buffer.alloc(32, 2).toString('hex')}`,
} as const;
