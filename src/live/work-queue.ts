import type { EslConnection } from '../esl/esl-connection.ts';

/** One piece of work on a switch after the other, so that its commands are in order. */
export class WorkQueue {
  readonly #connection: () => EslConnection | undefined;
  readonly #onFailure: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param connection the one that stands now
   * @param onFailure told of work that broke off
   */
  constructor(connection: () => EslConnection | undefined, onFailure: (error: unknown) => void) {
    this.#connection = connection;
    this.#onFailure = onFailure;
  }

  /**
   * Does this after everything before it.
   * @throws what the work throws; Error where the switch is not connected by then
   */
  run<Result>(work: (connection: EslConnection) => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => {
      const connection = this.#connection();
      if (connection === undefined) throw new Error('the switch is not connected');
      return work(connection);
    });
    this.#last = result.then(
      () => undefined,
      (error: unknown) => {
        this.#onFailure(error);
      },
    );
    return result;
  }

  /** Does this after everything before it; whoever wants to know how it ended is `onFailure`. */
  enqueue(work: (connection: EslConnection) => Promise<unknown>): void {
    this.run(work).catch(() => undefined);
  }
}
