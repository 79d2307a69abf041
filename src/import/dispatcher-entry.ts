import type { Finding } from '../errors/finding.ts';
import type { SourcePlace } from './reading.ts';
import { sourceFinding, throwFindings } from './source-error.ts';
import { integerOf, type SourceRow, textOf } from './source-row.ts';
import type { SourceText } from './source-text.ts';

/** A destination as Kamailio's dispatcher module has it, from its file or from its table. */
export interface DispatcherEntry {
  readonly from: SourcePlace;
  readonly set: number;
  readonly uri: string;
  /** Bits: see `FLAGS`. */
  readonly flags: number;
  readonly priority: number;
  /** By name in lower case, in the order of the line. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly description: string;
}

/** Of the dispatcher module (dispatch.h). */
export const FLAGS = { inactive: 1, trying: 2, disabled: 4, probing: 8, noDns: 16, noPing: 32 } as const;

/** What a line is made of; the module takes the fields from the left and stops at the first `#` between them. */
const LINE = /^\s*(\d{1,9})\s+([^\s#]+)\s*(?:(0x[0-9A-Fa-f]*|\d*)\s*(?:(\d*)\s*([^#\s]\S*)?)?)?/;

/** Whether a line is one of a dispatcher.list: for telling the file by its content. */
export function isDispatcherLine(line: string): boolean {
  return /^\s*\d{1,9}\s+sips?:\S/i.test(line);
}

/**
 * Reads a dispatcher.list as the dispatcher module does (ds_load_list): set, destination, flags, priority, attributes.
 * @throws OperatorError import-invalid with every line that the module would refuse
 */
export function readDispatcherList({ file, text }: SourceText): readonly DispatcherEntry[] {
  const findings: Finding[] = [];
  const entries: DispatcherEntry[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const from = { file, line: at + 1 };
    const [, set, uri, flags = '', priority = '', attributes = ''] = LINE.exec(line) ?? [];
    if (set === undefined || uri === undefined) findings.push(badLine(from, line));
    else {
      entries.push({
        from,
        set: Number(set),
        uri,
        flags: numberOf(flags),
        priority: numberOf(priority),
        attributes: parseAttributes(attributes),
        description: '',
      });
    }
  }
  throwFindings(findings);
  return entries;
}

/**
 * The same from rows of the table `dispatcher`.
 * @throws OperatorError import-invalid with every row whose numbers are none
 */
export function dispatcherEntriesOf(rows: readonly SourceRow[]): readonly DispatcherEntry[] {
  const findings: Finding[] = [];
  const entries = rows.flatMap((row): readonly DispatcherEntry[] => {
    const set = integerOf(row, 'setid', 0);
    const flags = integerOf(row, 'flags', 0);
    const priority = integerOf(row, 'priority', 0);
    if (set === undefined || flags === undefined || priority === undefined) {
      const fix = 'dump the table dispatcher again, all columns of it';
      findings.push(sourceFinding('import-invalid', row.from, 'setid, flags or priority is no whole number', fix));
      return [];
    }
    const attributes = parseAttributes(textOf(row, 'attrs').trim());
    return [
      {
        from: row.from,
        set,
        uri: textOf(row, 'destination').trim(),
        flags,
        priority,
        attributes,
        description: textOf(row, 'description'),
      },
    ];
  });
  throwFindings(findings);
  return entries;
}

/** `name=value;name=value`; names do not mind case, and a value may stand in double quotes. */
function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([^=;\s]+)\s*(?:=\s*("[^"]*"|[^;]*))?/g)) {
    attributes.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1').trim());
  }
  return attributes;
}

function numberOf(text: string): number {
  return text === '0x' || text === '' ? 0 : Number(text);
}

function badLine(from: SourcePlace, line: string): Finding {
  const what = /^\s*\d/.test(line)
    ? 'there is no destination after the set id'
    : 'it does not begin with a set id, which is a whole number';
  return sourceFinding('import-invalid', from, what, 'write it as: setid sip:host:port flags priority name=value;...');
}
