// Load as mod_xml_curl makes it: a new connection for each look-up, the next one once the answer is there. By wrk, since
// a client written here would cost more than the servers that it is to measure.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ends the process where wrk is missing. */
export function requireWrk() {
  if (spawnSync('wrk', ['--version']).error === undefined) return;
  console.error('this benchmark loads the servers with wrk, which is not there: apt-get install wrk');
  process.exit(2);
}

/** @returns requests, how many a second, and percentiles of the time to an answer in milliseconds */
export async function wrk(port, request, { connections, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-wrk-'));
  try {
    const script = join(folder, 'lookup.lua');
    writeFileSync(script, luaScript(request), 'latin1');
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/fsapi`];
    const output = await run('wrk', args);
    const figures = JSON.parse(output.slice(output.lastIndexOf('\n{') + 1));
    if (figures.failed > 0) throw new Error(`${figures.failed} look-ups had no answer:\n${output}`);
    return { ...figures, perSecond: figures.requests / figures.seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { encoding: 'utf8' }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}

/** Sends the recorded request as it is, but for the connection, which ends with the answer. */
function luaScript(request) {
  const bytes = withConnectionClosed(request);
  const literal = [...bytes].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('');
  return `local whole = "${literal}"
request = function() return whole end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\\n{"requests":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f,"longest":%f}',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
`;
}

/** libcurl asks for an open connection, and closes it all the same: its handle lives for one request. */
function withConnectionClosed(request) {
  const head = request.indexOf('\r\n\r\n');
  return Buffer.concat([request.subarray(0, head), Buffer.from('\r\nConnection: close'), request.subarray(head)]);
}
