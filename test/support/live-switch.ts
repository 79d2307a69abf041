import { expect, onTestFinished, vi } from 'vitest';
import type { SwitchReport } from '../../src/live/switch-report.ts';
import { FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from './fake-freeswitch/scaled-timers.ts';
import { type Sample, sampleValue } from './parse-metrics.ts';
import { startServer, type TestServer } from './start-server.ts';

/** Generous: what takes a second of the switches' time takes some hundredths of it here, unless the machine is busy. */
const PATIENCE = { timeout: 20_000, interval: 5 };

export interface LiveSwitchesOptions {
  /** How much faster than real time everything runs. */
  readonly speed?: number;
  /** By hostname. */
  readonly switches?: Readonly<Record<string, Partial<FakeFreeswitchOptions>>>;
  /** The switches that are waited for at the start; all by default. */
  readonly settle?: readonly string[];
}

/** A server and the switches that it listens to, in this process, all by the same quick clock. */
export interface LiveSwitches {
  readonly server: TestServer;
  readonly timers: ReturnType<typeof scaledTimers>;
  /** The switch of this name; of the only one where none is named. */
  fs(hostname?: string): FakeFreeswitch;
  report(hostname?: string): SwitchReport;
  /** Waits until the switch is listened to and as SQL wants it. */
  settled(hostname?: string): Promise<void>;
  /** The value of one sample; NaN where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Waits until it holds, without knowing how long that takes. */
  until(holds: () => void | Promise<void>): Promise<void>;
  /** Lets so much of the switches' time pass. */
  pass(ms: number): Promise<void>;
}

/** Starts a server over an inventory that this SQL fills, and a fake FreeSWITCH for each hostname (`fs1` by default). */
export async function liveSwitches(
  sql: string,
  { speed = 50, switches = { fs1: {} }, settle = Object.keys(switches) }: LiveSwitchesOptions = {},
): Promise<LiveSwitches> {
  const timers = scaledTimers(speed);
  const server = await startServer(sql, { timers });
  const running = new Map<string, FakeFreeswitch>();
  for (const [hostname, options] of Object.entries(switches)) {
    running.set(hostname, await FakeFreeswitch.start({ hostname, timers, lookup: { port: server.port }, ...options }));
  }
  onTestFinished(async () => {
    await server.stop();
    for (const fake of running.values()) await fake.stop();
  });
  const fs = (hostname = [...running.keys()][0] ?? ''): FakeFreeswitch => {
    const fake = running.get(hostname);
    if (fake === undefined) throw new Error(`there is no switch ${hostname}`);
    return fake;
  };
  const report = (hostname = [...running.keys()][0] ?? ''): SwitchReport => {
    const found = server.fleet.reports.find((it) => it.switch === hostname);
    if (found === undefined) throw new Error(`switch ${hostname} is not listened to`);
    return found;
  };
  const until = async (holds: () => void | Promise<void>): Promise<void> => {
    await vi.waitFor(holds, PATIENCE);
  };
  const live: LiveSwitches = {
    server,
    timers,
    fs,
    report,
    until,
    settled: async (hostname) => {
      await until(() => {
        expect(report(hostname)).toMatchObject({ connected: true, synced: true, drift: [] });
        expect(report(hostname).gateways.running).toBeGreaterThanOrEqual(report(hostname).gateways.wanted);
      });
    },
    metric: async (name, labels = {}) => sampleValue(await server.metrics(), name, labels) ?? Number.NaN,
    pass: (ms) => new Promise((resolve) => void timers.after(ms, resolve)),
  };
  const rows = [...running].map(([hostname, fake]) => `('${hostname}', '127.0.0.1', ${fake.eslPort}, 'ClueCon')`);
  await server.change(`INSERT INTO switches (hostname, esl_host, esl_port, esl_password) VALUES ${rows.join(', ')}`);
  for (const hostname of settle) {
    await live.settled(hostname);
    // A switch that starts after it was named in SQL has asked here for its gateways; these were there before.
    await fs(hostname).command('sofia profile external rescan');
  }
  return live;
}

/** The sum of all samples of a metric that have these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((it) => it.name === name && Object.entries(labels).every(([label, value]) => it.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** SQL for gateways that share the calls of context `default` by weight. */
export function sharing(weights: Readonly<Record<string, number>>, group = '', gateway = ''): string {
  const names = Object.keys(weights);
  return `
    INSERT INTO gateways (name, proxy, ping_seconds) VALUES
      ${names.map((name, at) => `('${name}', '127.0.1.${at + 1}:5060', 5)`).join(', ')};
    ${gateway === '' ? '' : `UPDATE gateways SET ${gateway};`}
    INSERT INTO gateway_groups (name) VALUES ('g');
    ${group === '' ? '' : `UPDATE gateway_groups SET ${group};`}
    INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES
      ${names.map((name) => `('g', '${name}', ${weights[name] ?? 1})`).join(', ')};
    INSERT INTO routes (name, context, group_name) VALUES ('all', 'default', 'g');
  `;
}
