import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { parseMetrics, type Sample } from './parse-metrics.ts';
import { serveProcess } from './serve-process.ts';
import { temporaryInventory } from './temporary-inventory.ts';

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL('./load-client.mjs', import.meta.url));
const REQUEST = fileURLToPath(new URL('../fixtures/requests/dialplan-9980.http', import.meta.url));

/** What a load was: one of the two loops of `load-client.mjs`. */
export interface Load {
  readonly perSecond?: number;
  readonly seconds?: number;
  readonly connections?: number;
  readonly requests?: number;
  readonly keepAlive?: boolean;
}

/** Milliseconds; null where there was no such answer. */
export interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface LoadResult {
  readonly begun: number;
  readonly plan: number;
  readonly notFound: number;
  /** Answers that are neither. */
  readonly other: number;
  readonly timedOut: number;
  /** Refused, or cut off before the answer was whole. */
  readonly failed: number;
  /** How long requests were begun. */
  readonly begunSeconds: number;
  readonly allMs: Spread;
  readonly planMs: Spread;
  readonly notFoundMs: Spread;
}

/** A server as a process of its own, asked by another one. */
export interface LoadedServer {
  readonly port: number;
  readonly pid: number;
  /** Asks for the recorded call, as often as is said. */
  load(load: Load): Promise<LoadResult>;
  metrics(): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

/** Three gateways and a route for the recorded call, so that a plan has three legs. */
const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2'), ('gw3', '192.0.2.3');
  INSERT INTO gateway_groups (name) VALUES ('trunks');
  INSERT INTO gateway_group_members (group_name, gateway, weight)
    VALUES ('trunks', 'gw1', 1), ('trunks', 'gw2', 2), ('trunks', 'gw3', 3);
  INSERT INTO routes (context, position, group_name) VALUES ('public', 1000, 'trunks');`;

/** So many routes before it, each with a pattern that is tried on the call, and in vain. */
const IN_VAIN = (count: number): string => `
  INSERT INTO routes (context, position, destination_pattern, group_name)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT 'public', 1, '[0-9]*' || (100000 + i) || '$', 'trunks' FROM n;`;

/** @param vainRoutes makes a decision expensive: some 6,000 of them take a millisecond */
export async function loadedServer(args: readonly string[], vainRoutes = 0): Promise<LoadedServer> {
  const inventory = temporaryInventory(INVENTORY + (vainRoutes === 0 ? '' : IN_VAIN(vainRoutes)));
  const server = await serveProcess(['--database', inventory.path, ...args]);
  onTestFinished(() => void server.child.kill('SIGKILL'));
  const { port } = server;
  return {
    port,
    pid: server.child.pid ?? 0,
    load: async (load) => {
      const options = JSON.stringify({ port, request: REQUEST, ...load });
      const { stdout } = await run(process.execPath, [CLIENT, options]);
      return JSON.parse(stdout) as LoadResult;
    },
    metrics: async () => parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    stop: async () => {
      await server.stop();
    },
  };
}
