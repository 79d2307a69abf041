// A program of somebody else that edits the inventory: one JSON string of SQL a line on standard input, one JSON answer
// a line on standard output, null where it was done and the message where it was refused.
import { createInterface } from 'node:readline';
import BetterSqlite from 'better-sqlite3';

const database = new BetterSqlite(process.argv[2], { timeout: 5000 });
for await (const line of createInterface({ input: process.stdin })) {
  let problem = null;
  try {
    database.exec(JSON.parse(line));
  } catch (error) {
    problem = error.message;
    if (database.inTransaction) database.exec('ROLLBACK');
  }
  process.stdout.write(`${JSON.stringify(problem)}\n`);
}
database.close();
