/** What follows a backslash in MySQL's strings; any other character stands for itself. `\%` and `\_` keep the backslash. */
const MYSQL_ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  '%': '\\%',
  _: '\\_',
};

/** What follows a backslash in PostgreSQL's E'' strings and in the rows of COPY. */
const POSTGRESQL_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Takes the backslashes of MySQL's strings away. */
export function decodeMysqlEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, it: string) => MYSQL_ESCAPES[it] ?? it);
}

/** Takes the backslashes of PostgreSQL's E'' strings, or of a value in COPY's text format, away. */
export function decodePostgresqlEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))/g;
  return text.replace(bytes, (...[, octal, hex, short, long, it]: (string | undefined)[]) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    const code = hex ?? short ?? long;
    if (code === undefined) return POSTGRESQL_ESCAPES[it ?? ''] ?? it ?? '';
    const point = Number.parseInt(code, 16);
    return point > 0x10ffff ? '\u{fffd}' : String.fromCodePoint(point);
  });
}

/** Takes the escapes of SQLite's unistr() away: `\\`, `\XXXX`, `\+XXXXXX`, `\uXXXX`, `\UXXXXXXXX`. */
export function decodeUnistr(text: string): string {
  const escapes = /\\(?:(\\)|\+([0-9A-Fa-f]{6})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-9A-Fa-f]{4}))/g;
  return text.replace(escapes, (...[, backslash, ...codes]: (string | undefined)[]) => {
    const code = codes.slice(0, 4).find((it) => it !== undefined);
    if (backslash !== undefined || code === undefined) return '\\';
    const point = Number.parseInt(code, 16);
    return point > 0x10ffff ? '\u{fffd}' : String.fromCodePoint(point);
  });
}
