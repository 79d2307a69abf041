import { describe, expect, it } from 'vitest';
import { ReachTable } from '../../src/live/reach-table.ts';
import { SwitchGateways } from '../../src/live/switch-gateways.ts';
import type { RunningGateway } from '../../src/xml/read-xmlstatus.ts';
import { FakeTimers } from '../esl/fake-timers.ts';
import { recordedEvents } from '../esl/recordings.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { immediately } from './reconciled-switch.ts';
import { ScriptedConnection } from './scripted-connection.ts';
import { asItRuns, ScriptedSofia } from './scripted-sofia.ts';

const ALL = 'api sofia xmlstatus gateway';
const question = (name: string) => `${ALL} ${name}`;

const runningOf = (name: string, as: Partial<RunningGateway> = {}): RunningGateway => ({
  ...asItRuns(buildSnapshot({ gateways: { [name]: {} } }).gateways[0]!),
  ...as,
});

/** The gateways of a switch, and what is told of them. */
async function switchWith(...names: readonly string[]) {
  const timers = new FakeTimers();
  const reach = new ReachTable();
  const told: string[] = [];
  const added: string[] = [];
  const state = { isConnected: true, vanished: 0 };
  const sofia: ScriptedSofia = new ScriptedSofia({
    served: () => buildSnapshot({ gateways: Object.fromEntries(names.map((name) => [name, {}])) }).gateways,
    heard: (event) => {
      gateways.follow(event);
    },
  });
  const gateways = new SwitchGateways({
    hostname: 'fs1',
    timers,
    reach,
    connection: () => (state.isConnected ? sofia.connection : undefined),
    onReach: (changed, why) => told.push(`${changed.join(' ')}: ${why}`),
    onAdded: (gateway, profile) => added.push(`${gateway} ${profile}`),
    onVanished: () => {
      state.vanished += 1;
    },
  });
  for (const name of names.toReversed()) sofia.run(runningOf(name));
  await gateways.resync(sofia.connection, 'the first look');
  sofia.connection.news();
  told.splice(0);
  return {
    timers,
    reach,
    gateways,
    sofia,
    added,
    state,
    told: () => told.splice(0),
    asked: () => sofia.connection.news(),
    /** Lets gathered events be answered. */
    gather: async () => {
      timers.advance(50);
      await immediately();
    },
    reachOf: (name: string) => reach.reachOf('fs1', name),
  };
}

describe('a look at all gateways', () => {
  it('tells whose reach changed', async () => {
    const { gateways, sofia, told, reachOf } = await switchWith('a', 'b');
    sofia.run(runningOf('c', { isUp: false }));
    await gateways.resync(sofia.connection, 'so the switch says');
    expect([told(), reachOf('a'), reachOf('c')]).toEqual([['c: so the switch says'], 'up', 'down']);
    await gateways.resync(sofia.connection, 'so the switch says');
    expect(told()).toEqual([]);
  });

  it('fails where the switch says something else, and what was known stays', async () => {
    const { gateways, reachOf } = await switchWith('a');
    const starting = new ScriptedConnection(() => '-ERR sofia Command not found!\n');
    await expect(gateways.resync(starting, 'so the switch says')).rejects.toThrow('sofia Command not found');
    expect(reachOf('a')).toBe('up');
  });
});

describe('news of a state', () => {
  it('are taken as they are where the gateway is known (recording 08)', async () => {
    const { gateways, told, asked, reachOf, reach } = await switchWith('gw1', 'gw2');
    const seen = recordedEvents('08').flatMap((event) => {
      if (event.kind !== 'gateway') return [];
      gateways.follow(event);
      return [reachOf('gw1')];
    });
    expect(seen).toEqual(['down', 'up']);
    expect(told()).toEqual(['gw1: state NOREG, SIP 503', 'gw1: state NOREG, SIP 200']);
    expect([asked(), reach.running('fs1')?.get('gw1')?.proxy]).toEqual([[], 'sip:gw1.example']);
  });

  const stateOf = (gateway: string, status: 'UP' | 'DOWN' | '', state = 'REGED') =>
    ({
      kind: 'gateway',
      change: 'state',
      gateway,
      profile: '',
      state,
      status,
      sipStatus: 0,
      phrase: '',
      coreUuid: '',
      sequence: 0,
    }) as const;

  it('that change nothing about the reach are told to nobody', async () => {
    const { gateways, told, reach } = await switchWith('a');
    gateways.follow(stateOf('a', 'UP', 'TRYING'));
    expect([told(), reach.running('fs1')?.get('a')?.state]).toEqual([[], 'TRYING']);
  });

  it('have the switch asked where the gateway is not known, or no status is said', async () => {
    const { gateways, asked, gather, sofia, reachOf, told } = await switchWith('a');
    sofia.run(runningOf('new', { isUp: false }));
    gateways.follow(stateOf('new', 'UP'));
    gateways.follow(stateOf('a', ''));
    expect([asked(), reachOf('new')]).toEqual([[], 'absent']);
    await gather();
    expect([asked(), reachOf('new'), told()]).toEqual([
      [question('new'), question('a')],
      'down',
      ['new: so the switch says'],
    ]);
  });
});

describe('a gateway that comes or goes', () => {
  it('is asked for, once for a burst of events', async () => {
    const { sofia, asked, gather, reachOf, told, added } = await switchWith('a', 'b');
    await sofia.connection.api('sofia profile external killgw a');
    sofia.tick();
    await sofia.connection.bgapi('sofia profile external rescan');
    asked();
    await gather();
    expect(asked()).toEqual([question('a')]);
    expect([reachOf('a'), told(), added]).toEqual(['up', [], ['a external']]);
    expect(await gather().then(asked)).toEqual([]);
  });

  it('is not lost where the deletion of the old one is told after the new one is there (contract 5.4)', async () => {
    const { sofia, gateways, gather, reachOf } = await switchWith('a', 'b');
    const gone = gateways.doom('a');
    await sofia.connection.api('sofia profile external killgw a');
    expect(reachOf('a')).toBe('absent');
    await sofia.connection.bgapi('sofia profile external rescan');
    await gather();
    expect(reachOf('a')).toBe('up');
    sofia.tick();
    await gather();
    await gone;
    expect(reachOf('a')).toBe('up');
  });

  it('is absent where it is gone for good', async () => {
    const { sofia, gather, reachOf, told } = await switchWith('a', 'b');
    await sofia.connection.api('sofia profile external killgw a');
    sofia.tick();
    await gather();
    expect([reachOf('a'), reachOf('b'), told()]).toEqual(['absent', 'up', ['a: it is gone']]);
  });

  it('that somebody else took away is told of, and one that was told to go is not', async () => {
    const { gateways, sofia, gather, state } = await switchWith('a', 'b');
    const gone = gateways.doom('a');
    await sofia.connection.api('sofia profile external killgw a');
    sofia.tick();
    await gone;
    await gather();
    expect(state.vanished).toBe(0);
    await sofia.connection.api('sofia profile external killgw b');
    sofia.tick();
    await gather();
    expect(state.vanished).toBe(1);
  });

  it('is found by asking for all where many came or went', async () => {
    const names = Array.from({ length: 21 }, (_, at) => `gw${at}`);
    const { sofia, asked, gather, reachOf } = await switchWith(...names);
    for (const name of names) await sofia.connection.api(`sofia profile external killgw ${name}`);
    sofia.tick();
    asked();
    await gather();
    expect([asked(), reachOf('gw20')]).toEqual([[ALL], 'absent']);
  });

  it('is asked for by nobody while there is no connection', async () => {
    const { sofia, gather, asked, state, reachOf } = await switchWith('a');
    await sofia.connection.api('sofia profile external killgw a');
    sofia.tick();
    state.isConnected = false;
    asked();
    await gather();
    expect([asked(), reachOf('a')]).toEqual([[], 'up']);
  });
});

describe('a gateway that was told to go', () => {
  it('gets no calls any more, and is not taken for there while it is listed still', async () => {
    const { gateways, sofia, reachOf, told } = await switchWith('a', 'b');
    void gateways.doom('a');
    expect([reachOf('a'), told()]).toEqual(['absent', ['a: it was told to go']]);
    await gateways.resync(sofia.connection, 'so the switch says');
    expect((await gateways.query(sofia.connection, 'a'))?.name).toBe('a');
    expect(reachOf('a')).toBe('absent');
  });

  it.each<[string, (it: Awaited<ReturnType<typeof switchWith>>) => Promise<void> | void]>([
    [
      'the switch says so',
      async ({ sofia }) => {
        await sofia.connection.api('sofia profile external killgw a');
        sofia.tick();
      },
    ],
    [
      'an un-REGISTER would have ended',
      ({ timers }) => {
        timers.advance(40_000);
      },
    ],
    [
      'the connection is lost',
      ({ gateways }) => {
        gateways.lost();
      },
    ],
  ])('is gone for whoever waits when %s', async (_, end) => {
    const it = await switchWith('a');
    let isGone = false;
    const gone = it.gateways.doom('a').then(() => (isGone = true));
    it.timers.advance(39_999);
    await immediately();
    expect(isGone).toBe(false);
    await end(it);
    await gone;
    expect(isGone).toBe(true);
  });
});
