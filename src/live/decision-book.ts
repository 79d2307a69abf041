import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';
import { printableJson } from '../config/escape-unprintable.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';
import type { DecisionFile } from './decision-file.ts';
import { type OutcomeLine, outcomeLine } from './decision-line.ts';
import type { AttemptNews, DecidedCall, DecisionNotes } from './decision-notes.ts';
import { DecisionRings, RING_SIZES, type RingSizes } from './decision-rings.ts';
import { type DecisionNews, KeptDecision } from './kept-decision.ts';
import type { NumberMask } from './number-mask.ts';

/** What was told waits so long before it is looked at: what a killed process loses. */
const WORK_EVERY_MS = 200;

/** What is still kept after so long is put into words, so that it holds no old snapshot. */
const SETTLE_EVERY_MS = 1_000;

/** So much is put into words before calls get their turn again, in gateways looked at: about a millisecond. */
const SLICE = 500;

/** An outcome costs as much as so many gateways of a group. */
const COST_OF_NOTE = 5;

/** Where calls come in faster than they are put into words, the rest is let go. */
const QUEUE_LIMIT = 20_000;

export interface BookContext {
  readonly timers: Timers;
  /** Wall clock, milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly mask: NumberMask;
  readonly metrics: DecisionLogMetrics;
  readonly log: Log;
  /** Undefined = decisions are kept in memory alone. */
  readonly file: DecisionFile | undefined;
  readonly sizes?: RingSizes;
}

type Note =
  | { readonly kind: 'decided'; readonly it: DecidedCall }
  | { readonly kind: 'attempt'; readonly it: AttemptNews; readonly atMs: number }
  | { readonly kind: 'over'; readonly id: string }
  | { readonly kind: 'settle'; readonly id: string };

/**
 * What was decided of late, and what came of it. To tell it costs a look-up one reference: words are made of it later,
 * in slices between calls, and references to old snapshots are gone by then.
 */
export class DecisionBook implements DecisionNotes {
  readonly #context: BookContext;
  readonly #rings: DecisionRings;
  readonly #queue: Note[] = [];
  #isDue = false;
  #cancel: () => void = () => undefined;
  /** Another one for each process: changes are counted anew then. */
  readonly epoch: string;
  #orders = 0;
  #changes = 0;
  /** Those up to this one were there when it was last looked for what is to be put into words. */
  #settling = 0;
  #nextSettleMs = 0;
  /** Whether any may be kept that are not in words. */
  #isUnsettled = false;

  constructor(context: BookContext) {
    this.#context = context;
    this.#rings = new DecisionRings(context.sizes ?? RING_SIZES);
    this.epoch = Math.floor(context.wallMs()).toString(36);
  }

  /** A number as it would be kept. */
  masked(number: string): string {
    return this.#context.mask.number(number);
  }

  decided(it: DecidedCall): void {
    this.#note({ kind: 'decided', it });
  }

  attempt(it: AttemptNews): void {
    this.#note({ kind: 'attempt', it, atMs: this.#context.wallMs() });
  }

  over(id: string): void {
    this.#note({ kind: 'over', id });
  }

  /** Every decision that can be shown, oldest first. */
  get all(): readonly KeptDecision[] {
    return this.#rings.all;
  }

  get(id: string): KeptDecision | undefined {
    return this.#rings.get(id);
  }

  /** How many changes there have been; the `change` of the last one. */
  get changes(): number {
    return this.#changes;
  }

  /** Puts all that was told into words, and waits until it is in the file, as far as that can be written. */
  async stop(): Promise<void> {
    this.#cancel();
    this.#isDue = true;
    this.#workOn(Infinity);
    await this.#context.file?.close();
  }

  #note(note: Note): void {
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#context.metrics.unrecorded();
      return;
    }
    this.#queue.push(note);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#wait(WORK_EVERY_MS);
  }

  #wait(delayMs: number): void {
    this.#cancel = this.#context.timers.after(delayMs, () => {
      if (this.#workOn(SLICE)) {
        this.#context.file?.flush();
        this.#settleOld();
      }
      this.#isDue = this.#queue.length > 0 || this.#isUnsettled;
      if (this.#isDue) this.#wait(this.#queue.length > 0 ? 0 : WORK_EVERY_MS);
    });
  }

  /** Has those put into words that were kept for a second: in slices, like everything. */
  #settleOld(): void {
    const nowMs = this.#context.timers.nowMs();
    if (!this.#isUnsettled || nowMs < this.#nextSettleMs) return;
    for (const { id } of this.#rings.unwritten(this.#settling)) this.#queue.push({ kind: 'settle', id });
    this.#isUnsettled = this.#settling < this.#orders;
    this.#settling = this.#orders;
    this.#nextSettleMs = nowMs + SETTLE_EVERY_MS;
  }

  /** @returns whether all is done */
  #workOn(slice: number): boolean {
    let [left, done] = [slice, 0];
    for (const note of this.#queue) {
      if (left <= 0) break;
      left -= this.#write(note);
      done += 1;
    }
    this.#queue.splice(0, done);
    return this.#queue.length === 0;
  }

  /** @returns what it cost */
  #write(note: Note): number {
    try {
      return this.#keep(note);
    } catch (error) {
      // A mistake of ours about one call must not stop all the others.
      if (note.kind === 'settle') this.#rings.forget(note.id);
      this.#context.metrics.unrecorded();
      const stack = error instanceof Error ? error.stack : String(error);
      this.#context.log.error({ error: stack }, 'a decision could not be kept, this is a mistake of trunkhunt');
      return COST_OF_NOTE;
    }
  }

  /** @returns what it cost */
  #keep(note: Note): number {
    switch (note.kind) {
      case 'decided': {
        this.#orders += 1;
        this.#changes += 1;
        this.#isUnsettled = true;
        const kept = new KeptDecision(note.it, this.#context.mask, this.#orders, this.#changes);
        const { file } = this.#context;
        const cost = file === undefined ? 1 : kept.write();
        file?.add(printableJson(kept.line));
        this.#rings.add(kept);
        return cost;
      }
      case 'attempt': {
        const line = outcomeLine(note.it, note.atMs);
        if (note.it.isEnded) this.#context.file?.add(printableJson(line));
        const known = this.#rings.get(line.id);
        if (known !== undefined) this.#learn(known, withAttempt(known, line));
        return COST_OF_NOTE;
      }
      case 'over': {
        const known = this.#rings.get(note.id);
        if (known?.news.isOver === false) this.#learn(known, { isOver: true });
        return 1;
      }
      case 'settle':
        return this.#rings.get(note.id)?.write() ?? 0;
    }
  }

  #learn(known: KeptDecision, news: Partial<DecisionNews>): void {
    this.#changes += 1;
    this.#rings.learn(known, { ...known.news, ...news, change: this.#changes });
  }
}

function withAttempt({ news, lastAttempt }: KeptDecision, line: OutcomeLine): Omit<DecisionNews, 'change'> {
  const others = news.attempts.filter(({ attempt }) => attempt !== line.attempt);
  return {
    attempts: [...others, line].sort((a, b) => a.attempt - b.attempt),
    isOver: news.isOver || line.outcome === 'answered' || line.attempt >= lastAttempt,
  };
}
