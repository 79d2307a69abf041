// What TLS costs the server for each look-up, by the kind of its key: mod_xml_curl makes a new connection each time, so
// each look-up is a full handshake. A bare node server answers a constant document; what it spends of the processor is
// counted in its own process, over plain http and over https with certificates of the tests (the keys only differ).
//
//   node bench/tls-handshake.mjs [--rounds 5] [--requests 400]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, requests: { type: 'string', default: '400' } },
});
const [rounds, requests] = [Number(values.rounds), Number(values.requests)];
const fixtures = new URL('../test/fixtures/tls/', import.meta.url).pathname;
const KINDS = { 'plain http': undefined, 'ECDSA P-256': 'server', 'RSA 2048': 'renewed' };

const SERVER = `
  const { readFileSync } = require('node:fs');
  const [name] = process.argv.slice(1);
  const files = name && { cert: readFileSync(name + '.pem'), key: readFileSync(name + '.key'), minVersion: 'TLSv1.2' };
  const answer = (request, response) => response.end(request.url === '/cpu' ? JSON.stringify(process.cpuUsage()) : 'x'.repeat(1300));
  const server = name ? require('node:https').createServer(files, answer) : require('node:http').createServer(answer);
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;

async function startServer(name) {
  const child = spawn(process.execPath, ['-e', SERVER, ...(name === undefined ? [] : [fixtures + name])]);
  const [port] = await once(child.stdout, 'data');
  const ask = (path) =>
    new Promise((resolve, reject) => {
      const options = { port: Number(port), host: '127.0.0.1', path, agent: false, rejectUnauthorized: false };
      const asked = (name === undefined ? plain : secure)(options, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
      });
      asked.on('error', reject).end();
    });
  return { child, ask };
}

/** Microseconds of the processor that the server has spent. */
async function spent({ ask }) {
  const { user, system } = JSON.parse(await ask('/cpu'));
  return user + system;
}

const servers = new Map();
for (const [kind, name] of Object.entries(KINDS)) servers.set(kind, { ...(await startServer(name)), costs: [] });
for (let round = -1; round < rounds; round += 1) {
  for (const server of servers.values()) {
    const before = await spent(server);
    for (let at = 0; at < requests; at += 1) await server.ask('/');
    // The first round warms up.
    if (round >= 0) server.costs.push(((await spent(server)) - before) / requests);
  }
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const costs = new Map([...servers].map(([kind, server]) => [kind, median(server.costs)]));
for (const { child } of servers.values()) child.kill();
for (const [kind, cost] of costs) {
  console.log(`${kind.padEnd(12)} ${cost.toFixed(0).padStart(6)} µs of the processor for each look-up`);
}
const handshake = (kind) => costs.get(kind) - costs.get('plain http');
console.log(
  `RSA 2048 costs ${(handshake('RSA 2048') / handshake('ECDSA P-256')).toFixed(2)} times what ECDSA P-256 does`,
);
