// How near a look-up comes to the least that a Node server can do: the recorded requests, on a new connection each time as
// mod_xml_curl makes them, sent in turn to trunkhunt and to a bare node:http server that reads the same body and returns
// as many constant bytes. What trunkhunt answers is counted by its own metrics: all of it has to be documents.
//
//   node bench/lookup-ratio.mjs [--rounds 7] [--seconds 3] [--connections 8] [--quick] [--write]
//
// --quick: two short rounds, and exit status 1 below half of the ratios that are committed, since machines are noisy.
// --write: puts the figures into bench/results, under the day's date.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, percentile } from './support/median.mjs';
import { processorMicroseconds, root, startBare, startTrunkhunt } from './support/servers.mjs';
import { ask, steadyLoad } from './support/steady-load.mjs';
import { requireWrk, wrk } from './support/wrk.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '8' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 2 : 7));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 3));
const connections = Number(values.connections);
/** For the delay: as many look-ups a second as a busy installation has. */
const STEADY_PER_SECOND = 500;

/** Three PBXs and a route for the recorded call, so that a plan has three legs. */
const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw3', '172.16.4.115:5060');
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('2gw', 'gw3', 2);
  UPDATE routes SET context = 'public';
`;
const LOOKUPS = [
  { name: 'dialplan', section: 'dialplan', isRight: (answer) => answer.split('"bridge"').length === 4 },
  { name: 'distributor', section: 'configuration', isRight: (answer) => answer.includes('<list name=') },
  { name: 'gateways', section: 'directory', isRight: (answer) => answer.includes('<gateway name="gw3"') },
];
const RECORDED = {
  dialplan: 'dialplan-9980',
  distributor: 'configuration-distributor',
  gateways: 'directory-gateways',
};

requireWrk();
const results = join(root, 'bench', 'results');
const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-bench-'));
const trunkhunt = await startTrunkhunt(join(folder, 'inventory.db'), INVENTORY);
const figures = {};
try {
  for (const lookup of LOOKUPS) figures[lookup.name] = await measure(lookup);
} finally {
  trunkhunt.child.kill();
  rmSync(folder, { recursive: true, force: true });
}
print();
if (values.write) write();
if (values.quick) compare();

async function measure({ name, section, isRight }) {
  const request = readFileSync(join(root, 'test/fixtures/requests', `${RECORDED[name]}.http`));
  const answer = await rightAnswer(request, isRight);
  const bare = await startBare(answer.length - answer.indexOf('\r\n\r\n') - 4);
  try {
    const load = async (server) => {
      const before = processorMicroseconds(server);
      const { perSecond, requests, p99 } = await wrk(server.port, request, { connections, seconds });
      return { perSecond, requests, p99, processor: (processorMicroseconds(server) - before) / requests };
    };
    await load(bare);
    await load(trunkhunt);
    const pairs = [];
    const servedBefore = await served(section);
    for (let at = 0; at < rounds; at += 1) pairs.push({ bare: await load(bare), trunkhunt: await load(trunkhunt) });
    const asked = pairs.reduce((sum, it) => sum + it.trunkhunt.requests, 0);
    const answered = (await served(section)) - servedBefore;
    if (answered < asked) throw new Error(`${name}: ${asked} answers, of which ${answered} were documents`);
    const delay = { bare: [], trunkhunt: [] };
    for (let at = 0; at < rounds; at += 1) {
      for (const [who, { port }] of Object.entries({ bare, trunkhunt })) {
        delay[who].push(percentile(await steadyLoad(port, request, { perSecond: STEADY_PER_SECOND, seconds }), 99));
      }
    }
    return summed(pairs, delay, answer);
  } finally {
    bare.child.kill();
  }
}

function summed(pairs, delay, answer) {
  const middle = (pick) => median(pairs.map(pick));
  return {
    bytes: answer.length - answer.indexOf('\r\n\r\n') - 4,
    barePerSecond: Math.round(middle((it) => it.bare.perSecond)),
    perSecond: Math.round(middle((it) => it.trunkhunt.perSecond)),
    ratio: rounded(middle((it) => it.trunkhunt.perSecond / it.bare.perSecond)),
    bareProcessorMicroseconds: rounded(middle((it) => it.bare.processor)),
    processorMicroseconds: rounded(middle((it) => it.trunkhunt.processor)),
    processorRatio: rounded(middle((it) => it.bare.processor / it.trunkhunt.processor)),
    bareP99Milliseconds: rounded(median(delay.bare)),
    p99Milliseconds: rounded(median(delay.trunkhunt)),
    p99Ratio: rounded(median(delay.trunkhunt.map((p99, at) => p99 / delay.bare[at]))),
  };
}

/** The server takes a moment to take over the inventory of the benchmark. */
async function rightAnswer(request, isRight) {
  let answer = '';
  for (let attempt = 0; attempt < 100; attempt += 1) {
    answer = await ask(trunkhunt.port, request);
    if (isRight(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`an answer was not as it has to be:\n${answer}`);
}

/** How many documents of a section trunkhunt says that it has served. */
async function served(section) {
  const text = await (await fetch(`http://127.0.0.1:${trunkhunt.port}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`trunkhunt_xml_requests_total{section="${section}",result="served"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

function rounded(value) {
  return Number(value.toPrecision(3));
}

function print() {
  console.log(`${rounds} rounds of ${seconds} s, ${connections} look-ups at a time, a connection each; medians\n`);
  const rows = [
    ['', 'bytes', 'bare/s', 'trunkhunt/s', 'ratio', 'by CPU', `p99 ms at ${STEADY_PER_SECOND}/s`, 'of bare'],
    ...Object.entries(figures).map(([name, it]) => [
      name,
      it.bytes,
      it.barePerSecond,
      it.perSecond,
      it.ratio,
      it.processorRatio,
      `${it.bareP99Milliseconds} / ${it.p99Milliseconds}`,
      it.p99Ratio,
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) console.log(row.map((cell, column) => String(cell).padStart(widths[column])).join('  '));
}

function write() {
  const date = new Date().toISOString().slice(0, 10);
  const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  const file = join(results, `${date}.json`);
  writeFileSync(
    file,
    `${JSON.stringify({ date, machine, rounds, seconds, connections, lookups: figures }, null, 2)}\n`,
  );
  console.log(`\nwritten to bench/results/${date}.json`);
}

function compare() {
  const newest = readdirSync(results)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error('bench/results holds nothing to compare with');
  const committed = JSON.parse(readFileSync(join(results, newest), 'utf8')).lookups;
  for (const [name, { ratio }] of Object.entries(figures)) {
    const least = committed[name].ratio / 2;
    console.log(`${name}: ${ratio}, committed ${committed[name].ratio} (${newest}), at least half of it: ${least}`);
    if (ratio < least) process.exitCode = 1;
  }
}
