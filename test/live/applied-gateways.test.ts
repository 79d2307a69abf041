import { describe, expect, it } from 'vitest';
import { AppliedGateways } from '../../src/live/applied-gateways.ts';
import { fingerprintOf } from '../../src/live/wanted-gateway.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';

const snapshotOf = (gateways: Readonly<Record<string, GatewayPlan>>): Snapshot => buildSnapshot({ gateways });
const fingerprintIn = ({ gateways }: Snapshot, name: string) => fingerprintOf(gateways.find((it) => it.name === name)!);

describe('the gateways that a switch is to have', () => {
  const snapshot = snapshotOf({
    a: {},
    drained: { state: 'drain' },
    off: { state: 'disabled' },
    b: { switches: ['fs2'] },
  });

  it('are those that are served to it', () => {
    const applied = new AppliedGateways(() => 0);
    expect([...applied.wantedOn(snapshot, 'fs1').keys()]).toEqual(['a', 'drained']);
    expect([...applied.wantedOn(snapshot, 'fs2').keys()]).toEqual(['a', 'b', 'drained']);
    expect(applied.wantedOn(snapshot, 'fs1').get('a')?.fingerprint).toBe(fingerprintIn(snapshot, 'a'));
  });

  it('are found once for all switches with the same view', () => {
    const applied = new AppliedGateways(() => 0);
    expect(applied.wantedOn(snapshot, 'fs1')).toBe(applied.wantedOn(snapshot, 'fs9'));
    expect(applied.wantedOn(snapshot, 'fs1')).not.toBe(applied.wantedOn(snapshot, 'fs2'));
  });
});

describe('a fingerprint', () => {
  const of = (plan: GatewayPlan) => fingerprintIn(snapshotOf({ a: plan }), 'a');

  it('changes with what is served of the gateway', () => {
    const plans: readonly GatewayPlan[] = [
      {},
      { proxy: 'x' },
      { profile: 'wan' },
      { username: 'u', password: 'p' },
      { username: 'u', password: 'q' },
    ];
    expect(new Set(plans.map(of)).size).toBe(plans.length);
  });

  it('does not change with what only this server reads', () => {
    expect(of({ maxCalls: 5, maxCps: 5, stripDigits: 1, addPrefix: '9', state: 'drain', drainSeconds: 9 })).toBe(
      of({}),
    );
  });

  it('does not show the password', () => {
    expect(of({ username: 'u', password: 'very-secret' })).not.toContain('secret');
  });
});

describe('what a switch was given', () => {
  const [before, after] = [snapshotOf({ a: { proxy: 'old' } }), snapshotOf({ a: { proxy: 'new', drainSeconds: 7 } })];

  /** What was applied on fs1, and how often something changed. */
  function applying() {
    const applied = new AppliedGateways(() => 0);
    let changes = 0;
    applied.onChange(() => {
      changes += 1;
    });
    return {
      applied,
      changes: () => changes,
      add: (profile: string, wanted = after, hostname = 'fs1') => {
        applied.added(hostname, profile, 'a', applied.wantedOn(wanted, hostname).get('a'));
      },
      fingerprint: (hostname = 'fs1') => applied.of(hostname).get('a')?.fingerprint,
    };
  }

  it('is what it was last answered for the profile, not what is wanted by now', () => {
    const { applied, add, fingerprint, changes } = applying();
    applied.served(before, 'fs1', 'external');
    add('external');
    expect([fingerprint(), changes()]).toEqual([fingerprintIn(before, 'a'), 1]);
    applied.served(after, 'fs1', 'external');
    add('external');
    expect(applied.of('fs1').get('a')).toEqual({ fingerprint: fingerprintIn(after, 'a'), drainSeconds: 7 });
  });

  it('is what is wanted where this process has answered nothing for the profile, or not to this switch', () => {
    const { applied, add, fingerprint } = applying();
    applied.served(before, 'fs1', 'internal');
    applied.served(before, 'fs2', 'external');
    add('external');
    expect(fingerprint()).toBe(fingerprintIn(after, 'a'));
  });

  it('is nothing where a gateway is neither answered nor wanted: it is somebody else’s', () => {
    const { applied, changes } = applying();
    applied.added('fs1', 'external', 'foreign', undefined);
    expect([applied.of('fs1').size, changes()]).toEqual([0, 0]);
  });

  it('is known for each switch apart, until the gateway is gone or the switch begins anew', () => {
    const { applied, add, fingerprint, changes } = applying();
    for (const hostname of ['fs1', 'fs2', 'fs3']) add('external', after, hostname);
    applied.gone('fs1', 'a');
    applied.gone('fs1', 'a');
    expect([fingerprint('fs1'), fingerprint('fs2') === undefined, changes()]).toEqual([undefined, false, 4]);
    applied.forget('fs2');
    expect([applied.of('fs2').size, applied.of('fs3').size, changes()]).toEqual([0, 1, 5]);
    expect([...applied.all].map(([hostname, gateways]) => [hostname, gateways.size])).toEqual([
      ['fs1', 0],
      ['fs3', 1],
    ]);
  });

  it('can be taken over from before a restart', () => {
    const { applied, changes } = applying();
    const known = new Map([['a', { fingerprint: 'f', drainSeconds: 5 }]]);
    applied.restore('fs1', known);
    known.clear();
    expect([applied.of('fs1').get('a'), changes()]).toEqual([{ fingerprint: 'f', drainSeconds: 5 }, 0]);
  });

  it('is what it was answered just now, and not what it was answered long ago', () => {
    let nowMs = 0;
    const applied = new AppliedGateways(() => nowMs);
    const wanted = applied.wantedOn(after, 'fs1').get('a');
    applied.served(before, 'fs1', 'external');
    nowMs = 120_000;
    applied.added('fs1', 'external', 'a', wanted);
    expect(applied.of('fs1').get('a')?.fingerprint).toBe(fingerprintIn(before, 'a'));
    nowMs = 120_001;
    applied.added('fs1', 'external', 'a', wanted);
    expect(applied.of('fs1').get('a')?.fingerprint).toBe(fingerprintIn(after, 'a'));
  });
});

describe('a switch asks here', () => {
  const after = snapshotOf({ a: {} });
  let nowMs: number;
  const begin = () => {
    nowMs = 0;
    const applied = new AppliedGateways(() => nowMs);
    return {
      applied,
      asksHere: () => applied.hasFetched('fs1', 'external'),
      /** A rescan, answered here or by another server. */
      rescan: (isHere: boolean) => {
        const sinceMs = nowMs;
        nowMs += 1;
        if (isHere) applied.served(after, 'fs1', 'external');
        applied.fetched('fs1', 'external', sinceMs);
      },
    };
  };

  it('once it has, for as long as it is never seen to ask another server', () => {
    const { rescan, asksHere } = begin();
    expect(asksHere()).toBe(false);
    rescan(true);
    nowMs += 1_000_000;
    rescan(true);
    nowMs += 1_000_000;
    expect(asksHere()).toBe(true);
  });

  it('only if it has just now, where it was seen to ask another one', () => {
    const { rescan, asksHere } = begin();
    rescan(true);
    nowMs += 10_000;
    rescan(false);
    expect(asksHere()).toBe(false);
    rescan(true);
    expect(asksHere()).toBe(true);
    nowMs += 10_001;
    expect(asksHere()).toBe(false);
  });

  it('only if it has just now, where it told of a gateway that was not given here', () => {
    const { rescan, asksHere, applied } = begin();
    rescan(true);
    nowMs += 1_000;
    applied.appeared('fs1', 'external', 'gw1', undefined);
    nowMs += 10_000;
    expect(asksHere()).toBe(true);
    applied.appeared('fs1', 'external', 'gw1', undefined);
    expect(asksHere()).toBe(false);
    rescan(true);
    expect(asksHere()).toBe(true);
  });

  it('is known of each switch and profile apart', () => {
    const { rescan, applied } = begin();
    rescan(false);
    nowMs += 100_000;
    applied.served(after, 'fs2', 'external');
    nowMs += 100_000;
    expect(['fs1', 'fs2'].map((hostname) => applied.hasFetched(hostname, 'external'))).toEqual([false, true]);
  });
});
