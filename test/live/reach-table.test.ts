import { describe, expect, it } from 'vitest';
import { ReachTable } from '../../src/live/reach-table.ts';
import type { RunningGateway } from '../../src/xml/read-xmlstatus.ts';

const gatewayOf = (name: string, isUp: boolean): RunningGateway => ({
  name,
  profile: 'external',
  proxy: 'sip:192.0.2.1',
  username: 'x',
  expireSeconds: '3600',
  pingSeconds: 5,
  state: 'NOREG',
  isUp,
  callsOut: 0,
});

const listOf = (gateways: Readonly<Record<string, boolean>>) =>
  new Map(Object.entries(gateways).map(([name, isUp]) => [name, gatewayOf(name, isUp)]));

function tableOf(gateways: Readonly<Record<string, boolean>>, hostname = 'fs1'): ReachTable {
  const table = new ReachTable();
  table.replace(hostname, listOf(gateways));
  return table;
}

describe('what a switch says of a gateway', () => {
  it('is that it is up, down or absent; of a switch that was not asked nothing is known', () => {
    const table = tableOf({ a: true, b: false });
    expect(['a', 'b', 'c'].map((name) => table.reachOf('fs1', name))).toEqual(['up', 'down', 'absent']);
    expect(table.reachOf('fs2', 'a')).toBe('unknown');
    expect([table.hostnames, table.running('fs2')]).toEqual([['fs1'], undefined]);
    expect(table.running('fs1')?.get('b')).toEqual(gatewayOf('b', false));
  });

  it('is told as changes when all is told anew', () => {
    const table = tableOf({ a: true, b: false, c: true, d: true });
    expect(table.replace('fs1', listOf({ a: true, b: true, c: false, e: false }))).toEqual(['b', 'c', 'd', 'e']);
    expect(table.replace('fs1', listOf({ a: true, b: true, c: false, e: false }))).toEqual([]);
    expect(new ReachTable().replace('fs1', listOf({ a: true }))).toEqual(['a']);
  });

  it('is told as a change for one gateway only where it is one', () => {
    const table = tableOf({ a: true });
    const changes = [
      table.set('fs1', 'a', { ...gatewayOf('a', true), state: 'REGED' }),
      table.set('fs1', 'a', gatewayOf('a', false)),
      table.set('fs1', 'a', undefined),
      table.set('fs1', 'a', undefined),
      table.set('fs1', 'a', gatewayOf('a', true)),
    ];
    expect(changes).toEqual([false, true, true, false, true]);
    table.set('fs1', 'a', undefined);
    expect(table.running('fs1')).toEqual(new Map());
  });

  it('is not begun with a single gateway: the others would count as absent', () => {
    const table = new ReachTable();
    expect(table.set('fs1', 'a', gatewayOf('a', true))).toBe(false);
    expect(table.reachOf('fs1', 'a')).toBe('unknown');
  });

  it('is not changed by whoever gave the list, afterwards', () => {
    const list = listOf({ a: true });
    const table = new ReachTable();
    table.replace('fs1', list);
    list.clear();
    expect(table.reachOf('fs1', 'a')).toBe('up');
  });
});

describe('a switch that was lost', () => {
  it('is believed for a minute from when it was lost first, then nothing is known of it', () => {
    const table = tableOf({ a: false });
    table.replace('fs2', listOf({ a: true }));
    table.lost('fs1', 1_000);
    table.lost('fs1', 30_000);
    expect([table.passTime(60_999), table.reachOf('fs1', 'a')]).toEqual([[], 'down']);
    expect(table.passTime(61_000)).toEqual(['fs1']);
    expect([table.reachOf('fs1', 'a'), table.reachOf('fs2', 'a'), table.hostnames]).toEqual(['unknown', 'up', ['fs2']]);
    expect(table.passTime(200_000)).toEqual([]);
  });

  it('is believed as before once it has told anew', () => {
    const table = tableOf({ a: false });
    table.lost('fs1', 0);
    table.replace('fs1', listOf({ a: false }));
    expect(table.passTime(1e9)).toEqual([]);
    expect(table.reachOf('fs1', 'a')).toBe('down');
  });

  it('is doubted from then on, until it has told anew', () => {
    const table = tableOf({ a: false });
    table.lost('fs1', 0);
    table.passTime(59_999);
    expect(table.isDoubted('fs1')).toBe(false);
    table.passTime(60_000);
    table.lost('fs1', 61_000);
    expect([table.isDoubted('fs1'), table.passTime(500_000)]).toEqual([true, []]);
    table.replace('fs1', listOf({ a: true }));
    expect([table.isDoubted('fs1'), table.isKnown('fs1')]).toEqual([false, true]);
  });

  it('or that has never said anything, is doubted a minute after it was asked first', () => {
    const table = new ReachTable();
    table.lost('fs9', 1_000);
    table.lost('fs9', 50_000);
    expect([table.passTime(60_999), table.isDoubted('fs9'), table.isKnown('fs9')]).toEqual([[], false, false]);
    expect([table.passTime(61_000), table.isDoubted('fs9')]).toEqual([['fs9'], true]);
  });

  it('is forgotten whole', () => {
    const table = tableOf({ a: true });
    table.lost('fs1', 0);
    table.passTime(60_000);
    table.forget('fs1');
    expect([table.hostnames, table.reachOf('fs1', 'a'), table.isDoubted('fs1')]).toEqual([[], 'unknown', false]);
  });
});
