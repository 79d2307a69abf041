import { statSync } from 'node:fs';
import { OperatorError } from '../errors/operator-error.ts';
import { isDispatcherLine } from './dispatcher-entry.ts';
import { tableOfCsv, tableOfCsvHeader } from './read-csv-table.ts';
import { readSourceText, type SourceText } from './source-text.ts';

/** Whose configuration is read. */
export const PROGRAMS = ['freeswitch', 'kamailio', 'opensips'] as const;

export type ProgramName = (typeof PROGRAMS)[number];

/** What was named on the command line, as what it is read. */
export type NamedSource =
  | { readonly form: 'freeswitch'; readonly path: string }
  | { readonly form: 'dispatcher-list' | 'sql' | 'csv'; readonly path: string; readonly source: SourceText };

const SQL_STATEMENT = /^[ \t]*(?:INSERT\s|REPLACE\s+INTO\s|CREATE\s+TABLE\s|COPY\s+[\w."]+\s)/im;

/**
 * Tells by its content what a file is. Folders are FreeSWITCH's.
 * @param said what the operator says of all of them
 * @throws OperatorError import-unreadable, import-unclear
 */
export function sourceAt(path: string, said: ProgramName | undefined): NamedSource {
  if (isFolder(path)) {
    if (said === undefined || said === 'freeswitch') return { form: 'freeswitch', path };
    throw unclear(path, `it is a folder, and ${said} is read from files`, 'name the files in it that are meant');
  }
  if (said === 'freeswitch') return { form: 'freeswitch', path };
  const source = readSourceText(path);
  const { text } = source;
  const forms = formsOf(source);
  const form = chosen(forms, said);
  if (form === undefined) throw unknown(path, text, forms);
  if (form === 'dispatcher-list' && said === 'opensips') {
    throw unclear(path, "it is a dispatcher.list, and OpenSIPS's tables are read", 'leave --from out, or say kamailio');
  }
  return form === 'freeswitch' ? { form, path } : { form, path, source };
}

function formsOf(source: SourceText): readonly NamedSource['form'][] {
  const { text } = source;
  // A dump may hold, as text in a value, what looks like anything else.
  if (SQL_STATEMENT.test(text)) return ['sql'];
  const forms: NamedSource['form'][] = [];
  if (/^\s*</.test(text)) forms.push('freeswitch');
  if (text.split('\n').some(isDispatcherLine)) forms.push('dispatcher-list');
  if (tableOfCsvHeader(source) !== undefined) forms.push('csv');
  return forms.length === 0 && tableOfCsv(source) !== undefined ? ['csv'] : forms;
}

function chosen(forms: readonly NamedSource['form'][], said: ProgramName | undefined): NamedSource['form'] | undefined {
  const [form, ...others] = said === undefined ? forms : forms.filter((it) => it !== 'freeswitch');
  if (form !== undefined && others.length === 0) return form;
  // A list in which nothing looks like a destination is left to Kamailio's reader, which says what is wrong where.
  return forms.length === 0 && said === 'kamailio' ? 'dispatcher-list' : undefined;
}

function unknown(path: string, text: string, forms: readonly string[]): OperatorError {
  if (text.trim() === '') return unclear(path, 'it is empty', 'name a file with something in it, or leave it out');
  if (forms.length > 1) {
    const what = `it could be ${forms.join(' or ')}`;
    return unclear(path, what, 'say whose it is: --from freeswitch, kamailio or opensips');
  }
  const what = 'it is neither XML, nor a dispatcher.list, nor SQL, nor a CSV whose header or file name tells the table';
  const fix =
    'a CSV needs the names of columns in its first line, or a name such as dr_gateways.csv; for anything else say whose it is with --from';
  return unclear(path, what, fix);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // What cannot be looked at cannot be read either, and is told of then.
    return false;
  }
}

function unclear(where: string, what: string, fix: string): OperatorError {
  return new OperatorError([{ code: 'import-unclear', where, what, fix }]);
}
