import type { EslConnection } from '../../src/esl/esl-connection.ts';

/** What a switch says to a command; throwing stands for a connection that breaks. */
export type Answer = (command: string) => string | Promise<string>;

/** A connection to a switch whose answers a test writes. */
export class ScriptedConnection implements EslConnection {
  readonly #answer: Answer;
  readonly #sent: string[] = [];

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** What was sent since the last look, each after how it was. */
  news(): readonly string[] {
    return this.#sent.splice(0);
  }

  api(command: string): Promise<string> {
    return this.#send('api', command);
  }

  bgapi(command: string): Promise<string> {
    return this.#send('bgapi', command);
  }

  close(): void {
    this.#sent.push('close');
  }

  async #send(verb: string, command: string): Promise<string> {
    this.#sent.push(`${verb} ${command}`);
    return this.#answer(command);
  }
}
