import BetterSqlite, { type Database, type Statement } from 'better-sqlite3';
import type { RowChange } from './diff-tables.ts';
import { INVENTORY_TABLES } from './inventory-tables.ts';
import { inventoryError } from './inventory-error.ts';
import { rowPlace } from './row-key.ts';
import type { TableRow } from './table-rows.ts';

/**
 * Writes changes within a transaction of the caller's, as one version of the history. Foreign keys must be off: what
 * cascades would be changed twice.
 * @throws OperatorError value-invalid where a constraint refuses a row, inventory-changed where a row is not there
 */
export function writeChanges(
  database: Database,
  changes: readonly RowChange[],
  note: { readonly who: string; readonly why: string },
): void {
  database.prepare('INSERT INTO change_note (who, why) VALUES (@who, @why)').run(note);
  const statements = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  for (const step of writeOrder(changes)) writeOne(prepared, step);
  database.exec('DELETE FROM change_note');
}

/**
 * The order in which changes are written. What goes makes room first. A route that takes the name of another, which gets
 * a new one, is taken away and comes again, so that two can change places; any other change of a name stays one.
 */
export function writeOrder(changes: readonly RowChange[]): readonly RowChange[] {
  const idOfName = new Map(
    changes.flatMap(({ table, before, after }) =>
      table === 'routes' && before !== undefined && after !== undefined && typeof before['name'] === 'string'
        ? [[before['name'], before['id']] as const]
        : [],
    ),
  );
  const steps = changes.flatMap((change): readonly RowChange[] => {
    const { table, before, after } = change;
    if (table !== 'routes' || before === undefined || after === undefined) return [change];
    const takenFrom = typeof after['name'] === 'string' ? idOfName.get(after['name']) : undefined;
    if (takenFrom === undefined || takenFrom === before['id']) return [change];
    return [
      { table, before, after: undefined },
      { table, before: undefined, after },
    ];
  });
  const isRemoval = ({ after }: RowChange): boolean => after === undefined;
  const isAddition = ({ before }: RowChange): boolean => before === undefined;
  return [
    ...steps.filter(isRemoval).reverse(),
    ...steps.filter((it) => !isRemoval(it) && !isAddition(it)),
    ...steps.filter(isAddition),
  ];
}

function writeOne(prepared: (sql: string) => Statement, { table, before, after }: RowChange): void {
  const { key, insert, update, delete: remove } = INVENTORY_TABLES[table];
  const old = Object.fromEntries(key.map((column) => [`old_${column}`, before?.[column] ?? null]));
  const sql = before === undefined ? insert : after === undefined ? remove : update;
  try {
    const { changes } = prepared(sql).run({ ...after, ...old });
    if (changes === 1) return;
  } catch (error) {
    throw refused(table, after ?? before ?? {}, error);
  }
  const what = 'this row is not there any more';
  throw inventoryError(
    'inventory-changed',
    rowPlace(table, before ?? {}),
    what,
    'look again, and give the command again',
  );
}

/** The names of constraints say what is wanted. */
function refused(table: RowChange['table'], row: TableRow, error: unknown): unknown {
  if (!(error instanceof BetterSqlite.SqliteError) || !error.code.startsWith('SQLITE_CONSTRAINT')) return error;
  const what = error.message.replace(/^(?:CHECK|UNIQUE) constraint failed: /, '');
  return inventoryError('value-invalid', rowPlace(table, row), what, 'give a value that is as this says');
}
