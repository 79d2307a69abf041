import type { IncomingMessage, ServerResponse } from 'node:http';
import { firstOf } from './request-fields.ts';
import type { ServerLimits } from './server-limits.ts';

/** A look-up that was received in full. */
export interface ReceivedLookup {
  readonly form: string;
  readonly query: string;
  readonly response: ServerResponse;
  /** The connection: of answers that wait behind others on it, the response itself does not know. */
  readonly socket: IncomingMessage['socket'];
  /** When its head was read, on the monotonic clock. */
  readonly startedMs: number;
}

export interface LookupQueueParts {
  readonly limits: Pick<ServerLimits, 'maxInWork' | 'maxWaitMs'>;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
  readonly answer: (lookup: ReceivedLookup) => void;
  /** Tells a call's switch *not found*, at next to no cost. */
  readonly shed: (lookup: ReceivedLookup) => void;
  /** Whoever asked went away. */
  readonly abandon: (lookup: ReceivedLookup) => void;
}

/** So long look-ups are answered before the loop looks for what came meanwhile. */
const SLICE_MS = 5;

/**
 * So many turns what came is read before some of it is answered: it must not be that everything is read and nothing
 * answered. Turns, and not milliseconds, which pass as well while another program has the processor.
 */
const READING_TURNS = 100;

/** The estimate of what a look-up takes follows the slices by a quarter at a time, and never falls below the least. */
const STEP = 1.25;
const LEAST_MS = 0.01;

/**
 * The look-ups that wait for their turn. All that has arrived is read first, so that what waits is known; then it is
 * answered in the order in which it came, a few milliseconds at a time. A call that would be answered too late is shed
 * when it arrives, not after it has waited: its switch still has time to go on to its local files (contract 2.1).
 * Other look-ups always wait for their answer, since *not found* would take gateways away.
 */
export class LookupQueue {
  readonly #parts: LookupQueueParts;
  /** Those whose turn it is, from `#at`, and those that come after them. */
  #turn: ReceivedLookup[] = [];
  #next: ReceivedLookup[] = [];
  #at = 0;
  #isDraining = false;
  #cameSome = false;
  #turnsRead = 0;
  /** When the last slice ended, where look-ups were left; else undefined. */
  #leftSomeAtMs: number | undefined;
  /**
   * What a look-up usually takes: a running median (after Ma, Muthukrishnan and Sandler, Frugal Streaming, 2013), so
   * that one long document, or a pause of the garbage collector, has no call shed.
   */
  #msEach = LEAST_MS;
  readonly #drain = (): void => {
    this.#answerSome();
  };

  constructor(parts: LookupQueueParts) {
    this.#parts = parts;
  }

  /** Received in full and not answered. */
  get size(): number {
    return this.#turn.length - this.#at + this.#next.length;
  }

  /**
   * A connection was accepted. Node accepts one in each turn of its loop: where a turn were one answer, those that wait
   * would wait in the kernel, where nobody counts them.
   */
  connectionCame(): void {
    this.#cameSome = true;
  }

  push(lookup: ReceivedLookup): void {
    if (this.#isFull() && isCall(lookup.form)) {
      this.#parts.shed(lookup);
      return;
    }
    this.#next.push(lookup);
    if (this.#isDraining) return;
    this.#isDraining = true;
    // After everything that is ready now has been read.
    setImmediate(this.#drain);
  }

  #isFull(): boolean {
    const { maxInWork, maxWaitMs } = this.#parts.limits;
    const { size } = this;
    return (maxInWork > 0 && size >= maxInWork) || (maxWaitMs > 0 && size * this.#msEach > maxWaitMs);
  }

  #answerSome(): void {
    const { clockMs } = this.#parts;
    if (this.#cameSome && this.#turnsRead < READING_TURNS) {
      this.#cameSome = false;
      this.#turnsRead += 1;
      setImmediate(this.#drain);
      return;
    }
    this.#turnsRead = 0;
    const startedMs = clockMs();
    const sinceMs = this.#leftSomeAtMs ?? startedMs;
    let nowMs = startedMs;
    let answered = 0;
    try {
      for (; nowMs - startedMs < SLICE_MS && this.size > 0; nowMs = clockMs()) {
        answered += 1;
        this.#answerNext();
      }
    } finally {
      // Also where answering threw: the others still wait.
      this.#isDraining = this.size > 0;
      if (this.#isDraining) setImmediate(this.#drain);
    }
    this.#leftSomeAtMs = this.#isDraining ? nowMs : undefined;
    this.#learn((nowMs - sinceMs) / answered);
  }

  /** @param ms for each look-up, with what was read and shed meanwhile */
  #learn(ms: number): void {
    this.#msEach = Math.max(LEAST_MS, ms > this.#msEach ? this.#msEach * STEP : this.#msEach / STEP);
  }

  #answerNext(): void {
    if (this.#at === this.#turn.length) {
      [this.#turn, this.#next] = [this.#next, []];
      this.#at = 0;
    }
    const lookup = this.#turn[this.#at];
    this.#at += 1;
    if (lookup === undefined) return;
    if (isGone(lookup)) this.#parts.abandon(lookup);
    else this.#parts.answer(lookup);
  }
}

/** As FreeSWITCH itself compares section names (contract 2.1). */
function isCall(form: string): boolean {
  return firstOf(form, 'section').toLowerCase() === 'dialplan';
}

/** A switch that has waited as long as it wanted closes its connection: nobody would hear the answer. */
function isGone({ response, socket }: ReceivedLookup): boolean {
  return response.destroyed || socket.destroyed || !socket.writable;
}
