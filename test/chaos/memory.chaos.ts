import { expect, it } from 'vitest';
import { type LoadedServer, loadedServer } from '../support/loaded-server.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

/** `CHAOS_REQUESTS` says another number for the long run. */
const REQUESTS = ofThisRun({ quick: 20_000, long: Number(process.env['CHAOS_REQUESTS'] ?? 10_000_000) });

const PIECES = ofThisRun({ quick: 20, long: 100 });
const TENTH = PIECES / 10;

/** What leaks is there to stay; what waits for the garbage collector differs by less than this. */
const TOLERANCE_BYTES = 64 * 1024 * 1024;

interface Memory {
  readonly residentBytes: number;
  readonly heapBytes: number;
}

it('memory does not grow with the number of requests', async () => {
  const server = await loadedServer([]);
  const memory: Memory[] = [];
  let plans = 0;
  let seconds = 0;
  for (let piece = 0; piece < PIECES; piece += 1) {
    // Switches make a connection for each request; a proxy in between may keep its own.
    for (const keepAlive of [false, true]) {
      const requests = Math.round(REQUESTS / PIECES / 2);
      const result = await server.load({ connections: 16, requests, keepAlive });
      expect(result).toMatchObject({ plan: result.begun, failed: 0, timedOut: 0 });
      plans += result.plan;
      seconds += result.begunSeconds;
    }
    memory.push(await memoryOf(server));
  }
  await server.stop();
  expect(plans).toBeGreaterThanOrEqual(REQUESTS);

  const [first, last] = [least(memory.slice(0, TENTH)), least(memory.slice(-TENTH))];
  reportFigure('memory', 'requests, every one answered with a plan', plans);
  reportFigure('memory', 'requests a second', Math.round(plans / seconds));
  reportFigure('memory', 'heap in the first tenth, MB', megabytes(first.heapBytes));
  reportFigure('memory', 'heap in the last tenth, MB', megabytes(last.heapBytes));
  reportFigure('memory', 'resident in the first tenth, MB', megabytes(first.residentBytes));
  reportFigure('memory', 'resident in the last tenth, MB', megabytes(last.residentBytes));
  reportFigure('memory', 'resident at most, MB', megabytes(Math.max(...memory.map((it) => it.residentBytes))));
  expect(last.heapBytes).toBeLessThan(first.heapBytes + TOLERANCE_BYTES);
  expect(last.residentBytes).toBeLessThan(first.residentBytes + 2 * TOLERANCE_BYTES);
});

async function memoryOf(server: LoadedServer): Promise<Memory> {
  const samples = await server.metrics();
  const read = (name: string): number => {
    const value = sampleValue(samples, name);
    if (value === undefined) throw new Error(`${name} is not among the metrics`);
    return value;
  };
  return { residentBytes: read('process_resident_memory_bytes'), heapBytes: read('nodejs_heap_size_used_bytes') };
}

/** Right after a collection of garbage is when the heap shows what is really kept. */
function least(memory: readonly Memory[]): Memory {
  return {
    residentBytes: Math.min(...memory.map((it) => it.residentBytes)),
    heapBytes: Math.min(...memory.map((it) => it.heapBytes)),
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
