import { describe, expect, it } from 'vitest';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';
import { immediately, ReconciledSwitch } from './reconciled-switch.ts';
import { asItRuns } from './scripted-sofia.ts';

const RESCAN = 'bgapi sofia profile external rescan';
const killgw = (name: string, profile = 'external') => `api sofia profile ${profile} killgw ${name}`;
const question = (name: string) => `api sofia xmlstatus gateway ${name}`;
const ALL = 'api sofia xmlstatus gateway';

const REGISTERED: GatewayPlan = { register: 1, username: 'u', password: 'old' };
const runningOf = (name: string, plan: GatewayPlan = {}) =>
  asItRuns(buildSnapshot({ gateways: { [name]: plan } }).gateways[0]!);

const NOTHING_DRIFTED = { drift: [], draining: [], commands: [], refused: [] };

describe('a switch without its gateways', () => {
  it('gets them by one rescan for each profile, and nothing more afterwards', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {}, b: REGISTERED, c: {}, w: { profile: 'wan' } } });
    const plan = await it.pass();
    expect(it.sent()).toEqual([RESCAN, 'bgapi sofia profile wan rescan']);
    expect(plan).toEqual({
      ...NOTHING_DRIFTED,
      commands: ['sofia profile external rescan', 'sofia profile wan rescan'],
    });
    expect(it.sofia.names.toSorted()).toEqual(['a', 'b', 'c', 'w']);
    expect(it.metrics.news()).toEqual(['command fs1 rescan ok', 'command fs1 rescan ok', 'drift fs1 0']);
    expect(await it.pass()).toEqual(NOTHING_DRIFTED);
    expect(it.sofia.connection.news()).toEqual([ALL]);
  });

  it('is left alone before the first inventory', async () => {
    const it = new ReconciledSwitch();
    it.sofia.run(runningOf('foreign'));
    expect([await it.pass(), await it.reconciler.plan(it.sofia.connection)]).toEqual([
      NOTHING_DRIFTED,
      NOTHING_DRIFTED,
    ]);
    expect(it.sofia.connection.news()).toEqual([]);
  });
});

describe('gateways that changed', () => {
  it('are the only ones that are touched: 3 of 1,000', async () => {
    const gateways = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [`gw${at}`, { username: 'u', password: 'old' }]),
    );
    const it = await new ReconciledSwitch({ gateways }).settle();
    const changed = Object.fromEntries(
      ['gw17', 'gw500', 'gw999'].map((name) => [name, { username: 'u', password: 'new' }]),
    );
    it.serve({ gateways: { ...gateways, ...changed } });
    const { drift } = await it.pass();
    expect(it.sofia.connection.news()).toEqual([
      ALL,
      ...Object.keys(changed).map((name) => killgw(name)),
      RESCAN,
      ...Object.keys(changed).map(question),
    ]);
    expect([drift, it.sofia.names.length]).toEqual([[], 1_000]);
    it.sofia.tick();
    it.timers.advance(50);
    await immediately();
    it.sofia.connection.news();
    expect(await it.pass()).toEqual(NOTHING_DRIFTED);
    expect(it.sofia.connection.news()).toEqual([ALL]);
  });

  it('are not those in which only weights, limits, rules or states changed', async () => {
    const it = await new ReconciledSwitch({
      gateways: { a: {}, b: {} },
      groups: { g: { members: { a: 1, b: 1 } } },
    }).settle();
    it.serve({
      gateways: { a: { maxCalls: 3, stripDigits: 1, drainSeconds: 5 }, b: { state: 'drain' } },
      groups: { g: { members: { a: 7, b: 0 } } },
    });
    expect(await it.pass()).toEqual(NOTHING_DRIFTED);
    expect(it.sofia.connection.news()).toEqual([ALL]);
  });

  it('that register are gone before they are added again: the un-REGISTER must not hit the new binding', async () => {
    const it = await new ReconciledSwitch({ gateways: { r: REGISTERED, a: {} } }).settle();
    it.serve({ gateways: { r: { ...REGISTERED, password: 'new' }, a: { proxy: 'other.example' } } });
    const pass = it.pass();
    await immediately();
    expect(it.sent()).toEqual([killgw('a'), killgw('r')]);
    it.sofia.tick();
    const { drift } = await pass;
    expect([it.sent(), drift, it.sofia.names.toSorted()]).toEqual([[RESCAN], [], ['a', 'r']]);
  });

  it('that register hold the others up for seconds at most, and come when they are gone', async () => {
    const it = await new ReconciledSwitch({ gateways: { r: REGISTERED, s: REGISTERED } }).settle();
    it.serve({ gateways: { r: { ...REGISTERED, password: 'new' }, s: REGISTERED, n: {} } });
    const pass = it.pass();
    await immediately();
    expect(it.sent()).toEqual([killgw('r')]);
    it.timers.advance(5_000);
    // The registrar of r is away: n need not wait for that, and r is not handed out before it is gone.
    expect((await pass).drift.map(({ name }) => name)).toEqual(['r']);
    expect([it.sent(), it.sofia.names.toSorted()]).toEqual([[RESCAN], ['n', 's']]);
    expect(it.reach.reachOf('fs1', 'r')).toBe('absent');
    expect(await it.pass()).toMatchObject({ commands: [], drift: [{ name: 'r' }] });
    expect(it.left).toBe(0);
    it.timers.advance(35_000);
    await immediately();
    expect(it.left).toBe(1);
    it.sofia.tick();
    expect((await it.pass()).drift).toEqual([]);
    expect(it.sent()).toEqual([RESCAN]);
  });

  it('alone, and leave slowly, are told nothing in between', async () => {
    const it = await new ReconciledSwitch({ gateways: { r: REGISTERED } }).settle();
    it.serve({ gateways: { r: { ...REGISTERED, password: 'new' } } });
    const pass = it.pass();
    await immediately();
    it.timers.advance(5_000);
    await pass;
    expect(it.sent()).toEqual([killgw('r')]);
  });

  it('of profile are taken from the one, once the other is known to ask here, and added to it', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {}, b: {} } }).settle();
    it.serve({ gateways: { a: { profile: 'wan' }, b: {} } });
    expect((await it.pass()).drift).toEqual([]);
    const wan = 'bgapi sofia profile wan rescan';
    expect(it.sent()).toEqual([wan, killgw('a'), wan]);
  });

  it('stay as they are where the switch does not ask here: taken away, nothing would come in their place', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.sofia.run(runningOf('a'));
    await it.settle();
    it.isAsking = false;
    it.serve({ gateways: { a: { proxy: 'other.example' } } });
    for (let pass = 0; pass < 5; pass += 1) expect((await it.pass()).drift).toHaveLength(1);
    expect([it.sent().includes(killgw('a')), it.sofia.names]).toEqual([false, ['a']]);
  });

  it('stay as they are, with their calls, where the switch refuses to let go of them', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {}, b: {} } }).settle();
    it.sofia.refuse = /killgw a/;
    it.serve({ gateways: { a: { proxy: 'other.example' }, b: {} } });
    expect((await it.pass()).drift.map(({ name }) => name)).toEqual(['a']);
    it.timers.advance(50);
    await immediately();
    expect(it.reach.reachOf('fs1', 'a')).toBe('up');
    it.sofia.refuse = undefined;
    expect((await it.pass()).drift).toEqual([]);
  });

  it('at the switch, by whose hand whatsoever, are put right', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {}, b: {} } }).settle();
    await it.sofia.connection.api('sofia profile external killgw a');
    it.sofia.tick();
    it.sofia.connection.news();
    await it.pass();
    expect([it.sent(), it.sofia.names]).toEqual([[RESCAN], ['a', 'b']]);
  });
});

describe('gateways that are wanted no more', () => {
  it.each<[string, Record<string, GatewayPlan>]>([
    ['removed', { b: {} }],
    ['disabled', { a: { state: 'disabled' }, b: {} }],
    ['given to other switches', { a: { switches: ['fs2'] }, b: {} }],
  ])('go when their calls are over, without a rescan: %s', async (_, gateways) => {
    const it = await new ReconciledSwitch({ gateways: { a: { drainSeconds: 100 }, b: {} } }).settle();
    it.calls.set('a', 1);
    it.serve({ gateways });
    expect(await it.pass()).toEqual({ ...NOTHING_DRIFTED, draining: ['a'] });
    expect([it.sent(), it.reconciler.hasDrained]).toEqual([[], false]);
    it.calls.set('a', 0);
    expect(it.reconciler.hasDrained).toBe(true);
    expect(await it.pass()).toEqual({ ...NOTHING_DRIFTED, commands: ['sofia profile external killgw a'] });
    expect([it.sent(), it.sofia.names]).toEqual([[killgw('a')], ['b']]);
    it.sofia.tick();
    await it.pass();
    expect([it.sent(), it.reconciler.hasDrained]).toEqual([[], false]);
  });

  it('go with their calls when they had their time', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: { drainSeconds: 100 } } }).settle();
    it.calls.set('a', 1);
    it.serve({});
    await it.pass();
    it.timers.advance(99_999);
    await it.pass();
    expect([it.sent(), it.reconciler.hasDrained]).toEqual([[], false]);
    it.timers.advance(1);
    await it.pass();
    expect(it.sent()).toEqual([killgw('a')]);
  });

  it('and un-REGISTER still are waited for where they are wanted again, and nobody else is', async () => {
    const it = await new ReconciledSwitch({ gateways: { r: REGISTERED, a: {} } }).settle();
    it.serve({ gateways: { a: {} } });
    await it.pass();
    it.serve({ gateways: { a: {}, n: {} } });
    await it.pass();
    expect(it.sent()).toEqual([killgw('r'), RESCAN]);
    it.serve({ gateways: { a: {}, n: {}, r: REGISTERED } });
    expect(await it.pass()).toMatchObject({ commands: [], drift: [{ name: 'r' }] });
    expect([it.sent(), it.left]).toEqual([[], 0]);
    it.sofia.tick();
    await immediately();
    expect(it.left).toBe(1);
    await it.pass();
    expect([it.sent(), it.sofia.names.toSorted()]).toEqual([[RESCAN], ['a', 'n', 'r']]);
  });

  it('stay where they are wanted again in the meantime', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {} } }).settle();
    it.calls.set('a', 1);
    it.serve({});
    await it.pass();
    it.serve({ gateways: { a: {} } });
    it.calls.set('a', 0);
    expect(await it.pass()).toEqual(NOTHING_DRIFTED);
    expect(it.sent()).toEqual([]);
  });
});

describe('gateways of somebody else', () => {
  it('are never touched', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.sofia.run(runningOf('foreign', { proxy: '192.0.2.99' }));
    it.sofia.run(runningOf('local', REGISTERED));
    await it.pass();
    it.serve({});
    await it.pass();
    expect(it.sent()).toEqual([RESCAN, killgw('a')]);
    expect(it.sofia.names).toEqual(['local', 'foreign']);
  });

  it('are ours where they run just as they are wanted', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.sofia.run(runningOf('a'));
    expect(await it.pass()).toEqual(NOTHING_DRIFTED);
    expect(it.sent()).toEqual([]);
    it.serve({ gateways: { a: { username: 'u', password: 'p' } } });
    await it.pass();
    // Whether the switch asks here is seen first.
    expect(it.sent()).toEqual([RESCAN, killgw('a'), RESCAN]);
  });
});
