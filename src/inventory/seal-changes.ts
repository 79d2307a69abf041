import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { RowChange } from './diff-tables.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { isSecretText } from './open-secrets.ts';
import { isSameRow, rowPlace } from './row-key.ts';
import { secretForm, type SecretKeys } from './secret-keys.ts';
import { isSecret } from './shown-change.ts';
import type { Cell, TableName, TableRow } from './table-rows.ts';

/** What the tables take of an encrypted password and of an encrypted value. */
const STORED_LENGTH = { password: 255, value: 4096 } as const;

/** The secret columns of a row that hold something. */
export function secretCells(table: TableName, row: TableRow): readonly (readonly [column: string, text: string])[] {
  return INVENTORY_TABLES[table].columns.flatMap((column) => {
    const value = row[column] ?? null;
    return typeof value === 'string' && isSecret(table, row, column) ? [[column, value] as const] : [];
  });
}

/**
 * Encrypts what changes are about to write in plain text, and no more: a secret that stays as it is stays as it stands.
 * @returns the changes as they are written, without those that then change nothing
 * @throws OperatorError value-invalid, for all that cannot be encrypted
 */
export function sealChanges(changes: readonly RowChange[], keys: SecretKeys): readonly RowChange[] {
  if (keys.firstId === undefined) return changes;
  const findings: Finding[] = [];
  const sealed = changes.flatMap((change) => {
    const { table, before, after } = change;
    if (after === undefined) return [change];
    const cells = secretCells(table, after).map(([column, text]) => {
      const was = before?.[column];
      if (was === text || secretForm(text).kind !== 'plain') return [column, text] as const;
      if (typeof was === 'string' && opensTo(keys, `${table}.${column}`, was, text)) return [column, was] as const;
      return [column, sealedCell(table, after, column, text, keys, findings)] as const;
    });
    const row: TableRow = { ...after, ...Object.fromEntries<Cell>(cells) };
    return before !== undefined && isSameRow(table, before, row) ? [] : [{ table, before, after: row }];
  });
  if (findings.length > 0) throw new OperatorError(findings);
  return sealed;
}

/** The value as the table keeps it; what it cannot keep goes to the findings. */
export function sealedCell(
  table: TableName,
  row: TableRow,
  column: string,
  text: string,
  keys: SecretKeys,
  findings: Finding[],
  keyId?: string,
): string {
  const where = `${rowPlace(table, row)}.${column}`;
  const fix = 'choose another password';
  if (!isSecretText(text, column)) {
    const what = 'it is empty, too long or has control characters';
    findings.push({ code: 'value-invalid', where, what, fix });
    return text;
  }
  const sealed = keys.seal(`${table}.${column}`, text, keyId);
  const most = STORED_LENGTH[column === 'value' ? 'value' : 'password'];
  if (sealed.length > most) {
    const what = `encrypted it has ${sealed.length} characters, and the column takes ${most}`;
    findings.push({ code: 'value-invalid', where, what, fix: `${fix}, of 145 bytes at most` });
  }
  return sealed;
}

function opensTo(keys: SecretKeys, place: string, stored: string, text: string): boolean {
  const opened = secretForm(stored).kind === 'plain' ? undefined : keys.open(place, stored);
  return opened?.kind === 'plain' && opened.text === text;
}
