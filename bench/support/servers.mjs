// The two servers of a benchmark, each a process of its own, and what the kernel says of their processor time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';

export const root = new URL('../..', import.meta.url).pathname;

/** The least that a server can do: it reads the body and returns as many constant bytes as the other's answer has. */
export function startBare(answerBytes) {
  const program = `
    const document = ${JSON.stringify('x'.repeat(answerBytes))};
    require('node:http').createServer((request, response) => {
      request.on('data', () => {});
      request.on('end', () => {
        response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': document.length }).end(document);
      });
    }).listen(0, '127.0.0.1', function () { console.error(JSON.stringify({ port: this.address().port })); });`;
  return started(spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'pipe'] }), /"port":(\d+)/);
}

/** `trunkhunt serve` with the example inventory, which this SQL then changes. */
export async function startTrunkhunt(database, sql) {
  const args = ['serve', '--create-example', '--database', database, '--listen', '127.0.0.1:0'];
  const server = await started(
    spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] }),
    /"url":"http:\/\/127\.0\.0\.1:(\d+)"/,
  );
  const sqlite = new BetterSqlite(database);
  sqlite.exec(sql);
  sqlite.close();
  return server;
}

function started(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const [, port] = pattern.exec(text) ?? [];
      if (port !== undefined) resolve({ child, port: Number(port) });
    });
    child.once('exit', () => reject(new Error(`it did not start:\n${text}`)));
  });
}

/** User and system time of a process in microseconds, as the kernel counts it (clock ticks of 10 ms). */
export function processorMicroseconds({ child }) {
  const [, fields] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10_000;
}
