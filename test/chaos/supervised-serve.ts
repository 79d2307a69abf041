import { expect, vi } from 'vitest';
import { type ServeProcess, serveProcess } from '../support/serve-process.ts';

/** A server that somebody starts again when it is gone, on the port that it had. */
export class SupervisedServe {
  readonly #args: readonly string[];
  #process: ServeProcess;
  /** How often it was started. */
  starts = 1;

  static async start(args: readonly string[]): Promise<SupervisedServe> {
    return new SupervisedServe(args, await serveProcess(args));
  }

  private constructor(args: readonly string[], process: ServeProcess) {
    this.#args = args;
    this.#process = process;
  }

  get port(): number {
    return this.#process.port;
  }

  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL');
    await this.#process.ended;
  }

  /** Returns when it listens and serves an inventory. */
  async again(): Promise<void> {
    this.#process = await serveProcess([...this.#args, '--listen', `127.0.0.1:${this.port}`]);
    this.starts += 1;
    await vi.waitFor(
      async () => {
        expect((await fetch(`http://127.0.0.1:${this.port}/readyz`)).status).toBe(200);
      },
      { timeout: 30_000, interval: 20 },
    );
  }

  async stop(): Promise<void> {
    expect((await this.#process.stop()).status).toBe(0);
  }
}
