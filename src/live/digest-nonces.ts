import { createHmac, timingSafeEqual } from 'node:crypto';

export const NONCES = {
  /** How long one may be used: libcurl does so at once, browsers while somebody looks around. */
  lifeMs: 60_000,
  /** Those in use that are remembered, with the last count that came with each. */
  used: 16_384,
} as const;

const CLOCK_BYTES = 6;
const COUNTER_BYTES = 4;
const STAMP_BYTES = CLOCK_BYTES + COUNTER_BYTES;
const PROOF_BYTES = 16;

/**
 * Nonces for Digest authentication (RFC 7616, 3.3). Nothing is remembered of one that is given out: it holds the time,
 * and a proof that it is ours. Of those that were used the last count is kept, so that no request counts twice; where
 * there are too many, the oldest go, and with them all that were given out no later.
 */
export class DigestNonces {
  readonly #key: Uint8Array;
  readonly #nowMs: () => number;
  readonly #lastCounts = new Map<string, { count: number; readonly madeMs: number }>();
  #made = 0;
  /** Those up to here are too old, however young. */
  #floorMs = -1;

  /** @param key random bytes of this process; @param nowMs monotonic clock */
  constructor(key: Uint8Array, nowMs: () => number) {
    this.#key = key;
    this.#nowMs = nowMs;
  }

  next(): string {
    const stamp = Buffer.alloc(STAMP_BYTES);
    stamp.writeUIntBE(Math.floor(this.#nowMs()), 0, CLOCK_BYTES);
    this.#made = (this.#made + 1) % 0x1_0000_0000;
    stamp.writeUInt32BE(this.#made, CLOCK_BYTES);
    return Buffer.concat([stamp, this.#proof(stamp)]).toString('base64url');
  }

  /**
   * Uses a nonce once more.
   * @param count nc of the request: above that of each before it
   * @returns false where it is not ours, too old, or was used with this count or a higher one
   */
  use(nonce: string, count: number): boolean {
    const madeMs = this.#madeMs(nonce);
    const nowMs = this.#nowMs();
    if (madeMs === undefined || nowMs - madeMs > NONCES.lifeMs || madeMs <= this.#floorMs) return false;
    const last = this.#lastCounts.get(nonce);
    if (last !== undefined) {
      if (count <= last.count) return false;
      last.count = count;
      return true;
    }
    this.#lastCounts.set(nonce, { count, madeMs });
    this.#forget(nowMs);
    return true;
  }

  /** First used goes first. One that is still good takes with it all that are no younger. */
  #forget(nowMs: number): void {
    for (const [nonce, { madeMs }] of this.#lastCounts) {
      const isOver = nowMs - madeMs > NONCES.lifeMs;
      if (!isOver && this.#lastCounts.size <= NONCES.used) return;
      this.#lastCounts.delete(nonce);
      if (!isOver) this.#floorMs = Math.max(this.#floorMs, madeMs);
    }
  }

  #madeMs(nonce: string): number | undefined {
    // Other spellings of the same bytes would be other nonces to the ledger.
    if (!/^[\w-]{35}$/.test(nonce)) return undefined;
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.toString('base64url') !== nonce) return undefined;
    const stamp = bytes.subarray(0, STAMP_BYTES);
    return timingSafeEqual(bytes.subarray(STAMP_BYTES), this.#proof(stamp))
      ? stamp.readUIntBE(0, CLOCK_BYTES)
      : undefined;
  }

  #proof(stamp: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(stamp).digest().subarray(0, PROOF_BYTES);
  }
}
