import BetterSqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RowChange } from '../../src/inventory/diff-tables.ts';
import { oneVersion } from '../../src/inventory/history-version.ts';
import { type InventoryEditor, openInventoryEditor } from '../../src/inventory/inventory-editor.ts';
import { completeRow } from '../../src/inventory/row-key.ts';
import type { TableRow, TableRows } from '../../src/inventory/table-rows.ts';
import { type TemporaryInventory, temporaryInventory } from '../support/temporary-inventory.ts';

const NOTE = { who: 'jo', why: 'because' };

const SQL = `INSERT INTO gateways (name, proxy) VALUES ('a', '192.0.2.1'), ('b', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b');
  INSERT INTO routes (id, name, context, group_name) VALUES (1, 'one', 'default', 'g'), (2, 'two', 'default', 'g');`;

function edited(sql = SQL): TemporaryInventory & { readonly editor: InventoryEditor } {
  const inventory = temporaryInventory(sql);
  const editor = openInventoryEditor(inventory.path);
  onTestFinished(() => {
    editor.close();
  });
  return { ...inventory, editor };
}

const gateway = (name: string, more: TableRow = {}): TableRow => completeRow('gateways', { name, proxy: 'x', ...more });
const adds = (row: TableRow): RowChange => ({ table: 'gateways', before: undefined, after: row });
const rowOf = (rows: TableRows, name: string): TableRow => rows.gateways.find((row) => row['name'] === name)!;

function findingsOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { findings?: unknown }).findings ?? error;
  }
  return 'nothing was thrown';
}

describe('a change', () => {
  it('is one version, with who and why, and leaves no note', () => {
    const { editor, path } = edited();
    const before = editor.version;
    const result = editor.change(NOTE, (rows) => [
      adds(gateway('c', { max_calls: 7 })),
      { table: 'gateways', before: rowOf(rows, 'a'), after: { ...rowOf(rows, 'a'), state: 'drain' } },
    ]);
    expect(result.version).toBe(before + 1);
    expect(editor.read().gateways.map((row) => [row['name'], row['state'], row['max_calls']])).toEqual([
      ['a', 'drain', null],
      ['b', 'active', null],
      ['c', 'active', 7],
    ]);
    const database = new BetterSqlite(path);
    expect(database.prepare('SELECT who, why FROM history_versions WHERE version = ?').get(result.version)).toEqual(
      NOTE,
    );
    expect(database.prepare('SELECT count(*) FROM change_note').pluck().get()).toBe(0);
    database.close();
  });

  it('of nothing is no version', () => {
    const { editor } = edited();
    const before = editor.version;
    expect(editor.change(NOTE, () => [])).toMatchObject({ changes: [], version: before });
    expect(editor.version).toBe(before);
  });

  it('sees nobody come between what it read and what it writes', () => {
    const { editor, path } = edited();
    const other = new BetterSqlite(path, { timeout: 0 });
    editor.change(NOTE, () => {
      expect(() => other.exec("UPDATE gateways SET note = 'mine'")).toThrow('database is locked');
      return [adds(gateway('c'))];
    });
    other.exec("UPDATE gateways SET note = 'mine'");
    other.close();
  });

  it('is refused where a row is not what it was', () => {
    const inventory = edited();
    const { editor } = inventory;
    const seen = rowOf(editor.read(), 'a');
    inventory.run("UPDATE gateways SET max_calls = 9 WHERE name = 'a'");
    const change = (): unknown => editor.change(NOTE, () => [{ table: 'gateways', before: seen, after: undefined }]);
    expect(findingsOf(change)).toMatchObject([{ code: 'inventory-changed', where: "gateways['a']" }]);
    expect(findingsOf(() => editor.change(NOTE, () => [adds(gateway('b'))]))).toMatchObject([
      { code: 'inventory-changed' },
    ]);
    expect(editor.read().gateways).toHaveLength(2);
  });

  it('is refused where the schema refuses a row, in the words of the constraint', () => {
    const { editor } = edited();
    const before = editor.read();
    const findings = findingsOf(() =>
      editor.change(NOTE, () => [adds(gateway('c')), adds(gateway('d', { max_calls: 0 }))], { force: true }),
    );
    expect(findings).toMatchObject([
      { code: 'value-invalid', where: "gateways['d']", what: 'gateways.max_calls: NULL or 1 to 1000000' },
    ]);
    expect(editor.read()).toEqual(before);
  });

  it('is refused where a server would refuse the inventory after it, but for what was wrong before', () => {
    const { editor } = edited();
    const members = (rows: TableRows): readonly RowChange[] =>
      rows.gateway_group_members.map((row) => ({ table: 'gateway_group_members', before: row, after: undefined }));
    expect(findingsOf(() => editor.change(NOTE, members))).toMatchObject([
      { code: 'change-refused' },
      { code: 'group-empty' },
      { code: 'group-empty' },
    ]);
    expect(editor.read().gateway_group_members).toHaveLength(2);
    expect(editor.change(NOTE, members, { force: true }).findings).toMatchObject([
      { code: 'group-empty' },
      { code: 'group-empty' },
    ]);
    // The inventory is bad now, and stays so: this mends nothing, and makes nothing worse.
    expect(editor.change(NOTE, () => [adds(gateway('c'))]).changes).toHaveLength(1);
    const dangling = { group_name: 'nobody', gateway: 'a', tier: 1, weight: 1 };
    const worse = (): unknown =>
      editor.change(NOTE, () => [{ table: 'gateway_group_members', before: undefined, after: dangling }]);
    expect(findingsOf(worse)).toMatchObject([{ code: 'change-refused' }, { code: 'reference-broken' }]);
  });

  it('may have two routes change names', () => {
    const { editor } = edited();
    editor.change(NOTE, ({ routes: [one, two] }) => [
      { table: 'routes', before: one, after: { ...one!, name: 'two' } },
      { table: 'routes', before: two, after: { ...two!, name: 'one' } },
    ]);
    expect(editor.read().routes.map((row) => [row['id'], row['name']])).toEqual([
      [1, 'two'],
      [2, 'one'],
    ]);
  });

  it('keeps a new name of a route as such, not as a route that goes and one that comes', () => {
    const { editor } = edited();
    const { version } = editor.change(NOTE, ({ routes: [one, two] }) => [
      { table: 'routes', before: one, after: { ...one!, name: 'two' } },
      { table: 'routes', before: two, after: { ...two!, name: 'three' } },
    ]);
    const kept = editor.history((database) => oneVersion(database, version).changes);
    expect(kept.map(({ before, after }) => [before?.['name'], after?.['name']])).toEqual([
      ['one', undefined],
      ['two', 'three'],
      [undefined, 'two'],
    ]);
    const { version: next } = editor.change(NOTE, ({ routes: [one] }) => [
      { table: 'routes', before: one, after: { ...one!, name: null } },
    ]);
    const [change] = editor.history((database) => oneVersion(database, next).changes);
    expect([change?.before?.['name'], change?.after?.['name']]).toEqual(['two', null]);
  });

  it('numbers routes that have no number, in their order', () => {
    const { editor } = edited();
    const routes = ['x', 'y'].map((name) => completeRow('routes', { name, context: 'default', group_name: 'g' }));
    const additions = routes.map((after): RowChange => ({ table: 'routes', before: undefined, after }));
    expect(editor.preview(additions).snapshot?.routes.size).toBe(4);
    const { changes } = editor.change(NOTE, () => additions);
    expect(changes.map(({ after }) => after?.['id'])).toEqual([3, 4]);
    expect(editor.read().routes.slice(2)).toEqual(routes.map((row, at) => ({ ...row, id: 3 + at })));
  });

  it('can be looked at first, without a trace', () => {
    const { editor } = edited();
    const [before, version] = [editor.read(), editor.version];
    const { snapshot, findings } = editor.preview([adds(gateway('c'))]);
    expect(snapshot?.gateways.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(findings).toEqual([]);
    expect([editor.read(), editor.version]).toEqual([before, version]);
  });
});
