import { vi } from 'vitest';
import type { Log } from '../../src/config/log.ts';
import type { Credentials } from '../../src/config/credentials.ts';
import type { Timers } from '../../src/esl/timers.ts';
import { Gate } from '../../src/http/gate.ts';
import { CLIENT_TIMES, type ServerLimits } from '../../src/http/server-limits.ts';
import { runServer } from '../../src/http/run-server.ts';
import type { Certificates } from '../../src/http/secure-server.ts';
import { openSqliteSource } from '../../src/inventory/sqlite-source.ts';
import { type AccessRule, ruleForAll } from '../../src/live/access-rule.ts';
import { AccessRules } from '../../src/live/access-rules.ts';
import { DecisionBook } from '../../src/live/decision-book.ts';
import { decisionIds } from '../../src/live/decision-ids.ts';
import { Fleet } from '../../src/live/fleet.ts';
import { startInventoryLoop } from '../../src/live/inventory-loop.ts';
import { LiveState } from '../../src/live/live-state.ts';
import { numberMask } from '../../src/live/number-mask.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { collectOutput } from './collect-output.ts';
import { parseMetrics, type Sample } from './parse-metrics.ts';
import { temporaryInventory } from './temporary-inventory.ts';

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly data: object;
  readonly message: string;
}

/** Generous: the change itself takes a tenth of a second, and machines that run tests are busy. */
const PATIENCE = { timeout: 15_000, interval: 10 };

/** The parts of `serve`, put together in this process over a file of their own. */
export interface TestServer {
  readonly port: number;
  readonly database: string;
  readonly live: LiveState;
  readonly fleet: Fleet;
  readonly log: readonly LogEntry[];
  /** Commits SQL as another client, with foreign keys off, and waits until the server has served or refused what is there now. */
  change(sql: string): Promise<void>;
  metrics(): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  readonly credentials?: Credentials;
  /** Instead of the one credential. */
  readonly accessRules?: readonly AccessRule[];
  /** The clock of everything that waits. */
  readonly timers?: Timers;
  /** Last digits of numbers that are hidden. */
  readonly maskNumbers?: number;
  readonly limits?: Partial<ServerLimits>;
  /** Those of the server's own upkeep: how late the process is, who holds a connection. */
  readonly upkeepTimers?: Timers;
  /** Makes it an https server. */
  readonly certificates?: Certificates;
}

const REAL_TIMERS: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Time runs a thousand times as fast: failed attempts do not wait, and are soon forgiven. */
export const HURRIED: Timers = {
  nowMs: () => performance.now() * 1_000,
  after: (delayMs, run) => REAL_TIMERS.after(delayMs / 1_000, run),
};

/** Starts a server on a free port over a new inventory that this SQL has filled. */
export async function startServer(
  sql: string,
  {
    credentials,
    accessRules = [ruleForAll(credentials)],
    timers = REAL_TIMERS,
    maskNumbers = 0,
    limits,
    upkeepTimers = REAL_TIMERS,
    certificates,
  }: TestServerOptions = {},
): Promise<TestServer> {
  const inventory = temporaryInventory(sql);
  const log: LogEntry[] = [];
  const metrics = new ServerMetrics('0.0.0-test', 'v0.0.0');
  const decisions = new DecisionBook({
    timers,
    wallMs: () => 0,
    mask: numberMask(maskNumbers),
    metrics: metrics.decisionLog,
    log: collectingLog(log),
    file: undefined,
  });
  const live = new LiveState(metrics, collectingLog(log), () => timers.nowMs(), decisions);
  const fleet = new Fleet({ live, timers, random: () => 0.5, metrics: metrics.live, log: collectingLog(log) });
  const source = openSqliteSource(inventory.path, { waitMs: 0, clockMs: () => performance.now() });
  let outcomes = 0;
  const stopLoop = startInventoryLoop(
    {
      watch: (onChange) => source.watch(onChange),
      close: () => {
        source.close();
      },
      load: (previous) => {
        outcomes += 1;
        return source.load(previous);
      },
    },
    live,
  );
  const rules = new AccessRules(accessRules, Buffer.alloc(32, 2));
  const server = await runServer(
    { host: '127.0.0.1', port: 0 },
    {
      live,
      fleet,
      decisions,
      metrics,
      log: collectingLog(log),
      gate: new Gate({
        rules: () => rules,
        key: Buffer.alloc(32, 1),
        metrics: metrics.access,
        log: collectingLog(log),
        nowMs: () => timers.nowMs(),
        after: (delayMs, run) => timers.after(delayMs, run),
      }),
      stamps: { nowMs: () => 0, nextDecisionId: decisionIds(0, () => 0) },
      clockMs: () => upkeepTimers.nowMs(),
      after: (delayMs, run) => upkeepTimers.after(delayMs, run),
      limits: { ...CLIENT_TIMES, maxInWork: 1_000, maxWaitMs: 250, maxConnections: 12_000, ...limits },
    },
    certificates,
  );
  fleet.start();
  return {
    port: server.address.port,
    fleet,
    database: inventory.path,
    live,
    log,
    change: async (changes) => {
      const before = outcomes;
      inventory.run(changes);
      await vi.waitFor(() => {
        if (outcomes === before) throw new Error('the server has not looked at the inventory again');
      }, PATIENCE);
    },
    metrics: async () => {
      const text = await metrics.text();
      collectOutput('answer', '/metrics', text);
      return parseMetrics(text);
    },
    stop: async () => {
      await server.stop(1_000);
      fleet.stop();
      await decisions.stop();
      stopLoop();
      source.close();
      inventory.remove();
    },
  };
}

function collectingLog(entries: LogEntry[]): Log {
  const at = (level: LogEntry['level']) => (data: object, message: string) => {
    entries.push({ level, data, message });
    collectOutput('log', level, `${message} ${JSON.stringify(data)}`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
