import type { Log } from '../config/log.ts';
import type { Timers } from '../esl/timers.ts';
import { printableJson } from '../config/escape-unprintable.ts';
import type { DecisionLogMetrics } from '../metrics/decision-log-metrics.ts';
import type { DecisionFile } from './decision-file.ts';
import { decisionLine, type OutcomeLine, outcomeLine } from './decision-line.ts';
import type { AttemptNews, DecidedCall, DecisionNotes } from './decision-notes.ts';
import { DecisionRings, type KeptDecision, RING_SIZES, type RingSizes } from './decision-rings.ts';
import type { NumberMask } from './number-mask.ts';

/** What was told waits so long before it is put into words: what a killed process loses. */
const WORK_EVERY_MS = 200;

/** So much is put into words before calls get their turn again, in gateways looked at: about a millisecond. */
const SLICE = 500;

/** A decision, or an outcome, costs as much as so many gateways of a group. */
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
  | { readonly kind: 'over'; readonly id: string };

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
      if (!this.#workOn(SLICE)) {
        this.#wait(0);
        return;
      }
      this.#isDue = false;
      this.#context.file?.flush();
    });
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
        const { decision, isFollowed } = note.it;
        const line = decisionLine(note.it, this.#context.mask);
        this.#orders += 1;
        const isOver = decision.outcome !== 'planned' || !isFollowed;
        this.#changes += 1;
        this.#rings.add({ line, order: this.#orders, change: this.#changes, attempts: [], isOver });
        this.#context.file?.add(printableJson(line));
        return COST_OF_NOTE + (decision.outcome === 'no_route' ? 0 : decision.route.group.members.length);
      }
      case 'attempt': {
        const line = outcomeLine(note.it, note.atMs);
        if (note.it.isEnded) this.#context.file?.add(printableJson(line));
        const known = this.#rings.get(line.id);
        if (known !== undefined) this.#change(known, withAttempt(known, line));
        return COST_OF_NOTE;
      }
      case 'over': {
        const known = this.#rings.get(note.id);
        if (known?.isOver === false) this.#change(known, { isOver: true });
        return 1;
      }
    }
  }

  #change(known: KeptDecision, news: Partial<KeptDecision>): void {
    this.#changes += 1;
    this.#rings.replace({ ...known, ...news, change: this.#changes });
  }
}

function withAttempt(known: KeptDecision, line: OutcomeLine): Pick<KeptDecision, 'attempts' | 'isOver'> {
  const others = known.attempts.filter(({ attempt }) => attempt !== line.attempt);
  const last = known.line.plan.at(-1)?.attempt ?? 0;
  return {
    attempts: [...others, line].sort((a, b) => a.attempt - b.attempt),
    isOver: known.isOver || line.outcome === 'answered' || line.attempt >= last,
  };
}
