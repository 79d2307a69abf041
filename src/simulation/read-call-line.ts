import { canonicalAddress } from '../inventory/proxy-address.ts';
import { type LoggedDecision, readLoggedDecision } from './logged-decision.ts';
import type { CallDefaults, SimulatedCall } from './simulated-call.ts';

/** What one line of a file says. */
export type CallLine =
  | { readonly kind: 'call'; readonly call: SimulatedCall; readonly logged: LoggedDecision | undefined }
  /** A blank line, or one of the log that is about something else. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'bad'; readonly what: string; readonly fix: string };

const FIELDS = ['number', 'caller', 'context', 'source', 'switch'] as const;

const LINE_FIX = `write number, or ${FIELDS.join(',')} with trailing ones left out; or lines of a decision log, as JSON`;

/**
 * Reads one line: of a decision log where it begins with a brace (no number does), else a number with what is known of
 * its call.
 */
export function readCallLine(line: string, defaults: CallDefaults): CallLine {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  return text.startsWith('{') ? readLoggedLine(text, defaults) : readNumberLine(text, defaults);
}

function readNumberLine(text: string, defaults: CallDefaults): CallLine {
  const fields = text.split(',').map((field) => field.trim());
  if (fields.length > FIELDS.length) return bad(`it has ${fields.length} fields, and there are ${FIELDS.length}`);
  const [number = '', caller = '', context = '', source = '', hostname = ''] = fields;
  if (number === '') return bad('it has no number');
  if (/\p{Cc}/u.test(text)) return bad('it holds a control character');
  const address = source === '' ? defaults.source : canonicalAddress(source);
  if (address === undefined) return bad(`its source '${source}' is not an IP address`);
  const call = {
    number,
    caller: caller === '' ? defaults.caller : caller,
    context: context === '' ? defaults.context : context,
    source: address,
    switch: hostname === '' ? defaults.switch : hostname,
    headers: defaults.headers,
  };
  return { kind: 'call', call, logged: undefined };
}

function readLoggedLine(text: string, defaults: CallDefaults): CallLine {
  const read = readLoggedDecision(text);
  if (read === undefined) return { kind: 'nothing' };
  if (typeof read === 'string') return { kind: 'bad', what: read, fix: 'take the line out, or name a decision log' };
  const call = {
    number: read.number,
    caller: read.caller,
    context: read.context,
    source: read.source,
    switch: read.switch,
    headers: new Map([...defaults.headers, ...read.headers]),
  };
  return { kind: 'call', call, logged: read };
}

function bad(what: string): CallLine {
  return { kind: 'bad', what, fix: LINE_FIX };
}
