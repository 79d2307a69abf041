import BetterSqlite from 'better-sqlite3';
import { vi } from 'vitest';
import { lookupRequest } from '../lookup-request.ts';
import { parseMetrics, type Sample, sampleValue } from '../parse-metrics.ts';
import { sendRaw } from '../raw-http.ts';

/** What can be asked of a server that something is broken under. */
export interface Observed {
  readonly port: number;
  /** Its log so far. */
  log(): string;
  /** The file of the inventory as this process reaches it. */
  readonly database: string;
  /** Runs SQL where the file is seen, if that is not here; throws SQLite's message. */
  readonly edit?: (sql: string) => void;
}

export const PATIENCE = { timeout: 20_000, interval: 50 };

/** One route, to two gateways. */
export const ONE_ROUTE = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('pair');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('pair', 'gw1'), ('pair', 'gw2');
  INSERT INTO routes (context, group_name) VALUES ('default', 'pair');`;

async function metricsOf({ port }: Observed): Promise<readonly Sample[]> {
  const { body } = await sendRaw(
    port,
    lookupRequest({ method: 'GET', path: '/metrics', headers: ['Connection: close'] }),
  );
  return parseMetrics(body.toString('utf8'));
}

/** Waits until a metric without labels, or with those given, has a value. */
export async function metricIs(
  server: Observed,
  name: string,
  wanted: number | ((value: number) => boolean),
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await vi.waitFor(async () => {
    const value = sampleValue(await metricsOf(server), name, labels);
    const isRight = typeof wanted === 'number' ? value === wanted : value !== undefined && wanted(value);
    if (!isRight) throw new Error(`${name} is ${value}: ${server.log().slice(-3000)}`);
  }, PATIENCE);
}

/** Whether what the server last looked at is what it serves. */
export async function isServed(server: Observed, isWell: boolean): Promise<void> {
  await metricIs(server, 'trunkhunt_inventory_readable', isWell ? 1 : 0);
  await metricIs(server, 'trunkhunt_inventory_last_reload_successful', isWell ? 1 : 0);
}

/** Commits a gateway as any SQL client does. @throws Error with SQLite's message */
export function addGateway(server: Observed, name: string): void {
  const sql = `INSERT INTO gateways (name, proxy) VALUES ('${name}', '192.0.2.9')`;
  if (server.edit !== undefined) {
    server.edit(sql);
    return;
  }
  const client = new BetterSqlite(server.database, { fileMustExist: true });
  try {
    client.exec(sql);
  } finally {
    client.close();
  }
}

/** Proves that changes are followed again: one is committed, and served. */
export async function followsAgain(server: Observed, name: string): Promise<void> {
  await vi.waitFor(() => {
    addGateway(server, name);
  }, PATIENCE);
  await metricIs(server, 'trunkhunt_gateway_state', 1, { gateway: name, state: 'active' });
  await isServed(server, true);
}

/** How many lines of the log are about this. */
export const linesAbout = (server: Observed, what: RegExp): number =>
  server
    .log()
    .split('\n')
    .filter((line) => what.test(line)).length;
