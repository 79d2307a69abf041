import BetterSqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { sharing } from '../support/live-switch.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { programContext } from '../support/program-context.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const PATIENCE = { timeout: 20_000, interval: 5 };
const YEAR_MS = 365 * 86_400_000;
/** By the quick clock; nobody waits for its end here. */
const EJECT_MS = 3_600_000;

/** `serve` in this process, on a machine whose clocks are ours: the monotonic one is quick, the wall clock jumps. */
async function machine(sql: string) {
  const inventory = temporaryInventory(sql);
  const timers = scaledTimers(20);
  let wallErrorMs = 0;
  let skippedMs = 0;
  let stop: () => Promise<void> = () => Promise.resolve();
  const start = async (listenPort: number): Promise<number> => {
    let ask: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    let printed = '';
    const args = ['serve', '--database', inventory.path, '--listen', `127.0.0.1:${listenPort}`, '--create-example'];
    const ended = runProgram(
      [...args, '--log-level', 'silent'],
      programContext({
        terminal: {
          out: (text) => (printed += text),
          err: (text) => (printed += text),
          width: Infinity,
          hasColour: false,
          showsProgress: false,
        },
        nowMs: () => 1_795_332_252_000 + timers.nowMs() + skippedMs + wallErrorMs,
        clockMs: () => timers.nowMs() + skippedMs,
        bootId: 'this one',
        after: (delayMs, run) => timers.after(delayMs, run),
        stopped: () => asked,
      }),
    );
    stop = () => {
      ask();
      return ended;
    };
    return vi.waitFor(() => {
      const found = /127\.0\.0\.1:(\d+)\/fsapi/.exec(printed)?.[1];
      if (found === undefined) throw new Error(`it does not listen: ${printed}`);
      return Number(found);
    }, PATIENCE);
  };
  const port = await start(0);
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup: { port } });
  inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
  onTestFinished(async () => {
    await stop();
    await fs.stop();
  });
  const metric = async (name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    return sampleValue(parseMetrics(await response.text()), name, labels);
  };
  const until = async (holds: () => void | Promise<void>): Promise<void> => {
    await vi.waitFor(holds, PATIENCE);
  };
  const settled = (): Promise<void> =>
    until(async () => {
      expect(await metric('trunkhunt_switch_drift', { switch: 'fs1' })).toBe(0);
    });
  await settled();
  return {
    fs,
    timers,
    inventory,
    metric,
    until,
    ejected: (gateway: string, reason = 'faults') =>
      metric('trunkhunt_gateway_ejected', { switch: 'fs1', gateway, reason }),
    jump: (ms: number) => {
      wallErrorMs += ms;
    },
    /** @param passedMs how long nothing runs */
    restart: async (passedMs: number) => {
      await stop();
      skippedMs += passedMs;
      await start(port);
      await settled();
    },
  };
}

describe('a wall clock that jumps', () => {
  it('neither ejects nor frees a gateway, nor makes history old, also over a restart', async () => {
    const it = await machine(
      sharing({ gw1: 1, gw2: 1, gw3: 1 }, `eject_seconds = ${EJECT_MS / 1000}, slow_start_seconds = 0`),
    );
    const versions = (): unknown => {
      const database = new BetterSqlite(it.inventory.path, { readonly: true });
      try {
        return database.prepare('SELECT min(version) FROM history_versions').pluck().get();
      } finally {
        database.close();
      }
    };
    const before = versions();
    for (const gateway of ['gw1', 'gw3']) it.fs.setGateway(gateway, { ringAfterMs: 5, answerAfterMs: 10 });
    it.fs.setGateway('gw2', { refuse: 503 });
    it.jump(10 * YEAR_MS);
    await it.until(async () => {
      await it.fs.call({ number: '9980', hangupAfterMs: 1 });
      expect(await it.ejected('gw2')).toBe(1);
    });
    it.fs.setGateway('gw2', { ringAfterMs: 5, answerAfterMs: 10 });
    // A call that stays up holds its slot.
    const open = it.fs.startCall({ number: '9980' });
    await it.until(async () => {
      expect([
        await it.metric('trunkhunt_gateway_calls', { gateway: 'gw1' }),
        await it.metric('trunkhunt_gateway_calls', { gateway: 'gw3' }),
      ]).toContain(1);
    });
    for (const jumpMs of [1_000, -1_000, 3_600_000, -3_600_000, -20 * YEAR_MS, 10 * YEAR_MS, 10 * YEAR_MS]) {
      it.jump(jumpMs);
      const call = await it.fs.call({ number: '9980', hangupAfterMs: 1 });
      expect(call.tried.map(({ gateway }) => gateway)).not.toContain('gw2');
    }
    expect([await it.ejected('gw1'), await it.ejected('gw2'), await it.ejected('gw3')]).toEqual([0, 1, 0]);
    // By now old versions have been looked for, years ahead.
    await new Promise<void>((resolve) => void it.timers.after(11_000, resolve));
    expect(versions()).toBe(before);
    it.jump(-15 * YEAR_MS);
    await it.restart(EJECT_MS / 4);
    it.jump(25 * YEAR_MS);
    await it.restart(EJECT_MS / 4);
    expect([await it.ejected('gw1'), await it.ejected('gw2'), await it.ejected('gw3')]).toEqual([0, 1, 0]);
    it.jump(-10 * YEAR_MS);
    await it.restart(EJECT_MS / 2);
    await it.until(async () => {
      expect(await it.ejected('gw2', 'on_trial')).toBe(1);
    });
    open.hangUp();
  });
});

describe('daylight saving time', () => {
  it.each(['UTC', 'America/New_York', 'Australia/Lord_Howe'])(
    'is none of its business, also with TZ=%s',
    async (TZ) => {
      const inventory = temporaryInventory();
      inventory.run(`INSERT INTO profiles (name) VALUES ('p1');
      UPDATE history_versions SET at_ms = ${Date.UTC(2026, 2, 8, 6, 59, 59)}`);
      const { stdout } = await runCli(['history', '--database', inventory.path, '--json'], { environment: { TZ } });
      expect(stdout).toContain('"2026-03-08T06:59:59.000Z"');
      const table = await runCli(['history', '--database', inventory.path], { environment: { TZ } });
      expect(table.stdout).toContain('2026-03-08 06:59:59');
    },
  );
});
