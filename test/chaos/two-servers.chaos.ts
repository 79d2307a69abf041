import { copyFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { openStateFile } from '../../src/inventory/state-file.ts';
import { chance } from '../../src/simulation/chance.ts';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { sharing } from '../support/live-switch.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';
import { SupervisedServe } from './supervised-serve.ts';

const RUN = 'two-servers';
const SEED = 11;
const WEIGHTS: Readonly<Record<string, number>> = { gw1: 3, gw2: 2, gw3: 1 };
const NAMES = Object.keys(WEIGHTS);
const TOTAL = 6;
const CALLS_PER_SECOND = ofThisRun({ quick: 25, long: 50 });
const SECONDS = ofThisRun({ quick: 12, long: 300 });
/** Between two kills, and how long the killed one stays away: more than that at times. */
const QUIET_SECONDS = ofThisRun({ quick: 2, long: 4 });
const AWAY_SECONDS = 2;

/** What one run of one server has decided, from the turns with which it began. */
interface Account {
  readonly server: number;
  readonly begun: ReadonlyMap<string, number>;
  readonly given: Map<string, number>;
  calls: number;
  /** The farthest from a share so far, as the answers came. */
  farthest: number;
}

let drawn = 0;
const random = (): number => chance(SEED, (drawn += 1));
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** What a killed server leaves to the next one: calls that are due to each gateway. */
function lagsIn(path: string): ReadonlyMap<string, number> {
  const file = openStateFile(path);
  expect(file.complaint).toBeUndefined();
  const rows = file.read().filter(({ kind }) => kind === 'lags');
  file.close();
  const [first, ...others] = rows.flatMap(({ key, value }) => {
    const lags = new Map(JSON.parse(value ?? '[]') as readonly (readonly [string, number])[]);
    // Second choices have line-ups of their own, of fewer.
    return lags.size === NAMES.length && !key.includes('>') ? [lags] : [];
  });
  expect(others).toEqual([]);
  return first ?? new Map();
}

/** How far the calls that it gave are from those that were due, over all gateways. */
function distanceOf({ begun, given, calls }: Account): number {
  const distances = NAMES.map(
    (name) => (begun.get(name) ?? 0) + (calls * WEIGHTS[name]!) / TOTAL - (given.get(name) ?? 0),
  );
  return Math.max(...distances.map(Math.abs));
}

it('no call is without an answer, and each keeps its own share', async () => {
  const inventory = temporaryInventory(sharing(WEIGHTS));
  const copy = `${inventory.path}.second`;
  copyFileSync(inventory.path, copy);
  const paths = [inventory.path, copy];
  const servers = [
    await SupervisedServe.start(['--database', inventory.path]),
    await SupervisedServe.start(['--database', copy]),
  ];
  const timers = scaledTimers(1);
  const lookup = servers.map(({ port }) => ({ port, timeoutMs: 1_000 }));
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup });
  onTestFinished(async () => {
    await fs.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });
  const accounts: Account[] = servers.map((_, server) => ({
    server,
    begun: new Map(),
    given: new Map(),
    calls: 0,
    farthest: 0,
  }));
  const current = [accounts[0]!, accounts[1]!];

  const over = new AbortController();
  const killed = [0, 0];
  const kills = (async () => {
    await sleep(1);
    while (!over.signal.aborted) {
      // Both have their turn in the shortest of runs.
      const at = killed[0] === killed[1] ? 0 : random() < 0.5 ? 0 : 1;
      const [server, path] = [servers[at]!, paths[at]!];
      await server.kill();
      killed[at] = (killed[at] ?? 0) + 1;
      const account: Account = { server: at, begun: lagsIn(`${path}.state`), given: new Map(), calls: 0, farthest: 0 };
      await sleep(random() * AWAY_SECONDS);
      current[at] = account;
      accounts.push(account);
      await server.again();
      await sleep(random() * 2 * QUIET_SECONDS);
    }
  })();

  const delays: number[] = [];
  let asked = 0;
  let secondAsked = 0;
  let unanswered = 0;
  const placed: Promise<void>[] = [];
  const placeCall = async (): Promise<void> => {
    const call = fs.startCall({ number: `99${asked}`, hangupAfterMs: 200 });
    asked += 1;
    const startedMs = performance.now();
    const own = (): readonly { readonly binding: number; readonly outcome: string }[] =>
      fs.log.requests.filter((it) => it.section === 'dialplan' && it.fields['Unique-ID'] === call.uuid);
    // The answer is noted in the switch's log as it comes: by then its server is the one that decided.
    while (own().every(({ outcome, binding }) => outcome !== 'used' && binding === 0)) await sleep(0.002);
    delays.push(performance.now() - startedMs);
    const answer = own().at(-1)!;
    const account = current[answer.binding]!;
    if (answer.binding === 1) secondAsked += 1;
    const { answered, tried } = await call.result;
    if (!answered || answer.outcome !== 'used') {
      unanswered += 1;
      return;
    }
    const [first] = tried;
    account.calls += 1;
    account.given.set(first!.gateway, (account.given.get(first!.gateway) ?? 0) + 1);
    account.farthest = Math.max(account.farthest, distanceOf(account));
  };
  const startMs = performance.now();
  for (let at = 0; at < SECONDS * CALLS_PER_SECOND; at += 1) {
    await sleep(Math.max(0, startMs / 1000 + at / CALLS_PER_SECOND - performance.now() / 1000));
    placed.push(placeCall());
  }
  over.abort();
  await Promise.all([...placed, kills]);

  reportFigure(RUN, 'calls', asked);
  reportFigure(RUN, 'kill -9 of the first server, of the second', `${killed[0]}, ${killed[1]}`);
  reportFigure(RUN, 'calls that the second server decided', secondAsked);
  reportFigure(RUN, 'calls without an answer', unanswered);
  expect(unanswered).toBe(0);
  const atItsEnd = Math.max(...accounts.map(distanceOf));
  const ever = Math.max(...accounts.map(({ farthest }) => farthest));
  reportFigure(
    RUN,
    'farthest that a server was from its share, at the end of a run of it, in calls',
    atItsEnd.toFixed(2),
  );
  expect(atItsEnd).toBeLessThan(1);
  // Answers to calls of the same moment may come in another order than they were decided in.
  expect(ever).toBeLessThan(2);
  const together = NAMES.map((name) => {
    const given = accounts.reduce((sum, account) => sum + (account.given.get(name) ?? 0), 0);
    return Math.abs(given - (asked * WEIGHTS[name]!) / TOTAL);
  });
  reportFigure(
    RUN,
    'farthest from the shares of all calls, both servers and their restarts together, in calls',
    Math.max(...together).toFixed(2),
  );
  // Each run of a server begins with turns that are up to 5 s old: less than one call for each of them, and each way.
  expect(Math.max(...together)).toBeLessThan(2 * accounts.length);
  delays.sort((a, b) => a - b);
  reportFigure(
    RUN,
    'wait for the plan, median and longest, ms',
    `${Math.round(delays[delays.length >> 1] ?? 0)}, ${Math.round(delays.at(-1) ?? 0)}`,
  );
});
