import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTEMPTS, FailedAttempts } from '../../src/live/failed-attempts.ts';

/** Attempts over a clock that is turned by hand. */
function attemptsFrom(startMs = 0) {
  const clock = { nowMs: startMs };
  const attempts = new FailedAttempts(() => clock.nowMs);
  const isExhausted = (address: string) => attempts.isExhausted(() => address);
  return { clock, attempts, isExhausted };
}

describe('failed attempts', () => {
  it('wait longer and longer, and an address that goes on is not compared any more', () => {
    const { attempts, isExhausted } = attemptsFrom();
    const delays = Array.from({ length: ATTEMPTS.most }, () => {
      expect(isExhausted('192.0.2.1')).toBe(false);
      return attempts.failed('192.0.2.1');
    });
    expect(delays.slice(0, 8)).toEqual([0, 0, 0, 250, 500, 1000, 2000, 2000]);
    expect(new Set(delays.slice(8))).toEqual(new Set([2000]));
    expect(isExhausted('192.0.2.1')).toBe(true);
    expect(isExhausted('192.0.2.2')).toBe(false);
  });

  it('are forgiven one by one', () => {
    const { clock, attempts, isExhausted } = attemptsFrom();
    for (let at = 0; at < ATTEMPTS.most; at += 1) attempts.failed('a');
    clock.nowMs += ATTEMPTS.forgivenMs;
    expect(isExhausted('a')).toBe(false);
    attempts.failed('a');
    expect(isExhausted('a')).toBe(true);
    clock.nowMs += ATTEMPTS.forgivenMs * ATTEMPTS.most;
    expect([isExhausted('a'), attempts.failed('a')]).toEqual([false, 0]);
  });

  it('count for the /64 of IPv6, and for IPv4 however it is written', () => {
    const { attempts, isExhausted } = attemptsFrom();
    for (let at = 0; at < ATTEMPTS.most; at += 1) {
      attempts.failed(`2001:db8::${at + 1}`);
      attempts.failed(at % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1');
    }
    expect(['2001:db8::ffff:1', '2001:db8:0:1::1', '::ffff:192.0.2.1', '192.0.2.2'].map(isExhausted)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('tell of no more guesses than the bucket gives, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(30), fc.nat(2_000), fc.nat(30_000)), { maxLength: 300 }), (pauses) => {
        const { clock, attempts, isExhausted } = attemptsFrom();
        let told = 0;
        for (const pauseMs of pauses) {
          clock.nowMs += pauseMs;
          if (isExhausted('a')) continue;
          told += 1;
          attempts.failed('a');
        }
        expect(told).toBeLessThanOrEqual(ATTEMPTS.most + clock.nowMs / ATTEMPTS.forgivenMs);
      }),
    );
  });

  it('have a bounded number of answers waiting, of one address and of all', () => {
    const { attempts } = attemptsFrom();
    attempts.failed('a');
    const held = Array.from({ length: ATTEMPTS.heldEach }, () => attempts.hold('a'));
    expect(held.every((it) => it !== undefined)).toBe(true);
    expect(attempts.hold('a')).toBeUndefined();
    held[0]?.();
    expect(attempts.hold('a')).toBeDefined();
    let others = 0;
    for (let at = 0; at < ATTEMPTS.heldAll * 2; at += 1) {
      attempts.failed(`b${at}`);
      if (attempts.hold(`b${at}`) !== undefined) others += 1;
    }
    expect(others).toBe(ATTEMPTS.heldAll - ATTEMPTS.heldEach);
  });

  it('of more addresses than are told apart share one account, until some are forgiven', () => {
    const { clock, attempts, isExhausted } = attemptsFrom();
    for (let at = 0; at < ATTEMPTS.addresses; at += 1) attempts.failed(`x${at}`);
    expect(isExhausted('new')).toBe(false);
    for (let at = 0; at < ATTEMPTS.most; at += 1) attempts.failed(`more${at}`);
    expect([isExhausted('new'), isExhausted('x0')]).toEqual([true, false]);
    clock.nowMs += ATTEMPTS.forgivenMs;
    expect(isExhausted('new')).toBe(false);
    for (let at = 0; at < ATTEMPTS.addresses * 2; at += 1) attempts.failed(`y${at}`);
    expect([isExhausted('new'), isExhausted('y1')]).toEqual([true, false]);
  });

  it('do not count against credentials that were right from that very address, for a day', () => {
    const { clock, attempts } = attemptsFrom(5);
    attempts.proved(() => '192.0.2.1', 'one');
    expect(attempts.isProven('192.0.2.1', 'one')).toBe(true);
    expect(attempts.isProven('192.0.2.2', 'one')).toBe(false);
    expect(attempts.isProven('192.0.2.1', 'two')).toBe(false);
    clock.nowMs += ATTEMPTS.provenMs - 1;
    attempts.proved(() => '192.0.2.1', 'one');
    clock.nowMs += ATTEMPTS.provenMs - 1;
    expect(attempts.isProven('192.0.2.1', 'one')).toBe(true);
    clock.nowMs += 2;
    expect(attempts.isProven('192.0.2.1', 'one')).toBe(false);
  });

  it('forget the oldest proof where there are too many', () => {
    const { attempts } = attemptsFrom();
    for (let at = 0; at <= ATTEMPTS.proven; at += 1) attempts.proved(() => 'a', `id${at}`);
    expect([attempts.isProven('a', 'id0'), attempts.isProven('a', 'id1')]).toEqual([false, true]);
  });

  it('look at one right request in eight once there were many, at no place of the row always', () => {
    const { attempts } = attemptsFrom();
    for (let at = 0; at < ATTEMPTS.provenFirst; at += 1) attempts.proved(() => 'first', 'one');
    let looked = 0;
    for (let at = 0; at < 640; at += 1) {
      attempts.proved(() => {
        looked += 1;
        return `switch${at % 8}`;
      }, 'one');
    }
    expect(looked).toBe(80);
    expect(Array.from({ length: 8 }, (_, at) => attempts.isProven(`switch${at}`, 'one'))).not.toContain(false);
  });
});
