// Asks a server as many switches do, from a process of its own, and prints what came of it as JSON.
//   node load-client.mjs '{"port":8080,"request":"FILE", ...}'
// "perSecond" and "seconds": an open loop, requests begin at that rate whatever becomes of those before them.
// "connections" and "requests" or "seconds": a closed loop, each connection asks when it was answered.
// "keepAlive": each of those stays on one connection; else each request has a new one, as mod_xml_curl makes it.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const {
  port,
  request,
  perSecond,
  seconds = Infinity,
  connections,
  requests = Infinity,
  keepAlive,
} = JSON.parse(process.argv[2]);
const bytes = readFileSync(request);
/** A switch with `timeout` in its xml_curl.conf gives up as well. */
const PATIENCE_MS = 10_000;

const took = { plan: [], notFound: [] };
const counts = { begun: 0, plan: 0, notFound: 0, other: 0, timedOut: 0, failed: 0 };
const startedAt = performance.now();
const elapsed = () => (performance.now() - startedAt) / 1000;
/** Latencies of some millions would fill this process: enough are kept for a 99th percentile. */
const KEPT = 200_000;

function answered(text, begunAt) {
  const kind = !text.startsWith('HTTP/1.1 200')
    ? 'other'
    : text.includes('"bridge"')
      ? 'plan'
      : text.includes('not found')
        ? 'notFound'
        : 'other';
  counts[kind] += 1;
  took[kind]?.push(performance.now() - begunAt);
  if (took[kind]?.length > KEPT) took[kind].splice(0, KEPT / 2);
}

/** Whether this is a whole answer, by its Content-Length. */
function isWhole(text) {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  return text.length >= head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1]);
}

/** One request on a connection of its own; settles when it is over, whatever came of it. */
function askOnce() {
  return new Promise((over) => {
    counts.begun += 1;
    const begunAt = performance.now();
    let text = '';
    let outcome = 'failed';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const patience = setTimeout(() => {
      outcome = 'timedOut';
      socket.destroy();
    }, PATIENCE_MS);
    socket.on('data', (chunk) => {
      text += chunk.latin1Slice();
      if (!isWhole(text)) return;
      outcome = undefined;
      answered(text, begunAt);
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(patience);
      if (outcome !== undefined) counts[outcome] += 1;
      over();
    });
    socket.write(bytes);
  });
}

/** One connection that asks until there is nothing more to ask. */
function askOn(isOver) {
  return new Promise((over) => {
    let text = '';
    let begunAt = performance.now();
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const ask = () => {
      if (isOver()) {
        socket.destroy();
        return;
      }
      counts.begun += 1;
      text = '';
      begunAt = performance.now();
      socket.write(bytes);
    };
    socket.on('data', (chunk) => {
      text += chunk.latin1Slice();
      if (!isWhole(text)) return;
      answered(text, begunAt);
      ask();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isOver()) counts.failed += 1;
      over();
    });
    ask();
  });
}

async function openLoop() {
  const waiting = new Set();
  await new Promise((done) => {
    const timer = setInterval(() => {
      const due = Math.floor(Math.min(elapsed(), seconds) * perSecond);
      while (counts.begun < due) {
        const asked = askOnce().then(() => waiting.delete(asked));
        waiting.add(asked);
      }
      if (elapsed() < seconds) return;
      clearInterval(timer);
      done();
    }, 1);
  });
  const begunFor = elapsed();
  await Promise.all(waiting);
  return begunFor;
}

async function closedLoop() {
  const isOver = () => counts.begun >= requests || elapsed() >= seconds;
  const client = async () => {
    if (keepAlive) await askOn(isOver);
    else while (!isOver()) await askOnce();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return elapsed();
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
function spread(values) {
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
}

const begunSeconds = await (perSecond === undefined ? closedLoop() : openLoop());
const result = {
  ...counts,
  begunSeconds,
  allMs: spread([...took.plan, ...took.notFound]),
  planMs: spread(took.plan),
  notFoundMs: spread(took.notFound),
};
process.stdout.write(JSON.stringify(result));
