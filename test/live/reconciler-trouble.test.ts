import { describe, expect, it } from 'vitest';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';
import { immediately, ReconciledSwitch } from './reconciled-switch.ts';
import { ScriptedConnection } from './scripted-connection.ts';
import { asItRuns } from './scripted-sofia.ts';

const RESCAN = 'bgapi sofia profile external rescan';
const killgw = (name: string) => `api sofia profile external killgw ${name}`;
const ALL = 'api sofia xmlstatus gateway';

const runningOf = (name: string, plan: GatewayPlan = {}) =>
  asItRuns(buildSnapshot({ gateways: { [name]: plan } }).gateways[0]!);

describe('a switch that does not take a gateway over', () => {
  it('is told three times, then left alone for ten minutes', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.isAsking = false;
    for (let pass = 0; pass < 6; pass += 1) {
      expect((await it.pass()).drift).toMatchObject([{ name: 'a', kind: 'new' }]);
      it.timers.advance(60_000);
    }
    expect(it.sent()).toEqual([RESCAN, RESCAN, RESCAN]);
    expect(it.log.news().filter((line) => line.includes('is not taken over by the switch'))).toHaveLength(3);
    it.timers.advance(600_000);
    await it.pass();
    expect(it.sent()).toEqual([RESCAN]);
  });

  it('says until when it is left alone, and is told again where somebody asks for it', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.isAsking = false;
    for (let pass = 0; pass < 2; pass += 1) expect((await it.pass()).drift[0]).not.toHaveProperty('leftAlone');
    expect((await it.pass()).drift).toMatchObject([{ leftAlone: 'tried in vain, left alone for another 10 min' }]);
    it.timers.advance(61_000);
    expect((await it.pass()).drift).toMatchObject([{ leftAlone: 'tried in vain, left alone for another 9 min' }]);
    expect(it.sent()).toHaveLength(3);
    it.isAsking = true;
    it.reconciler.tryAgain();
    expect((await it.pass()).drift).toEqual([]);
    expect(it.sent()).toEqual([RESCAN]);
  });

  it('and has it later all the same may lose it again: what was in vain before is forgotten', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.isAsking = false;
    for (let pass = 0; pass < 3; pass += 1) await it.pass();
    it.isAsking = true;
    it.sofia.run(runningOf('a'));
    expect((await it.pass()).drift).toEqual([]);
    it.sent();
    it.sofia.lose('a');
    expect(await it.pass()).toMatchObject({ drift: [], commands: ['sofia profile external rescan'] });
  });

  it('has what it answered shown with the pass', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.sofia.refuse = /rescan/;
    expect(await it.pass()).toMatchObject({
      commands: ['sofia profile external rescan'],
      refused: [{ command: 'sofia profile external rescan', reply: '-ERR refused' }],
    });
    it.sofia.refuse = undefined;
    expect(await it.pass()).toMatchObject({ commands: ['sofia profile external rescan'], refused: [] });
  });

  it('is told again where something else is wanted, or it began anew', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    it.isAsking = false;
    for (let pass = 0; pass < 4; pass += 1) await it.pass();
    it.sent();
    it.serve({ gateways: { a: { proxy: 'other.example' } } });
    for (let pass = 0; pass < 4; pass += 1) await it.pass();
    expect(it.sent()).toHaveLength(3);
    it.reconciler.reset();
    await it.pass();
    expect(it.sent()).toEqual([RESCAN]);
  });

  it('and has its own in its place is not told for ever, and is known as drifted', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    const own = runningOf('a', { proxy: '192.0.2.99' });
    // A local file has it added again at every rescan.
    it.sofia.standsIn = own;
    it.sofia.run(own);
    for (let pass = 0; pass < 30; pass += 1) {
      it.sofia.tick();
      it.timers.advance(300_000);
      await immediately();
      expect((await it.pass()).drift).toHaveLength(1);
    }
    expect(it.sent().filter((line) => line === killgw('a'))).toHaveLength(3);
    expect(it.metrics.news()).toContain('drift fs1 1');
  });

  it('holds up nobody else', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {} } }).settle();
    it.isAsking = false;
    it.serve({ gateways: { a: {}, b: {} } });
    for (let pass = 0; pass < 4; pass += 1) await it.pass();
    it.sent();
    it.serve({ gateways: { b: {} } });
    await it.pass();
    expect(it.sent()).toEqual([killgw('a')]);
  });
});

describe('a look without a change', () => {
  it('tells what a pass would send, and sends only questions', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {}, b: {}, c: {} } }).settle();
    it.calls.set('c', 1);
    it.serve({ gateways: { a: { proxy: 'other.example' }, n: {} } });
    const plan = await it.reconciler.plan(it.sofia.connection);
    expect(plan).toEqual({
      drift: [
        { name: 'a', kind: 'changed', reason: "proxy is 'sip:a.example', wanted is 'sip:other.example'" },
        { name: 'n', kind: 'new', reason: 'the switch does not have it' },
        { name: 'b', kind: 'removed', reason: 'SQL does not want it here any more' },
      ],
      draining: ['c'],
      commands: ['sofia profile external killgw a', 'sofia profile external killgw b', 'sofia profile external rescan'],
      refused: [],
    });
    expect(it.sofia.connection.news()).toEqual([ALL]);
    expect((await it.pass()).commands).toEqual(plan.commands);
  });
});

describe('a switch that cannot be read', () => {
  it('is not told anything: it would seem to lack all of its gateways', async () => {
    const it = new ReconciledSwitch({ gateways: { a: {} } });
    const deaf = new ScriptedConnection(() => '-ERR no reply\n');
    await expect(it.reconciler.run(deaf)).rejects.toThrow('-ERR no reply');
    expect(deaf.news()).toEqual([ALL]);
  });

  it('has its work done by the next pass where the connection broke in the middle', async () => {
    const it = await new ReconciledSwitch({ gateways: { a: {} } }).settle();
    it.serve({ gateways: { a: { proxy: 'other.example' } } });
    const broken = {
      api: (command: string) => it.sofia.connection.api(command),
      bgapi: () => Promise.reject(new Error('the switch ended the connection')),
      close: () => undefined,
    };
    await expect(it.reconciler.run(broken)).rejects.toThrow('ended');
    it.gateways.lost();
    it.sofia.tick();
    it.sent();
    expect((await it.pass()).drift).toEqual([]);
    expect([it.sent(), it.sofia.names]).toEqual([[RESCAN], ['a']]);
  });
});
