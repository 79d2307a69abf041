import { destination, pino } from 'pino';
import type { LogLevel } from './settings.ts';

/** What the program logs with: an event's data, then one line for people. */
export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}

/** Never printed, in an event's data or up to two objects deep in it. */
const SECRETS = ['password', 'credentials', 'authorization', 'eslPassword'];

/** JSON lines on standard error, secrets taken out by name. */
export function createLog(level: LogLevel): Log {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, redact: { paths, censor: '[redacted]' } }, destination({ fd: 2, sync: true }));
}
