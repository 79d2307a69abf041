import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { sampleValue } from '../support/parse-metrics.ts';
import { startServer } from '../support/start-server.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const GATEWAY = (name: string): string => `INSERT INTO gateways (name, proxy) VALUES ('${name}', '192.0.2.1');`;

type Server = Awaited<ReturnType<typeof startServer>>;

const sample = async (server: Server, name: string) => sampleValue(await server.metrics(), name);

/** The names of the gateways that are served. */
async function gateways(server: Server): Promise<readonly (string | undefined)[]> {
  const states = (await server.metrics()).filter(({ name }) => name === 'trunkhunt_gateway_state');
  return [...new Set(states.map(({ labels }) => labels['gateway']))];
}

describe('the inventory file', () => {
  it('is followed where another one takes its place, and missed where it is gone', async () => {
    const server = await startServer(GATEWAY('before'));
    const other = temporaryInventory(GATEWAY('after'));
    try {
      other.run('PRAGMA wal_checkpoint(TRUNCATE)');
      copyFileSync(other.path, `${server.database}.new`);
      renameSync(`${server.database}.new`, server.database);
      await vi.waitFor(async () => {
        expect(await gateways(server)).toEqual(['after']);
      }, 10_000);
      rmSync(server.database);
      await vi.waitFor(async () => {
        expect(await sample(server, 'trunkhunt_inventory_last_reload_successful')).toBe(0);
      }, 10_000);
      expect(await gateways(server)).toEqual(['after']);
    } finally {
      await server.stop();
      other.remove();
    }
  });

  it('may be written to by others for their own ends: what is served stays the same', async () => {
    const server = await startServer(GATEWAY('gw1'));
    try {
      const before = await sample(server, 'trunkhunt_inventory_generation');
      await server.change('CREATE TABLE my_cdr (x); INSERT INTO my_cdr VALUES (1);');
      await server.change(GATEWAY('gw2'));
      await vi.waitFor(async () => {
        expect(await gateways(server)).toEqual(['gw1', 'gw2']);
      }, 10_000);
      expect(await sample(server, 'trunkhunt_inventory_generation')).toBe((before ?? 0) + 1);
    } finally {
      await server.stop();
    }
  });
});
