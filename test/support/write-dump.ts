/** Writes values as the dump programs do, from their documentation: what the reader has to understand. */

/** As mysqldump does (mysql_real_escape_string). */
export function mysqlLiteral(value: string | null): string {
  if (value === null) return 'NULL';
  const escapes: Readonly<Record<string, string>> = {
    '\0': '\\0',
    '\n': '\\n',
    '\r': '\\r',
    '\\': '\\\\',
    "'": "\\'",
    '"': '\\"',
    '\u001a': '\\Z',
  };
  return `'${value.replace(/[\0\n\r\\'"\u001a]/g, (it) => escapes[it] ?? it)}'`;
}

/** As every dump does that keeps to the standard: pg_dump --inserts, SQLite. */
export function standardLiteral(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}

/** As pg_dump writes a cell of COPY. */
export function copyCell(value: string | null): string {
  if (value === null) return '\\N';
  const escapes: Readonly<Record<string, string>> = {
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
  };
  return value.replace(/[\b\f\n\r\t\v\\]/g, (it) => escapes[it] ?? it);
}

/** As a program that follows RFC 4180. */
export function csvCell(value: string, separator: string): string {
  const needsQuotes = value === '' || /["\r\n]/.test(value) || value.includes(separator) || value.trim() !== value;
  return needsQuotes ? `"${value.replaceAll('"', '""')}"` : value;
}
