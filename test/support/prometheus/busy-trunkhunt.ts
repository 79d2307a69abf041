import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { FakeFreeswitch } from '../fake-freeswitch/fake-freeswitch.ts';
import type { BehaviourScript, GatewayBehaviour, GatewayCall } from '../fake-freeswitch/gateway-behaviour.ts';
import { scaledTimers } from '../fake-freeswitch/scaled-timers.ts';
import { freePort } from '../freeswitch/free-port.ts';
import { parseMetrics, sampleValue } from '../parse-metrics.ts';
import { serveProcess, type ServeProcess } from '../serve-process.ts';
import { temporaryInventory, type TemporaryInventory } from '../temporary-inventory.ts';

/** The user is the one that the shipped prometheus.yml names. */
const USER = 'freeswitch';
const PASSWORD = 'not-a-secret-hushcanary';

const CALLS_A_SECOND = 20;
const TICK_MS = 50;

/** Carriers by weight, one of which fails; a group that is down; a gateway with few places; one that is drained. */
const SQL = `
  INSERT INTO gateways (name, proxy, ping_seconds, max_calls, state) VALUES
    ('carrier-a', '127.0.1.1:5060', 5, 400, 'active'), ('carrier-b', '127.0.1.2:5060', 5, 400, 'active'),
    ('carrier-c', '127.0.1.3:5060', 5, 400, 'active'), ('carrier-d', '127.0.1.4:5060', 5, NULL, 'drain'),
    ('dead', '127.0.1.5:5060', 5, NULL, 'active'), ('narrow', '127.0.1.6:5060', 5, 2, 'active');
  INSERT INTO gateway_groups (name, eject_seconds, slow_start_seconds) VALUES
    ('carriers', 20, 20), ('away', 30, 60), ('small', 30, 60);
  INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES
    ('carriers', 'carrier-a', 5), ('carriers', 'carrier-b', 3), ('carriers', 'carrier-c', 2),
    ('carriers', 'carrier-d', 1), ('away', 'dead', 1), ('small', 'narrow', 1);
  INSERT INTO routes (name, context, group_name) VALUES
    ('all', 'default', 'carriers'), ('to the dead', 'away', 'away'), ('to the narrow', 'small', 'small');
`;

/** Calls besides the usual ones, each so often among all. */
const SPECIAL: readonly (readonly [share: number, call: { readonly number: string; readonly context?: string }])[] = [
  [0.02, { number: '4930123456', context: 'away' }],
  [0.04, { number: '4930123456', context: 'small' }],
  [0.02, { number: '4930123456', context: 'nobody' }],
  [0.01, { number: 'sales' }],
];

/** A `trunkhunt serve` with calls going through it, in which all that the metrics tell of does happen. */
export class BusyTrunkhunt {
  readonly port: number;
  readonly password = PASSWORD;
  readonly #serve: ServeProcess;
  readonly #switches: readonly FakeFreeswitch[];
  readonly #inventory: TemporaryInventory;
  readonly #timer: NodeJS.Timeout;
  readonly #running = new Set<Promise<unknown>>();
  #random = 1;

  /**
   * @param speed how much faster than real time the switches are; the server itself knows real time only
   * @param behaviour what the carriers do with calls
   */
  static async start(
    speed: number,
    behaviour: BehaviourScript = (call) => carrierBehaviour(call, true),
  ): Promise<BusyTrunkhunt> {
    const inventory = temporaryInventory(SQL);
    const credentials = join(inventory.folder, 'credentials');
    writeFileSync(credentials, `${USER}:${PASSWORD}\n`);
    const serve = await serveProcess(['--database', inventory.path, '--credentials-file', credentials]);
    const timers = scaledTimers(speed);
    const lookup = { port: serve.port, credentials: `${USER}:${PASSWORD}` };
    const asking = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup });
    // Has calls and never asks: neither for its calls nor for its gateways.
    const mute = await FakeFreeswitch.start({ hostname: 'fs2', timers, lookup: undefined });
    for (const name of ['carrier-a', 'carrier-b', 'carrier-c', 'carrier-d', 'narrow']) {
      asking.setGateway(name, behaviour);
    }
    asking.setPeer('dead', { pings: 'silent' });
    const nobody = await freePort();
    inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES
      ('fs1', '127.0.0.1', ${asking.eslPort}), ('fs2', '127.0.0.1', ${mute.eslPort}), ('fs3', '127.0.0.1', ${nobody})`);
    const busy = new BusyTrunkhunt(serve, [asking, mute], inventory);
    try {
      await busy.#isSettled();
    } catch (error) {
      await busy.stop();
      throw error;
    }
    return busy;
  }

  private constructor(serve: ServeProcess, switches: readonly FakeFreeswitch[], inventory: TemporaryInventory) {
    this.port = serve.port;
    this.#serve = serve;
    this.#switches = switches;
    this.#inventory = inventory;
    this.#timer = setInterval(() => {
      for (let call = 0; call < (CALLS_A_SECOND * TICK_MS) / 1_000; call += 1) this.#place();
    }, TICK_MS);
  }

  /** Somebody commits a route that leads to no group. */
  spoilInventory(): void {
    this.#inventory.run("INSERT INTO routes (name, context, group_name) VALUES ('typo', 'default', 'cariers')");
  }

  /** What Prometheus gets. */
  async metricsText(): Promise<string> {
    const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    const response = await fetch(`http://127.0.0.1:${this.port}/metrics`, { headers: { authorization } });
    return response.text();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#serve.stop();
    for (const fake of this.#switches) await fake.stop();
    await Promise.allSettled(this.#running);
    this.#inventory.remove();
  }

  /** Until the server has seen the switches: a commit that is spoilt before that is never served. */
  async #isSettled(): Promise<void> {
    await vi.waitFor(
      async () => {
        const samples = parseMetrics(await this.metricsText());
        for (const [name, hostname, value] of [
          ['trunkhunt_switch_connected', 'fs1', 1],
          ['trunkhunt_switch_connected', 'fs3', 0],
          ['trunkhunt_switch_drift', 'fs1', 0],
          ['trunkhunt_switch_drift', 'fs2', 6],
        ] as const) {
          expect(sampleValue(samples, name, { switch: hostname }), `${name} of ${hostname}`).toBe(value);
        }
      },
      { timeout: 30_000, interval: 100 },
    );
  }

  #place(): void {
    const [asking, mute] = this.#switches;
    const at = this.#next();
    let below = 0;
    const special = SPECIAL.find(([share]) => at < (below += share))?.[1];
    const number = `4930${String(Math.floor(this.#next() * 1e6)).padStart(6, '0')}`;
    const cancels = this.#next() < 0.05 ? { cancelAfterMs: 300 } : {};
    this.#start(asking, { number, hangupAfterMs: 4_000 + this.#next() * 20_000, ...cancels, ...special });
    if (this.#next() < 0.1) this.#start(mute, { number });
  }

  #start(fake: FakeFreeswitch | undefined, options: Parameters<FakeFreeswitch['call']>[0]): void {
    if (fake === undefined) return;
    // Calls that are up when the switch goes away end as they may.
    const ended = fake.call(options).catch(() => undefined);
    this.#running.add(ended);
    void ended.finally(() => this.#running.delete(ended));
  }

  /** The same calls in each run. */
  #next(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }
}

/**
 * What a carrier does with a call: somebody answers, some callees are busy, some phones take long to ring.
 * @param isFailing whether carrier b fails most of its calls
 */
export function carrierBehaviour({ gateway, random }: GatewayCall, isFailing: boolean): GatewayBehaviour {
  if (isFailing && gateway === 'carrier-b' && random() < 0.7) return { refuse: 503 };
  if (random() < 0.1) return { refuse: 486, refuseAfterMs: 400, ringAfterMs: 200 };
  return { ringAfterMs: 100 + 900 * random() ** 2, answerAfterMs: 1_500 + 1_500 * random() };
}
