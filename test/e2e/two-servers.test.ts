import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { sharing } from '../support/live-switch.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const PATIENCE = { timeout: 20_000, interval: 5 };

/** Two servers, each over an inventory of its own with the same rows, and a switch that asks the one and then the other. */
async function twoServers(sql: string) {
  const timers = scaledTimers(20);
  const servers = [await startServer(sql, { timers }), await startServer(sql, { timers })] as const;
  const [first, second] = servers;
  const isReachable = [true, true];
  const lookup = servers.map(({ port }, at) => ({
    // A server that is away: nobody listens on port 9 of loopback.
    get port() {
      return isReachable[at] === true ? port : 9;
    },
    timeoutMs: 40_000,
  }));
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup });
  const pass = (ms: number): Promise<void> => new Promise((resolve) => void timers.after(ms, resolve));
  let running: readonly TestServer[] = servers;
  onTestFinished(async () => {
    await Promise.all(running.map((server) => server.stop()));
    await fs.stop();
  });
  const stopFirst = async (): Promise<void> => {
    running = [second];
    await first.stop();
  };
  const change = async (more: string, of: readonly TestServer[] = servers): Promise<void> => {
    await Promise.all(of.map((server) => server.change(more)));
  };
  /** Returns when every server takes the switch to be right, and the gateway sends its calls there. */
  const settled = async (gateway: string, proxy: string, of: readonly TestServer[] = servers): Promise<void> => {
    await vi.waitFor(async () => {
      expect(await fs.command(`sofia xmlstatus gateway ${gateway}`)).toContain(`<proxy>sip:${proxy}</proxy>`);
      for (const { fleet } of of) {
        expect(fleet.reports).toMatchObject([{ connected: true, synced: true, drift: [], draining: [] }]);
      }
    }, PATIENCE);
    // Until a gateway that was told to go is gone (contract 5.4).
    await pass(3_000);
  };
  await change(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
  await settled('gw1', '127.0.1.1:5060');
  const kills = (): readonly string[] =>
    fs.log.commands.map(({ command }) => command).filter((command) => command.includes('killgw'));
  return { fs, first, second, change, settled, kills, isReachable, stopFirst, pass };
}

const isAnsweredThrough = async (fs: FakeFreeswitch, binding: number): Promise<void> => {
  expect((await fs.call({ number: '9980', hangupAfterMs: 1 })).answered).toBe(true);
  const { requests } = fs.log;
  expect(requests.findLast(({ section }) => section === 'dialplan')).toMatchObject({ binding, outcome: 'used' });
};

const proxy = (to: string): string => `UPDATE gateways SET proxy = '${to}' WHERE name = 'gw1'`;
const kill = 'sofia profile external killgw gw1';

describe('two servers and one switch', () => {
  it('a call is answered by the first; by the second where that is away, and by the first again', async () => {
    const { fs, isReachable } = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    await isAnsweredThrough(fs, 0);
    isReachable[0] = false;
    await isAnsweredThrough(fs, 1);
    isReachable[0] = true;
    await isAnsweredThrough(fs, 0);
  });

  it('a call that the first has no route for is asked for at the second as well', async () => {
    const { fs } = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    expect((await fs.call({ number: '9980', context: 'other' })).finalStatus).toBe(404);
    const asked = fs.log.requests.filter(({ section }) => section === 'dialplan');
    expect(asked.map(({ binding, outcome }) => [binding, outcome])).toEqual([
      [0, 'not found'],
      [1, 'not found'],
    ]);
  });

  it('a changed gateway is taken away once, by the one that the switch asks, whoever notices first', async () => {
    const it = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    await it.change(proxy('127.0.1.7:5060'));
    await it.settled('gw1', '127.0.1.7:5060');
    expect(it.kills()).toEqual([kill]);
    // The copy of the inventory reaches the second later, and then the first.
    for (const [to, order] of [
      ['127.0.1.8:5060', [it.first, it.second]],
      ['127.0.1.9:5060', [it.second, it.first]],
    ] as const) {
      for (const server of order) await it.change(proxy(to), [server]);
      await it.settled('gw1', to);
    }
    expect(it.kills()).toEqual([kill, kill, kill]);
  });

  it('what the switch does not show is not applied twice either', async () => {
    const it = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    const context = (to: string): string => `UPDATE gateways SET context = '${to}' WHERE name = 'gw1'`;
    await it.change(context('one'), [it.first]);
    await it.settled('gw1', '127.0.1.1:5060', [it.first]);
    await vi.waitFor(() => {
      expect(it.kills()).toEqual([kill]);
    }, PATIENCE);
    await it.change(context('one'), [it.second]);
    await it.settled('gw1', '127.0.1.1:5060');
    expect(it.kills()).toEqual([kill]);
  });

  it('the second applies changes where the first is gone', async () => {
    const it = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    await it.change(proxy('127.0.1.7:5060'));
    await it.settled('gw1', '127.0.1.7:5060');
    await it.stopFirst();
    for (const to of ['127.0.1.8:5060', '127.0.1.9:5060']) {
      await it.change(proxy(to), [it.second]);
      await it.settled('gw1', to, [it.second]);
    }
    expect(it.kills()).toEqual([kill, kill, kill]);
    await isAnsweredThrough(it.fs, 1);
  });

  it('the second no longer does where the first is asked again', async () => {
    const it = await twoServers(sharing({ gw1: 2, gw2: 1 }));
    it.isReachable[0] = false;
    await it.change(proxy('127.0.1.7:5060'));
    await it.settled('gw1', '127.0.1.7:5060');
    it.isReachable[0] = true;
    await it.change("INSERT INTO gateways (name, proxy) VALUES ('gw3', '127.0.1.3:5060')");
    await it.settled('gw3', '127.0.1.3:5060');
    const before = it.kills().length;
    await it.pass(15_000);
    await it.change(proxy('127.0.1.8:5060'));
    await it.settled('gw1', '127.0.1.8:5060');
    expect(it.kills()).toHaveLength(before + 1);
  });
});
