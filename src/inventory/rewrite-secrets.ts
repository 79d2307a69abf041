import type { Database } from 'better-sqlite3';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { RowChange } from './diff-tables.ts';
import type { ChangeNote, InventoryEditor } from './inventory-editor.ts';
import { rowPlace } from './row-key.ts';
import { sealedCell, secretCells } from './seal-changes.ts';
import { secretForm, type SecretKeys } from './secret-keys.ts';
import { TABLE_NAMES, type TableName, type TableRow, type TableRows } from './table-rows.ts';

/** What secrets are to become: `plain` ones encrypted, all of them under one key, or all of them plain text. */
export type SecretRewriting =
  { readonly to: 'encrypted' | 'one key'; readonly keyId: string } | { readonly to: 'plain text' };

export interface RewrittenSecrets {
  /** Values of the tables that were rewritten. */
  readonly values: number;
  /** Values in the history that were rewritten, as often as they stand there. */
  readonly historyValues: number;
  /** Keys that would be needed for values of the history, which are left as they are. */
  readonly lockedKeys: readonly string[];
  readonly version: number;
}

/**
 * Rewrites every secret of the tables in one transaction, as a change of the inventory, and with it every secret in the
 * history, so that no value of before is left in either. The same value becomes the same value everywhere: the history
 * still leads to what is there.
 * @throws OperatorError secret-locked, secret-broken, value-invalid for values of the tables; nothing is written then
 */
export function rewriteSecrets(
  editor: InventoryEditor,
  keys: SecretKeys,
  rewriting: SecretRewriting,
  note: ChangeNote,
  dryRun: boolean,
): RewrittenSecrets {
  const rewriter = new SecretRewriter(keys, rewriting);
  let historyValues = 0;
  let values = 0;
  const { version } = editor.change(
    note,
    (rows) => {
      const changes = rewriter.changes(rows);
      values = rewriter.takeCount();
      return changes;
    },
    {
      dryRun,
      rewriting: (database) => {
        rewriter.rewriteHistory(database);
        historyValues = rewriter.takeCount();
      },
    },
  );
  return { values, historyValues, lockedKeys: [...rewriter.lockedKeys], version };
}

class SecretRewriter {
  readonly #keys: SecretKeys;
  readonly #rewriting: SecretRewriting;
  /** By place and value. */
  readonly #known = new Map<string, string>();
  readonly #findings: Finding[] = [];
  readonly lockedKeys = new Set<string>();
  #count = 0;

  constructor(keys: SecretKeys, rewriting: SecretRewriting) {
    this.#keys = keys;
    this.#rewriting = rewriting;
  }

  /** How many values became others since it was asked last. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  /** @throws OperatorError with every value that cannot be rewritten */
  changes(rows: TableRows): readonly RowChange[] {
    const changes = TABLE_NAMES.flatMap((table) =>
      rows[table].flatMap((before) => {
        const after = this.#rewrittenRow(table, before, (column, text) => this.#ofTable(table, before, column, text));
        return after === before ? [] : [{ table, before, after }];
      }),
    );
    if (this.#findings.length > 0) throw new OperatorError(this.#findings);
    return changes;
  }

  /** What nobody can read any more is left as it is. */
  rewriteHistory(database: Database): void {
    const entries = database
      .prepare<[], { id: number; table: TableName; old: string | null; new: string | null }>(
        'SELECT id, table_name AS "table", old, new FROM history ORDER BY id',
      )
      .all();
    const update = database.prepare<[string | null, string | null, number]>(
      'UPDATE history SET old = ?, new = ? WHERE id = ?',
    );
    for (const { id, table, old, new: now } of entries) {
      const [before, after] = [this.#rewrittenJson(table, old), this.#rewrittenJson(table, now)];
      if (before !== old || after !== now) update.run(before, after, id);
    }
  }

  #rewrittenJson(table: TableName, text: string | null): string | null {
    if (text === null) return null;
    const row = JSON.parse(text) as TableRow;
    const after = this.#rewrittenRow(table, row, (column, value) => this.#ofHistory(table, column, value));
    return after === row ? text : JSON.stringify(after);
  }

  #rewrittenRow(table: TableName, row: TableRow, rewrite: (column: string, text: string) => string): TableRow {
    let after = row;
    for (const [column, text] of secretCells(table, row)) {
      const place = `${table}.${column}`;
      const known = this.#known.get(`${place}\0${text}`) ?? rewrite(column, text);
      this.#known.set(`${place}\0${text}`, known);
      if (known === text) continue;
      after = { ...after, [column]: known };
      this.#count += 1;
    }
    return after;
  }

  #ofTable(table: TableName, row: TableRow, column: string, stored: string): string {
    const text = this.#textOf(`${table}.${column}`, stored);
    if (text === 'as it is') return stored;
    const where = `${rowPlace(table, row)}.${column}`;
    const fix = 'put the key that it was encrypted under into the key file, or set it anew';
    if (text.kind === 'broken') {
      this.#findings.push({ code: 'secret-broken', where, what: 'it cannot be decrypted', fix });
      return stored;
    }
    if (text.kind === 'locked') {
      const what = `there is no key '${text.keyId}' in the key file`;
      this.#findings.push({ code: 'secret-locked', where, what, fix });
      return stored;
    }
    if (this.#rewriting.to === 'plain text') return text.text;
    return sealedCell(table, row, column, text.text, this.#keys, this.#findings, this.#rewriting.keyId);
  }

  #ofHistory(table: TableName, column: string, stored: string): string {
    const place = `${table}.${column}`;
    const text = this.#textOf(place, stored);
    if (text === 'as it is' || text.kind === 'broken') return stored;
    if (text.kind === 'locked') {
      this.lockedKeys.add(text.keyId);
      return stored;
    }
    // Longer than the table takes it where it must be: it was there, and rolling back says what is in the way.
    return this.#rewriting.to === 'plain text' ? text.text : this.#keys.seal(place, text.text, this.#rewriting.keyId);
  }

  #textOf(place: string, stored: string): ReturnType<SecretKeys['open']> | 'as it is' {
    const form = secretForm(stored);
    const { to } = this.#rewriting;
    if (form.kind === 'plain' && to === 'plain text') return 'as it is';
    if (form.kind !== 'plain' && to === 'encrypted') return 'as it is';
    if (form.kind === 'sealed' && to === 'one key' && form.keyId === this.#rewriting.keyId) return 'as it is';
    return this.#keys.open(place, stored);
  }
}
