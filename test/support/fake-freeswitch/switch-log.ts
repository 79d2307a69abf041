import { collectOutput } from '../collect-output.ts';

/** A lookup that the switch made, and what it made of the answer (contract 1.5 and 2.1). */
export interface LoggedRequest {
  readonly kind: 'request';
  readonly atMs: number;
  readonly section: string;
  /** The how manieth binding was asked, from 0. */
  readonly binding: number;
  /** The configuration that was asked for; empty for dialplan and directory. */
  readonly keyValue: string;
  /** The fields that tell one request from another, without those that every request has. */
  readonly fields: Readonly<Record<string, string>>;
  /** `used` also where the wanted element is not in the document: then local files are searched, too. */
  readonly outcome: 'used' | 'not located' | 'not found' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
}

/** An API command that came over the event socket. */
export interface LoggedCommand {
  readonly kind: 'command';
  readonly atMs: number;
  readonly command: string;
  readonly background: boolean;
}

export type LogEntry = LoggedRequest | LoggedCommand;

const mostEntries = 2000;

/** What a switch did, for tests to look at. The newest entries only, so that a soak stays flat; counts go on. */
export class SwitchLog {
  readonly #entries: LogEntry[] = [];
  requestsSoFar = 0;
  commandsSoFar = 0;
  /** Lookups whose answer was no use. */
  failuresSoFar = 0;

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get requests(): readonly LoggedRequest[] {
    return this.#entries.filter((entry) => entry.kind === 'request');
  }

  get commands(): readonly LoggedCommand[] {
    return this.#entries.filter((entry) => entry.kind === 'command');
  }

  add(entry: LogEntry): void {
    if (entry.kind === 'command') collectOutput('log', 'a command to a switch', entry.command);
    if (entry.kind === 'request') {
      this.requestsSoFar += 1;
      if (entry.outcome === 'failed') this.failuresSoFar += 1;
    } else {
      this.commandsSoFar += 1;
    }
    this.#entries.push(entry);
    if (this.#entries.length > mostEntries) this.#entries.splice(0, mostEntries / 2);
  }
}
