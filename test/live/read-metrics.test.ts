import { describe, expect, it } from 'vitest';
import { LiveState } from '../../src/live/live-state.ts';
import { readMetrics } from '../../src/live/read-metrics.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { type Ejection, NEVER_EJECTED } from '../../src/routing/ejection.ts';
import { parseName } from '../../src/routing/name.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';

/** Gateways on two watched switches; `elsewhere` is for another one, and nobody watches `fs3`. */
function served() {
  const { snapshot, findings } = temporaryInventory(`
    INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1'), ('fs2', '127.0.0.1'), ('fs3', NULL);
    INSERT INTO gateways (name, proxy, state) VALUES
      ('a', '192.0.2.1', 'active'), ('b', '192.0.2.2', 'drain'), ('off', '192.0.2.3', 'disabled'),
      ('elsewhere', '192.0.2.4', 'active');
    INSERT INTO gateway_switches (gateway, hostname) VALUES ('elsewhere', 'fs2');
    INSERT INTO gateway_groups (name, health_mode) VALUES ('g', 'enforce'), ('o', 'observe');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('o', 'a'), ('g', 'elsewhere');
    INSERT INTO routes (context, group_name) VALUES ('default', 'g'), ('other', 'o');
  `).compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  const live = new LiveState(new ServerMetrics('1', 'v1'), new CollectingLog(), () => 0);
  live.serve(snapshot, []);
  const read = () => readMetrics(snapshot, live.learned, []);
  return {
    reach: live.learned.reach,
    tell: (hostname: string, gateways: Readonly<Record<string, boolean>>) => {
      const running = Object.entries(gateways).map(([name, isUp]) => ({
        name,
        profile: 'external',
        proxy: '',
        username: '',
        expireSeconds: '3600',
        pingSeconds: 5,
        state: 'NOREG',
        isUp,
        callsOut: 0,
      }));
      live.learned.reach.replace(hostname, new Map(running.map((gateway) => [gateway.name, gateway])));
    },
    book: (group: string, stage: Ejection['stage'], hostname = 'fs1') => {
      const ejection = { ...NEVER_EJECTED, stage, strikes: 1 };
      live.learned.book.restore([], [{ hostname, group: parseName(group)!, gateway: parseName('a')!, ejection }]);
    },
    up: () => read().gatewayUp.map(([hostname, name, isUp]) => `${hostname} ${name} ${String(isUp)}`),
    ejected: () =>
      read()
        .ejected.filter(([, name]) => name === 'a')
        .map(([hostname, , reason, isSo]) => `${hostname} ${reason} ${String(isSo)}`),
  };
}

describe('whether a gateway is up', () => {
  it('is not said of a switch that has not been heard of', () => {
    expect(served().up()).toEqual([]);
  });

  it('is denied where the switch is to have it and does not', () => {
    const { tell, up } = served();
    tell('fs1', { b: true });
    expect(up()).toEqual(['fs1 a false', 'fs1 b true']);
    tell('fs2', {});
    expect(up()).toEqual(['fs1 a false', 'fs1 b true', 'fs2 a false', 'fs2 b false', 'fs2 elsewhere false']);
  });

  it('is said of one that the switch has though it should not, and of none that SQL does not know', () => {
    const { tell, up } = served();
    tell('fs1', { a: true, b: false, off: true, elsewhere: false, unheardof: true });
    expect(up()).toEqual(['fs1 a true', 'fs1 b false', 'fs1 elsewhere false', 'fs1 off true']);
  });

  it('is not said any more when the word of the switch counts no more', () => {
    const { tell, reach, up } = served();
    tell('fs1', { b: true });
    reach.lost('fs1', 0);
    expect(up()).toHaveLength(2);
    reach.passTime(60_000);
    expect(up()).toEqual([]);
  });
});

describe('whether a gateway is ejected', () => {
  it('is said of each on each watched switch from the start', () => {
    expect(served().ejected()).toEqual(['fs1 faults false', 'fs2 faults false']);
  });

  it('is said by reason: those that pass only while they last', () => {
    const { book, ejected } = served();
    book('g', 'ejected');
    expect(ejected()).toEqual(['fs1 faults true', 'fs2 faults false']);
    book('g', 'trial');
    expect(ejected()).toEqual(['fs1 faults false', 'fs1 on_trial true', 'fs2 faults false']);
    book('o', 'ejected');
    expect(ejected()).toEqual(['fs1 faults false', 'fs1 on_trial true', 'fs1 observed true', 'fs2 faults false']);
    book('g', 'slow_start');
    book('o', 'in');
    expect(ejected()).toEqual(['fs1 faults false', 'fs2 faults false']);
  });

  it('is not said of switches that nobody watches', () => {
    const { book, ejected } = served();
    book('g', 'ejected', 'fs3');
    expect(ejected()).toEqual(['fs1 faults false', 'fs2 faults false']);
  });
});
