import { openEslConnection, type EslAddress, type EslConnection, type EslConnectionOptions } from './esl-connection.ts';
import { EslError, type LossReason } from './esl-error.ts';
import type { SwitchEvent } from './switch-event.ts';

const BACK_OFF_BASE_MS = 500;
const BACK_OFF_CAP_MS = 30_000;
const SHORTEST_DELAY_MS = 100;
/** Trying a wrong password again and again fills the switch's log, and an access list is not mended within a second. */
const REFUSED_DELAY_MS = 5_000;
/** A connection that breaks earlier counts as one more failure. */
const HEALTHY_AFTER_MS = 60_000;

const REFUSALS: ReadonlySet<LossReason> = new Set<LossReason>(['wrong_password', 'forbidden']);

export interface SwitchLinkListener {
  /** Before any of the connection's events. */
  connected(connection: EslConnection): void;
  event(event: SwitchEvent): void;
  /** A connection broke, or an attempt at one failed. */
  lost(error: EslError, retryInMs: number): void;
}

export interface SwitchLinkOptions extends Omit<EslConnectionOptions, 'signal'> {
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Keeps a connection to one switch, for ever: whenever there is none, it tries again after a while. */
export class SwitchLink {
  readonly #address: EslAddress;
  readonly #listener: SwitchLinkListener;
  readonly #options: SwitchLinkOptions;
  /** Of this run, from start to stop; nothing of a run that was aborted reaches the listener. */
  #run: AbortController | undefined;
  #failures = 0;
  #cancelRetry: () => void = () => undefined;

  constructor(address: EslAddress, listener: SwitchLinkListener, options: SwitchLinkOptions) {
    this.#address = address;
    this.#listener = listener;
    this.#options = options;
  }

  start(): void {
    if (this.#run !== undefined) return;
    this.#run = new AbortController();
    this.#failures = 0;
    this.#connect(this.#run.signal);
  }

  /** Closes the connection, or gives the attempt up. The listener hears nothing of it, nor anything later. */
  stop(): void {
    this.#cancelRetry();
    this.#run?.abort();
    this.#run = undefined;
  }

  #connect(signal: AbortSignal): void {
    const { timers } = this.#options;
    // What happens before the connection has been handed out waits until the listener knows it.
    let early: (() => void)[] | undefined = [];
    const tell = (news: () => void): void => {
      if (early !== undefined) early.push(news);
      else if (!signal.aborted) news();
    };
    let connectedAt = timers.nowMs();
    const attempt = openEslConnection(
      this.#address,
      {
        event: (event) => {
          tell(() => {
            this.#listener.event(event);
          });
        },
        closed: (error) => {
          tell(() => {
            if (timers.nowMs() - connectedAt >= HEALTHY_AFTER_MS) this.#failures = 0;
            this.#retryAfter(error, signal);
          });
        },
      },
      { ...this.#options, signal },
    );
    const opened = (connection: EslConnection): void => {
      connectedAt = timers.nowMs();
      const waiting = early ?? [];
      early = undefined;
      tell(() => {
        this.#listener.connected(connection);
      });
      waiting.forEach(tell);
    };
    const failed = (error: unknown): void => {
      if (!(error instanceof EslError)) throw error;
      if (!signal.aborted) this.#retryAfter(error, signal);
    };
    void attempt.then(opened, failed);
  }

  #retryAfter(error: EslError, signal: AbortSignal): void {
    const retryInMs = this.#backOffMs(error.reason);
    this.#failures += 1;
    this.#cancelRetry = this.#options.timers.after(retryInMs, () => {
      this.#connect(signal);
    });
    this.#listener.lost(error, retryInMs);
  }

  /** "Full jitter": anything up to an exponentially growing limit, so that many clients do not come back together. */
  #backOffMs(reason: LossReason): number {
    const limit = Math.min(BACK_OFF_CAP_MS, BACK_OFF_BASE_MS * 2 ** this.#failures);
    const shortest = REFUSALS.has(reason) ? REFUSED_DELAY_MS : SHORTEST_DELAY_MS;
    return Math.max(shortest, Math.round(this.#options.random() * limit));
  }
}
