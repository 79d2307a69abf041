import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestNonces, NONCES } from '../../src/live/digest-nonces.ts';

function noncesFrom(key = 'key') {
  const clock = { nowMs: 1_000 };
  return { clock, nonces: new DigestNonces(Buffer.from(key), () => clock.nowMs) };
}

describe('nonces', () => {
  it('are good for a while, each count once and in order', () => {
    const { clock, nonces } = noncesFrom();
    const nonce = nonces.next();
    expect([nonces.use(nonce, 1), nonces.use(nonce, 1), nonces.use(nonce, 3), nonces.use(nonce, 2)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    clock.nowMs += NONCES.lifeMs;
    expect(nonces.use(nonce, 4)).toBe(true);
    clock.nowMs += 1;
    expect(nonces.use(nonce, 5)).toBe(false);
  });

  it('are never the same, and none of another process is good', () => {
    const { nonces } = noncesFrom();
    const made = Array.from({ length: 1_000 }, () => nonces.next());
    expect(new Set(made).size).toBe(made.length);
    expect(noncesFrom('another').nonces.use(nonces.next(), 1)).toBe(false);
    expect(made.every((it) => /^[\w-]{35}$/.test(it))).toBe(true);
  });

  it('cannot be made up, or spelled in another way', () => {
    const { nonces } = noncesFrom();
    const nonce = nonces.next();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < nonce.length; at += 1) {
      for (const other of alphabet) {
        if (other !== nonce[at]) expect(nonces.use(nonce.slice(0, at) + other + nonce.slice(at + 1), 1)).toBe(false);
      }
    }
    fc.assert(fc.property(fc.string(), (text) => !nonces.use(text, 1)));
    expect(nonces.use(nonce, 1)).toBe(true);
  });

  it('are used once however many are in use: what is forgotten is refused, and with it what is older', () => {
    const { clock, nonces } = noncesFrom();
    const spare = nonces.next();
    const made = Array.from({ length: NONCES.used + 10 }, () => {
      clock.nowMs += 1;
      return nonces.next();
    });
    expect(made.every((nonce) => nonces.use(nonce, 1))).toBe(true);
    expect(made.some((nonce) => nonces.use(nonce, 1))).toBe(false);
    expect(nonces.use(spare, 1)).toBe(false);
    expect(nonces.use(nonces.next(), 1)).toBe(true);
  });
});
