import type { SettingSources } from '../config/setting-sources.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** What the process gives to a command. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: SettingSources['environment'];
  readonly readFile: (path: string) => string;
  /** What is typed, unseen, after this prompt; where nobody types, all that comes in, without the last line's end. */
  readonly readSecret: (prompt: string) => Promise<string>;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Monotonic clock, milliseconds. */
  readonly clockMs: () => number;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly nodeVersion: string;
  /** Who gives the command, for the history of the inventory: 1 to 255 characters, none of them a control character. */
  readonly user: string;
  /** Settles when the process is asked to stop. */
  readonly stopped: () => Promise<void>;
  /** Runs at each SIGHUP: what was read at the start is to be read again. @returns how to stop */
  readonly reloads: (run: () => void) => () => void;
  /** Sets the status with which the process ends. */
  readonly exit: (status: ExitStatus) => void;
}
