// How near a dialplan look-up comes to the least that a Node server can do: the recorded request, on a new connection
// each time as mod_xml_curl does it, sent in turn to trunkhunt and to a bare node:http server that reads the same body
// and returns a constant document of the same kind. Every answer of trunkhunt has to be a plan.
//
//   node bench/lookup-ratio.mjs [--rounds 7] [--requests 4000] [--connections 8] [--least 0]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import BetterSqlite from 'better-sqlite3';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '4000' },
    connections: { type: 'string', default: '8' },
    /** Exit status 1 below this ratio; machines are noisy, so not a figure to live at. */
    least: { type: 'string', default: '0' },
  },
});
const [rounds, requests, connections, least] = ['rounds', 'requests', 'connections', 'least'].map((it) =>
  Number(values[it]),
);
const root = new URL('..', import.meta.url).pathname;
const recorded = readFileSync(join(root, 'test/fixtures/requests/dialplan-9980.http'));
const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-bench-'));

/** Three PBXs and a route for the recorded call, so that a plan has three legs. */
const inventory = `
  INSERT INTO gateways (name, proxy) VALUES ('gw3', '172.16.4.115:5060');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('2gw', 'gw3', 2);
  UPDATE routes SET context = 'public';
`;

function startBare() {
  const program = `
    const document = ${JSON.stringify('x'.repeat(1300))};
    require('node:http').createServer((request, response) => {
      request.on('data', () => {});
      request.on('end', () => {
        response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': document.length }).end(document);
      });
    }).listen(0, '127.0.0.1', function () { console.error(JSON.stringify({ port: this.address().port })); });`;
  return started(spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'pipe'] }), /"port":(\d+)/);
}

async function startTrunkhunt() {
  const database = join(folder, 'inventory.db');
  const args = ['serve', '--create-example', '--database', database, '--listen', '127.0.0.1:0'];
  const server = await started(
    spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] }),
    /"url":"http:\/\/127\.0\.0\.1:(\d+)"/,
  );
  const sqlite = new BetterSqlite(database);
  sqlite.exec(inventory);
  sqlite.close();
  await until(async () => isThreeLegPlan(await ask(server.port)));
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

async function until(isDone) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the inventory of the benchmark was not taken over');
}

/** One look-up on a connection of its own; the body of the answer. */
function ask(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let length = Infinity;
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (length === Infinity && answer.includes('\r\n\r\n')) {
        length = answer.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      }
      if (answer.length >= length) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.on('end', () => reject(new Error('the connection ended before the answer did')));
    socket.write(recorded);
  });
}

const isThreeLegPlan = (answer) => answer.startsWith('HTTP/1.1 200') && answer.split('"bridge"').length === 4;

/** Look-ups a second, and the server's own processor time for each, in microseconds. */
async function round({ port, child }, check) {
  const before = processorMicroseconds(child.pid);
  const startedAt = process.hrtime.bigint();
  let left = requests;
  const latencies = [];
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sentAt = performance.now();
      const answer = await ask(port);
      latencies.push(performance.now() - sentAt);
      if (!check(answer)) throw new Error(`an answer was not as it has to be:\n${answer}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: requests / seconds,
    processor: (processorMicroseconds(child.pid) - before) / requests,
    p99: latencies[Math.floor(latencies.length * 0.99)],
  };
}

/** User and system time of a process, as the kernel counts it (clock ticks of 10 ms). */
function processorMicroseconds(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10_000;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const bare = await startBare();
const trunkhunt = await startTrunkhunt();
try {
  const isConstant = (answer) => answer.startsWith('HTTP/1.1 200');
  await round(bare, isConstant);
  await round(trunkhunt, isThreeLegPlan);
  const pairs = [];
  for (let at = 0; at < rounds; at += 1) {
    pairs.push({ bare: await round(bare, isConstant), trunkhunt: await round(trunkhunt, isThreeLegPlan) });
  }
  const show = (name, pick) => {
    const [a, b] = [median(pairs.map((it) => pick(it.bare))), median(pairs.map((it) => pick(it.trunkhunt)))];
    console.log(`${name.padEnd(34)} ${a.toFixed(2).padStart(10)} ${b.toFixed(2).padStart(10)}`);
  };
  console.log(`${rounds} rounds of ${requests} look-ups, ${connections} at a time, a connection each; medians`);
  console.log(`${''.padEnd(34)} ${'bare http'.padStart(10)} ${'trunkhunt'.padStart(10)}`);
  show('look-ups a second', (it) => it.perSecond);
  show('processor time, microseconds', (it) => it.processor);
  show('99th percentile, milliseconds', (it) => it.p99);
  const ratio = median(pairs.map((it) => it.trunkhunt.perSecond / it.bare.perSecond));
  const processorRatio = median(pairs.map((it) => it.bare.processor / it.trunkhunt.processor));
  console.log(
    `\nratio of look-ups a second: ${ratio.toFixed(3)} (by the servers' processor time: ${processorRatio.toFixed(3)})`,
  );
  console.log(`every one of ${rounds * requests} answers was a plan of three legs`);
  process.exitCode = ratio < least ? 1 : 0;
} finally {
  bare.child.kill();
  trunkhunt.child.kill();
  rmSync(folder, { recursive: true, force: true });
}
