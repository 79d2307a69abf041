/** How a dump writes its strings. */
export type SqlDialect = 'mysql' | 'postgresql' | 'sqlite';

/** What tells whose dump it is; looked for at the beginning. */
const SIGNS: readonly (readonly [SqlDialect, RegExp])[] = [
  [
    'mysql',
    /^(?:-- (?:MySQL|MariaDB|phpMyAdmin)\b|\/\*M?!\d{5,6} |(?:INSERT INTO|CREATE TABLE|DROP TABLE IF EXISTS) `)/m,
  ],
  ['postgresql', /^(?:-- PostgreSQL database|SET standard_conforming_strings|COPY [\w."]+ (?:\(.*\) )?FROM stdin;)/m],
  ['sqlite', /^(?:PRAGMA foreign_keys=O|BEGIN TRANSACTION;)/m],
];

const LOOKED_AT = 64 * 1024;

/** Whose dump a text is; undefined where nothing tells, or several things do. */
export function sqlDialectOf(text: string): SqlDialect | undefined {
  const head = text.slice(0, LOOKED_AT);
  const found = SIGNS.filter(([, sign]) => sign.test(head));
  return found.length === 1 ? found[0]?.[0] : undefined;
}

/** Programs that write a first line also write a last one: a dump that lacks it was cut off. */
const FRAMES: readonly (readonly [begin: RegExp, end: RegExp, last: string])[] = [
  [/^-- (?:MySQL|MariaDB) dump /m, /^-- Dump completed/m, '-- Dump completed'],
  [
    /^-- PostgreSQL database dump\s*$/m,
    /^-- PostgreSQL database dump complete/m,
    '-- PostgreSQL database dump complete',
  ],
  [/^PRAGMA foreign_keys=OFF;\s*\nBEGIN TRANSACTION;/m, /^(?:COMMIT|ROLLBACK);/m, 'COMMIT;'],
];

/** The line that a dump should end with and does not; undefined where nothing is missing. */
export function missingLastLine(text: string): string | undefined {
  const head = text.slice(0, LOOKED_AT);
  const tail = text.slice(-LOOKED_AT);
  return FRAMES.find(([begin, end]) => begin.test(head) && !end.test(tail))?.[2];
}
