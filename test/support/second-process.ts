import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface SecondProcess {
  /** Runs SQL there; rejects with SQLite's message where it was refused. */
  exec(sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** Another process that edits the same database file with plain SQL. */
export function secondProcess(database: string): SecondProcess {
  const script = fileURLToPath(new URL('./sql-client.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, database], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((problem: string | null) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    waiting.shift()?.(JSON.parse(line) as string | null);
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      for (const settle of waiting.splice(0)) settle('the second process has ended');
      resolve();
    });
  });
  return {
    exec: (sql) =>
      new Promise((resolve, reject) => {
        waiting.push((problem) => {
          if (problem === null) resolve();
          else reject(new Error(problem));
        });
        child.stdin.write(`${JSON.stringify(sql)}\n`);
      }),
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}
