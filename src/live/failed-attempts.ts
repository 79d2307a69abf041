import { addressBlock } from '../inventory/address-block.ts';

/** How failed attempts are slowed down; all of it for one address, or one /64 of IPv6. */
export const ATTEMPTS = {
  /** One failure is forgiven in this time. */
  forgivenMs: 10_000,
  /** So many that are not forgiven, and nothing more is compared but what was right from there before. */
  most: 20,
  /** So many are answered at once: people mistype, and switches are set up. */
  free: 3,
  /** The first that waits; each after it twice as long as the one before. */
  firstDelayMs: 250,
  longestDelayMs: 2_000,
  /** Answers that wait, for one address and for all. */
  heldEach: 4,
  heldAll: 256,
  /** Addresses that are told apart; those beyond share one account. */
  addresses: 10_000,
  /** Credentials that were right, each from one address, and how long that is remembered. */
  proven: 4_096,
  provenMs: 24 * 3_600_000,
  /** So many of each credential are looked at, then one in so many. */
  provenFirst: 256,
  provenOneIn: 8,
} as const;

const FORGOTTEN_AT_A_TIME = 4;

interface Account {
  failures: number;
  atMs: number;
  held: number;
}

/**
 * Failed attempts by where they come from, each account a bucket that leaks. Whoever guesses may do so on as many
 * connections as he likes: he is told of `most` guesses at once, and of one in `forgivenMs` from then on. Memory is
 * bounded whatever comes.
 */
export class FailedAttempts {
  readonly #nowMs: () => number;
  /** The one that failed last comes last. */
  readonly #accounts = new Map<string, Account>();
  readonly #others: Account = { failures: 0, atMs: 0, held: 0 };
  readonly #provenUntilMs = new Map<string, number>();
  /** How often each of the known credentials was right. */
  readonly #right = new Map<string, number>();
  #held = 0;

  /** @param nowMs monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether nothing from there is to be compared for now. */
  isExhausted(address: () => string): boolean {
    if (this.#accounts.size === 0) return false;
    const account = this.#accountOf(addressBlock(address()));
    // There has to be room for a whole one: a thousandth that is forgiven is no guess.
    return account !== undefined && this.#unforgiven(account) > ATTEMPTS.most - 1;
  }

  /** Counts one. @returns how long its answer is to wait, in milliseconds */
  failed(address: string): number {
    const block = addressBlock(address);
    const account = this.#accountOf(block) ?? this.#open();
    account.failures = Math.min(this.#unforgiven(account) + 1, ATTEMPTS.most);
    account.atMs = this.#nowMs();
    if (account !== this.#others) {
      this.#accounts.delete(block);
      this.#accounts.set(block, account);
    }
    const waiting = Math.ceil(account.failures) - ATTEMPTS.free;
    return waiting <= 0 ? 0 : Math.min(ATTEMPTS.firstDelayMs * 2 ** (waiting - 1), ATTEMPTS.longestDelayMs);
  }

  /** A place for an answer that waits. @returns how to give it back; undefined where too many wait already */
  hold(address: string): (() => void) | undefined {
    const account = this.#accountOf(addressBlock(address));
    if (account === undefined || account.held >= ATTEMPTS.heldEach || this.#held >= ATTEMPTS.heldAll) return undefined;
    account.held += 1;
    this.#held += 1;
    return () => {
      account.held -= 1;
      this.#held -= 1;
    };
  }

  /**
   * Credentials were right: from this very address they are compared whatever else comes from there, so that nobody
   * behind the same address takes a switch its answers away. To ask the system for an address costs more than all else
   * here, so after the first ones a part of them is looked at, each time at another place of the row.
   */
  proved(address: () => string, id: string): void {
    const right = this.#right.get(id) ?? 0;
    this.#right.set(id, right + 1);
    const { provenFirst, provenOneIn } = ATTEMPTS;
    if (right >= provenFirst && right % provenOneIn !== Math.floor(right / provenOneIn) % provenOneIn) return;
    const key = `${address()} ${id}`;
    const untilMs = this.#nowMs() + ATTEMPTS.provenMs;
    const before = this.#provenUntilMs.get(key) ?? 0;
    // Written again once an hour, not at each call.
    if (before > untilMs - 3_600_000) return;
    this.#provenUntilMs.delete(key);
    this.#provenUntilMs.set(key, untilMs);
    if (this.#provenUntilMs.size > ATTEMPTS.proven) dropFirst(this.#provenUntilMs);
  }

  isProven(address: string, id: string): boolean {
    return (this.#provenUntilMs.get(`${address} ${id}`) ?? 0) > this.#nowMs();
  }

  #accountOf(block: string): Account | undefined {
    this.#forget();
    return this.#accounts.get(block) ?? (this.#accounts.size < ATTEMPTS.addresses ? undefined : this.#others);
  }

  /** Drops what is forgiven, a few at a time: whoever failed longest ago comes first. */
  #forget(): void {
    let left = FORGOTTEN_AT_A_TIME;
    for (const [block, account] of this.#accounts) {
      if (left === 0 || account.held > 0 || this.#unforgiven(account) > 0) return;
      this.#accounts.delete(block);
      left -= 1;
    }
  }

  /** Asked for where there is room: `#accountOf` has given the shared one otherwise. */
  #open(): Account {
    return { failures: 0, atMs: this.#nowMs(), held: 0 };
  }

  #unforgiven({ failures, atMs }: Account): number {
    return Math.max(0, failures - (this.#nowMs() - atMs) / ATTEMPTS.forgivenMs);
  }
}

function dropFirst(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
