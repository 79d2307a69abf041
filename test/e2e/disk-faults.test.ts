import { describe, expect, it, onTestFinished } from 'vitest';
import { serveProcess } from '../support/serve-process.ts';
import { askThroughout } from '../support/storage/ask-throughout.ts';
import { DISK_FAULTS } from '../support/storage/disk-faults.ts';
import { diskServer } from '../support/storage/disk-server.ts';
import { isServed, metricIs, ONE_ROUTE } from '../support/storage/faulty-server.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

describe('a running server', () => {
  it('serves on while disks are full or read-only, and needs no restart afterwards', async ({ skip }) => {
    const server = await diskServer();
    if (server === undefined) {
      process.stdout.write('skipped: this machine mounts no disks for users (unshare -Urm), so none can be full\n');
      skip();
      return;
    }
    const asker = askThroughout(server.port);
    try {
      for (const fault of DISK_FAULTS) await fault.run(server);
    } finally {
      await asker.stop();
      await server.stop();
    }
    expect(asker.asked()).toBeGreaterThan(DISK_FAULTS.length);
    expect(asker.lost()).toEqual([]);
    expect((await server.process.ended).status).toBe(0);
  });

  it('serves on where its files may grow no further', async () => {
    const { path, folder } = temporaryInventory(ONE_ROUTE);
    const server = await serveProcess(['--database', path, '--decision-log', `${folder}/decisions`], {
      through: ['sh', '-c', 'ulimit -f 64; exec "$0" "$@"'],
    });
    onTestFinished(() => {
      server.child.kill('SIGKILL');
    });
    const observed = { port: server.port, database: path, log: server.stderr };
    const asker = askThroughout(server.port, 0);
    await metricIs(observed, 'trunkhunt_decision_log_errors_total', (count) => count > 0);
    await asker.stop();
    expect(asker.lost()).toEqual([]);
    await isServed(observed, true);
    expect((await server.stop()).status).toBe(0);
  });
});
