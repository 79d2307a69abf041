import { describe, expect, it } from 'vitest';
import { tiersOn } from '../../src/routing/gateway-group.ts';
import { isOnSwitch, isServed } from '../../src/routing/gateway.ts';
import { viewOf } from '../../src/routing/snapshot.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';

const snapshot = buildSnapshot({
  gateways: { a: { switches: ['fs1'] }, b: {}, c: { state: 'drain' }, d: { state: 'disabled' } },
  groups: { g: { members: { a: 1, b: 1, c: 1, d: 1 } } },
  switches: ['fs1', 'fs2'],
});
const gateway = (name: string) => snapshot.gateways.find((it) => it.name === name)!;

describe('what a switch sees', () => {
  it('is a view of its own where some gateway is bound to it, and else the one of all others', () => {
    expect(['fs1', 'fs2', 'unknown', ''].map((hostname) => viewOf(snapshot, hostname))).toEqual(['fs1', '', '', '']);
  });

  it('are the gateways that are bound to it or to none', () => {
    expect(isOnSwitch(gateway('a'), 'fs1')).toBe(true);
    expect(isOnSwitch(gateway('a'), 'fs2')).toBe(false);
    expect(isOnSwitch(gateway('b'), 'fs2')).toBe(true);
  });

  it('defines drained gateways, for their calls in progress, and no disabled ones', () => {
    expect(['a', 'b', 'c', 'd'].map((name) => isServed(gateway(name), 'fs1'))).toEqual([true, true, true, false]);
    expect(isServed(gateway('a'), 'fs2')).toBe(false);
  });

  it('are the tiers of those that take calls', () => {
    const group = snapshot.groups[0]!;
    const names = (hostname: string) => tiersOn(group, hostname).map((tier) => tier.gateways.map(({ name }) => name));
    expect(names('fs1')).toEqual([['a', 'b']]);
    expect(names('fs2')).toEqual([['b']]);
  });
});
