import { destination, pino } from 'pino';
import { prettyLine } from './pretty-line.ts';
import type { LogFormat, LogLevel } from './given-settings.ts';

/** What the program logs with: an event's data, then one line for people. */
export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** What the process itself logs with. */
export interface ProcessLog extends Log {
  /** The last words. */
  fatal(data: object, message: string): void;
}

/** Never printed, in an event's data or up to two objects deep in it. */
const SECRETS = ['password', 'credentials', 'authorization', 'eslPassword'];

/** Lines that cannot be written take no more room than this, in characters. */
const WAITING_LIMIT = 1024 * 1024;

/** One line for each event on standard error, as JSON or for people; secrets taken out by name. */
export function createLog(level: LogLevel, format: LogFormat = 'json'): ProcessLog {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  const json = destination({ fd: 2, sync: true, maxLength: WAITING_LIMIT });
  // A full disk, or a reader that is gone, is no reason to end: lines wait, and are lost when too many do.
  json.on('error', () => undefined);
  const stream = format === 'json' ? json : { write: (line: string) => json.write(prettyLine(line)) };
  return pino({ level, redact: { paths, censor: '[redacted]' } }, stream);
}
