import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { sharing } from '../support/live-switch.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { runCli } from '../support/run-cli.ts';
import { serveProcess, type ServeProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

/** The real process over a switch that runs in this one; both by the real clock. */
async function served(sql: string) {
  const inventory = temporaryInventory(sql);
  const start = (port = 0): Promise<ServeProcess> =>
    serveProcess(['--database', inventory.path, '--listen', `127.0.0.1:${port}`]);
  let serve = await start();
  const { port } = serve;
  const timers = scaledTimers(1);
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup: { port } });
  inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
  onTestFinished(async () => {
    serve.child.kill('SIGKILL');
    await serve.ended;
    await fs.stop();
  });
  const metric = async (name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return sampleValue(parseMetrics(await response.text()), name, labels);
  };
  const until = async (holds: () => void | Promise<void>): Promise<void> => {
    await vi.waitFor(holds, PATIENCE);
  };
  const isListenedTo = (): Promise<void> =>
    until(async () => {
      const { stdout } = await runCli(['switches', '--json', '--listen', `127.0.0.1:${port}`]);
      expect(JSON.parse(stdout)).toMatchObject({ switches: [{ connected: true, synced: true, drift: [] }] });
    });
  await isListenedTo();
  return {
    fs,
    port,
    inventory,
    state: `${inventory.path}.state`,
    metric,
    until,
    log: () => serve.stderr(),
    stop: () => serve.stop(),
    kill: async () => {
      serve.child.kill('SIGKILL');
      await serve.ended;
    },
    startAgain: async () => {
      serve = await start(port);
      await isListenedTo();
    },
  };
}

describe('trunkhunt that starts again', () => {
  it('finds the calls again that it knew of, and lets go of them when they end', async () => {
    const it = await served(sharing({ gw1: 1 }, '', 'max_calls = 2'));
    const call = it.fs.startCall({ number: '9980' });
    await it.until(async () => {
      expect(await it.metric('trunkhunt_gateway_calls', { gateway: 'gw1' })).toBe(1);
    });
    await it.kill();
    await it.startAgain();
    await it.until(async () => {
      expect(await it.metric('trunkhunt_gateway_calls', { gateway: 'gw1' })).toBe(1);
      expect(await it.metric('trunkhunt_gateway_headroom_calls', { gateway: 'gw1' })).toBe(1);
    });
    call.hangUp();
    await it.until(async () => {
      expect(await it.metric('trunkhunt_gateway_headroom_calls', { gateway: 'gw1' })).toBe(2);
    });
  });

  it('goes on with turns, evidence and ejections, and applies nothing twice', async () => {
    const it = await served(sharing({ gw1: 2, gw2: 1, gw3: 1, gw4: 1 }, 'eject_seconds = 600'));
    for (const gateway of ['gw1', 'gw3', 'gw4']) it.fs.setGateway(gateway, { ringAfterMs: 5, answerAfterMs: 10 });
    it.fs.setGateway('gw2', { refuse: 503 });
    for (let call = 0; call < 22; call += 1) await it.fs.call({ number: '9980', hangupAfterMs: 1 });
    await it.until(async () => {
      expect(await it.metric('trunkhunt_gateway_ejected', { switch: 'fs1', gateway: 'gw2', reason: 'faults' })).toBe(1);
    });
    const before = it.fs.log.commands.filter(({ command }) => /killgw|rescan/.test(command)).length;
    await it.stop();
    expect(statSync(it.state).mode & 0o777).toBe(0o600);
    await it.startAgain();
    expect(await it.metric('trunkhunt_gateway_ejected', { switch: 'fs1', gateway: 'gw2', reason: 'faults' })).toBe(1);
    const firsts: string[] = [];
    for (let call = 0; call < 8; call += 1) {
      firsts.push((await it.fs.call({ number: '9980', hangupAfterMs: 1 })).tried[0]!.gateway);
    }
    expect(firsts).not.toContain('gw2');
    expect(firsts.filter((name) => name === 'gw1')).toHaveLength(4);
    expect(it.fs.log.commands.filter(({ command }) => /killgw|rescan/.test(command))).toHaveLength(before);
  });

  it('brings what changed in the meantime to the switch', async () => {
    const it = await served(sharing({ gw1: 1, gw2: 1 }));
    await it.stop();
    it.inventory.run(
      "UPDATE gateways SET username = 'u', password = 'new-hushcanary', context = 'other' WHERE name = 'gw1'",
    );
    await it.startAgain();
    const changes = it.fs.log.commands.map(({ command }) => command).filter((command) => /killgw|rescan/.test(command));
    // Whether the switch still asks here is seen before anything is taken away.
    const rescan = 'sofia profile external rescan';
    expect(changes).toEqual([rescan, 'sofia profile external killgw gw1', rescan]);
  });

  it.each([
    [
      'is damaged',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 0, 200);
        writeFileSync(path, bytes);
      },
    ],
    [
      'is something else',
      (path: string) => {
        writeFileSync(path, 'not a database\n');
      },
    ],
  ])('starts all the same where the state file %s', async (_, spoil) => {
    const it = await served(sharing({ gw1: 1 }));
    await it.stop();
    spoil(it.state);
    await it.startAgain();
    expect(it.log()).toMatch(/learned state begins anew: .*put aside as .*\.damaged/);
    expect((await it.fs.call({ number: '9980', hangupAfterMs: 1 })).answered).toBe(true);
  });

  it('starts without a state file where none can be written', async () => {
    const inventory = temporaryInventory(sharing({ gw1: 1 }));
    const missing = join(inventory.folder, 'no', 'such', 'folder', 'state.db');
    const serve = await serveProcess(['--database', inventory.path, '--state', missing]);
    expect(serve.stderr()).toMatch(/nothing learned is kept over a restart/);
    expect((await serve.stop()).status).toBe(0);
  });
});
