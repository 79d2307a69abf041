import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { oldestVersion } from '../../src/inventory/history-version.ts';
import { type InventoryEditor, openInventoryEditor } from '../../src/inventory/inventory-editor.ts';
import { rewriteSecrets, type SecretRewriting } from '../../src/inventory/rewrite-secrets.ts';
import { rowsAt } from '../../src/inventory/rows-at.ts';
import { secretCells } from '../../src/inventory/seal-changes.ts';
import { newSecretKey, SecretKeys } from '../../src/inventory/secret-keys.ts';
import { TABLE_NAMES, type TableRow, type TableRows } from '../../src/inventory/table-rows.ts';
import { CANARY } from '../support/canary.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const keys = new SecretKeys([newSecretKey('k1'), newSecretKey('k2')]);
/** With the key that all secrets stand under afterwards; what is encrypted already is left alone by `encrypted`. */
const STEPS: readonly (readonly [rewriting: SecretRewriting, under: string])[] = [
  [{ to: 'encrypted', keyId: 'k1' }, 'k1'],
  [{ to: 'one key', keyId: 'k2' }, 'k2'],
  [{ to: 'encrypted', keyId: 'k1' }, 'k2'],
  [{ to: 'plain text' }, 'none'],
];

const password = fc.constantFrom('NULL', `'${CANARY}-1'`, `'${CANARY}-2'`, `'${CANARY}-3'`);
const gateway = fc.constantFrom('a', 'b', 'c');
/** Each becomes a version of its own. */
const edit = fc.oneof(
  fc.tuple(gateway, password).map(([name, it]) => `UPDATE gateways SET password = ${it} WHERE name = '${name}'`),
  gateway.map((name) => `DELETE FROM gateways WHERE name = '${name}'`),
  fc.tuple(gateway, password).map(([name, it]) => {
    return `INSERT OR REPLACE INTO gateways (name, proxy, password) VALUES ('${name}', 'h', ${it})`;
  }),
  fc
    .tuple(gateway, gateway)
    .map(([name, other]) => `UPDATE OR IGNORE gateways SET name = '${other}' WHERE name = '${name}'`),
  password
    .filter((it) => it !== 'NULL')
    .map((it) => {
      return `INSERT OR REPLACE INTO gateway_params VALUES ('a', 'auth-password', ${it})`;
    }),
);

/** With every secret in plain text. */
function plain(rows: TableRows): TableRows {
  const tables = TABLE_NAMES.map((table) => [
    table,
    rows[table].map((row) => {
      const cells = secretCells(table, row).map(([column, stored]) => {
        const opened = keys.open(`${table}.${column}`, stored);
        return [column, opened.kind === 'plain' ? opened.text : opened.kind] as const;
      });
      return { ...row, ...Object.fromEntries(cells) };
    }),
  ]);
  const made: Readonly<Record<string, readonly TableRow[]>> = Object.fromEntries(tables) as Record<string, TableRow[]>;
  return made;
}

/** Every version that there was before the secrets were rewritten. */
function allVersions(editor: InventoryEditor, upTo: number): readonly TableRows[] {
  return editor.history((database) => {
    const from = oldestVersion(database);
    return Array.from({ length: upTo - from + 1 }, (_, at) => plain(rowsAt(database, from + at)));
  });
}

describe('rewriting secrets', () => {
  it('leaves every version of the history what it was, and under no other key than the one that is wanted', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const inventory = temporaryInventory();
        for (const [at, sql] of edits.entries()) {
          inventory.run(`INSERT INTO change_note (who, why) VALUES ('jo', '${at}'); ${sql}; DELETE FROM change_note`);
        }
        const editor = openInventoryEditor(inventory.path, 'write', { keys, locked: 'refused' });
        try {
          const { version } = editor;
          const before = allVersions(editor, version);
          for (const [step, under] of STEPS) {
            rewriteSecrets(editor, keys, step, { who: 'jo', why: step.to }, false);
            expect(allVersions(editor, version)).toEqual(before);
            const stored = JSON.stringify(editor.history((it) => it.prepare('SELECT old, new FROM history').all()));
            expect([...new Set(stored.match(/enc:v1:k\d/g))]).toEqual(
              stored.includes('enc:') ? [`enc:v1:${under}`] : [],
            );
            expect(stored.includes(CANARY) && under !== 'none').toBe(false);
            // A second time there is nothing to do.
            const again = rewriteSecrets(editor, keys, step, { who: 'jo', why: step.to }, false);
            expect([again.values, again.historyValues]).toEqual([0, 0]);
          }
        } finally {
          editor.close();
          inventory.remove();
        }
      }),
      { numRuns: 6 },
    );
  });
});
