import type { EslError } from './esl-error.ts';
import type { Frame } from './frame-decoder.ts';
import type { Timers } from './timers.ts';

/** One command, and who wants its reply. Exactly one of the two functions is called, once. */
export interface QueuedCommand {
  readonly line: string;
  reply(frame: Frame): void;
  fail(error: EslError): void;
}

interface QueueEnds {
  readonly timers: Timers;
  readonly replyTimeoutMs: number;
  readonly write: (line: string) => void;
  readonly overdue: (command: QueuedCommand) => void;
}

/** Replies carry no number of their command, so there is never more than one command under way. */
export class CommandQueue {
  readonly #ends: QueueEnds;
  readonly #waiting: QueuedCommand[] = [];
  #underWay: QueuedCommand | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(ends: QueueEnds) {
    this.#ends = ends;
  }

  /** The command whose reply is the next one to come. */
  get underWay(): QueuedCommand | undefined {
    return this.#underWay;
  }

  add(command: QueuedCommand): void {
    this.#waiting.push(command);
    if (this.#underWay === undefined) this.#sendNext();
  }

  /** @returns false where nobody waits for a reply */
  settle(frame: Frame): boolean {
    const command = this.#underWay;
    if (command === undefined) return false;
    this.#cancelTimer();
    this.#underWay = undefined;
    command.reply(frame);
    // Whoever took the reply may have added a command, and something is on its way already.
    if (this.underWay === undefined) this.#sendNext();
    return true;
  }

  /** Nothing may be added afterwards. */
  failAll(error: EslError): void {
    this.#cancelTimer();
    const underWay = this.#underWay;
    this.#underWay = undefined;
    underWay?.fail(error);
    for (const command of this.#waiting.splice(0)) command.fail(error);
  }

  #sendNext(): void {
    const command = this.#waiting.shift();
    if (command === undefined) return;
    this.#underWay = command;
    this.#cancelTimer = this.#ends.timers.after(this.#ends.replyTimeoutMs, () => {
      this.#ends.overdue(command);
    });
    this.#ends.write(command.line);
  }
}
