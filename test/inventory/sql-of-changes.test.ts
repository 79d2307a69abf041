import { copyFileSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffTables, type RowChange } from '../../src/inventory/diff-tables.ts';
import { openInventoryEditor } from '../../src/inventory/inventory-editor.ts';
import { readTableRows } from '../../src/inventory/read-table-rows.ts';
import { completeRow } from '../../src/inventory/row-key.ts';
import { addMember, removeGroup, setCause, setGroup, setMember } from '../../src/inventory/set-group.ts';
import { addGateway, removeGateway, setGateway } from '../../src/inventory/set-gateway.ts';
import { addRoute, setRoute } from '../../src/inventory/set-route.ts';
import { moveRoute } from '../../src/inventory/move-route.ts';
import { sqlOfChanges } from '../../src/inventory/sql-of-changes.ts';
import { planOf, type TableEdits } from '../../src/inventory/table-edits.ts';
import type { TableRow, TableRows } from '../../src/inventory/table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const NOTE = { who: "o'brien", why: "it's night" };

const SQL = `
  INSERT INTO gateways (name, proxy, password, note) VALUES ('a', '192.0.2.1', 'p-hushcanary', NULL), ('b', '192.0.2.2', NULL, 'n');
  INSERT INTO gateway_params (gateway, name, value) VALUES ('a', 'from-domain', 'x');
  INSERT INTO gateway_variables (gateway, name, value, direction) VALUES ('a', 'v', '1', NULL), ('a', 'v', '2', 'inbound');
  INSERT INTO gateway_groups (name) VALUES ('g'), ('h');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'a', 2), ('g', 'b', 1), ('h', 'b', 1);
  INSERT INTO routes (name, context, group_name) VALUES ('r', 'default', 'g'), ('s', 'default', 'g'), (NULL, 'x', 'h');
  INSERT INTO switches (hostname, esl_password) VALUES ('fs1', 'q-hushcanary'), ('fs2', NULL);
  INSERT INTO gateway_switches (gateway, hostname) VALUES ('a', 'fs1');
`;

/** What a column takes: quotes, what a terminal acts on, and letters of all kinds. */
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((it) => !/\p{Cc}/u.test(it));
const note = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

const edit: fc.Arbitrary<(edits: TableEdits) => void> = fc.oneof(
  fc
    .record({ password: text, note, weight: fc.nat(9) })
    .map(({ password, note: words, weight }) => (edits: TableEdits) => {
      addGateway(edits, 'new', [
        { name: 'proxy', value: 'sip.example.net' },
        { name: 'password', value: password },
        { name: 'note', value: words },
        { name: 'param.from-user', value: password },
        { name: 'inbound-variable.v', value: password },
        { name: 'switches', value: 'fs1,fs2' },
      ]);
      addMember(edits, 'h', 'new', [{ name: 'weight', value: String(weight) }]);
    }),
  fc
    .record({ password: text, name: fc.constantFrom('a', 'A', 'z') })
    .map(({ password, name }) => (edits: TableEdits) => {
      setGateway(edits, 'a', [
        { name: 'name', value: name },
        { name: 'password', value: password },
        { name: 'variable.v', value: password },
        { name: 'param.from-domain', value: '' },
        { name: 'switches', value: 'fs2' },
      ]);
    }),
  fc.constant((edits: TableEdits) => {
    removeGateway(edits, 'b', { cascade: true });
  }),
  fc.constantFrom('g', 'h').map((name) => (edits: TableEdits) => {
    removeGroup(edits, name, { cascade: true });
  }),
  fc.record({ name: fc.constantFrom('g', 'G', 'z'), note: text }).map((it) => (edits: TableEdits) => {
    setCause(edits, 'g', 'USER_BUSY', 'next');
    setGroup(
      edits,
      'g',
      Object.entries(it).map(([name, value]) => ({ name, value })),
    );
  }),
  fc.nat(9).map((weight) => (edits: TableEdits) => {
    setMember(edits, 'g', 'b', [{ name: 'weight', value: String(weight) }]);
    addRoute(edits, "it's", [
      { name: 'context', value: "o'x" },
      { name: 'group', value: 'h' },
    ]);
    moveRoute(edits, 's', { side: 'before', other: 'r' });
    setRoute(edits, '3', [{ name: 'name', value: 'named' }]);
  }),
);

describe('the SQL of changes', () => {
  it('comes to the same rows as the changes themselves, with foreign keys off or on', () => {
    const { path, folder } = temporaryInventory(SQL);
    let run = 0;
    fc.assert(
      fc.property(edit, fc.boolean(), (make, hasForeignKeys) => {
        run += 1;
        const [changed, copied] = [`${folder}/changed-${run}.db`, `${folder}/copied-${run}.db`];
        for (const copy of [changed, copied]) copyFileSync(path, copy);
        const editor = openInventoryEditor(changed);
        const { changes } = editor.change(NOTE, planOf(make), { force: true });
        const rows = editor.read();
        editor.close();
        expect(changes.length).toBeGreaterThan(0);
        const { after, who, why } = runSql(copied, sqlOfChanges(changes, NOTE, { showSecrets: true }), hasForeignKeys);
        expect(after).toEqual(rows);
        expect({ who, why }).toEqual(NOTE);
      }),
      { numRuns: 60 },
    );
  });

  it('does so for any two inventories, routes that change places included', () => {
    const routes = fc.uniqueArray(fc.constantFrom('r', 's', 't', "u'"), { maxLength: 4 });
    const secrets = fc.array(fc.option(text), { minLength: 2, maxLength: 2 });
    const { path, folder } = temporaryInventory(SQL);
    const before = readRows(path);
    let run = 0;
    fc.assert(
      fc.property(routes, secrets, fc.subarray(['a', 'b']), (names, [one = null, other = null], gateways) => {
        const after: TableRows = {
          ...before,
          gateways: gateways.map((name) =>
            completeRow('gateways', { name, proxy: '192.0.2.9', password: one, note: other }),
          ),
          gateway_params: [],
          gateway_variables: [],
          gateway_switches: [],
          gateway_group_members: gateways.map((gateway) => ({ group_name: 'g', gateway, tier: 2, weight: 7 })),
          routes: names.map((name, at): TableRow =>
            completeRow('routes', { id: at + 1, name, context: 'c', group_name: 'g' }),
          ),
        };
        run += 1;
        const copy = `${folder}/other-${run}.db`;
        copyFileSync(path, copy);
        const sql = sqlOfChanges(diffTables(before, after), NOTE, { showSecrets: true });
        expect(runSql(copy, sql, false).after).toEqual(after);
      }),
      { numRuns: 40 },
    );
  });

  it('hides passwords, says so, and writes nothing that a terminal would act on', () => {
    fc.assert(
      fc.property(note, (words) => {
        const row = completeRow('gateways', { name: 'a', proxy: 'p', password: `hushcanary-${words}`, note: words });
        const changes: readonly RowChange[] = [
          { table: 'gateways', before: undefined, after: row },
          { table: 'gateways', before: row, after: { ...row, password: `hushcanary-2${words}` } },
          { table: 'gateways', before: row, after: undefined },
          {
            table: 'gateway_params',
            before: undefined,
            after: { gateway: 'a', name: 'auth-password', value: 'hushcanary' },
          },
        ];
        const sql = sqlOfChanges(changes, NOTE);
        expect(sql).not.toContain('hushcanary');
        expect(sql).toContain("UPDATE gateways SET password = '***' WHERE name = 'a';");
        expect(sql).toMatch(/-- \*\*\* stands for a password/);
        expect(sql.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      }),
    );
  });

  it('says only what a person would', () => {
    const row = completeRow('gateways', { name: 'a', proxy: '192.0.2.1', max_calls: 3 });
    const sql = (change: Omit<RowChange, 'table'>): string | undefined =>
      sqlOfChanges([{ table: 'gateways', ...change }], { who: 'jo', why: '' }).split('\n')[2];
    expect(sql({ before: undefined, after: row })).toBe(
      "INSERT INTO gateways (name, proxy, max_calls) VALUES ('a', '192.0.2.1', 3);",
    );
    expect(sql({ before: row, after: { ...row, max_calls: null, state: 'drain' } })).toBe(
      "UPDATE gateways SET max_calls = NULL, state = 'drain' WHERE name = 'a';",
    );
    expect(sql({ before: row, after: undefined })).toBe("DELETE FROM gateways WHERE name = 'a';");
    expect(sqlOfChanges([], NOTE)).toBe('');
  });
});

function runSql(
  path: string,
  sql: string,
  hasForeignKeys: boolean,
): { readonly after: TableRows; readonly who: unknown; readonly why: unknown } {
  const database = new BetterSqlite(path);
  try {
    database.pragma(`foreign_keys = ${hasForeignKeys ? 'ON' : 'OFF'}`);
    database.exec(sql);
    const latest = database.prepare('SELECT who, why FROM history_versions ORDER BY version DESC LIMIT 1').get();
    return { after: readTableRows(database), ...(latest as { who: unknown; why: unknown }) };
  } finally {
    database.close();
  }
}

function readRows(path: string): TableRows {
  const editor = openInventoryEditor(path, 'read');
  try {
    return editor.read();
  } finally {
    editor.close();
  }
}
