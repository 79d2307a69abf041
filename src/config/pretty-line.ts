import { escapeUnprintable } from './escape-unprintable.ts';

/** Pino's numbers for its levels, each in a column of five. */
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL',
};

/** What pino adds to each line, and nobody who looks at one process wants to read. */
const ADDED: readonly string[] = ['level', 'time', 'pid', 'hostname', 'msg'];

interface LogRecord {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/**
 * A line of pino's JSON as people read it: time, level, message, and the event's data as name=value. It stays one line,
 * and nothing in it can move a terminal's cursor or colours: what came with a call may be in there.
 */
export function prettyLine(json: string): string {
  const record = JSON.parse(json) as LogRecord;
  const { level, time, msg } = record;
  const fields = Object.entries(record).flatMap(([name, value]) =>
    ADDED.includes(name) ? [] : [` ${name}=${shown(value)}`],
  );
  return `${new Date(time).toISOString()} ${LEVELS[level] ?? level} ${escapeUnprintable(msg)}${fields.join('')}\n`;
}

/** A plain word as it is, all else as JSON. */
function shown(value: unknown): string {
  return escapeUnprintable(typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value));
}
