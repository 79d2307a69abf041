import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EjectionBook } from '../../src/live/ejection-book.ts';
import { configuredKey, HealthViews } from '../../src/live/health-views.ts';
import { ReachTable } from '../../src/live/reach-table.ts';
import { eject, type Ejection, NEVER_EJECTED } from '../../src/routing/ejection.ts';
import { orderTier } from '../../src/routing/order-tier.ts';
import { buildGroup, type GatewayPlan, type GroupPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';

const HOSTNAMES = ['fs1', 'fs2', 'fs3'];

/** The views of one group on watched switches, and turns that are taken from them. */
function viewsOf(
  plan: GroupPlan,
  hostnames: readonly string[] = HOSTNAMES,
  gateways: Record<string, GatewayPlan> = {},
) {
  const group = buildGroup(plan, gateways);
  const reach = new ReachTable();
  const state = { nowMs: 0 };
  const book = new EjectionBook({
    metrics: new NotedMetrics(),
    log: new CollectingLog(),
    nowMs: () => state.nowMs,
    groupsOf: () => [group],
    isReachable: () => true,
    onChange: () => undefined,
  });
  const views = new HealthViews(reach, book, () => state.nowMs);
  const keeper = new TurnKeeper();
  const tell = (hostname: string, down: readonly string[]): void => {
    const running = group.members.map(({ gateway: { name } }) => ({
      name,
      profile: 'external',
      proxy: '',
      username: '',
      expireSeconds: '3600',
      pingSeconds: 5,
      state: 'NOREG',
      isUp: !down.includes(name),
      callsOut: 0,
    }));
    reach.replace(hostname, new Map(running.map((gateway) => [gateway.name, gateway])));
    views.changed(group.name);
  };
  for (const hostname of hostnames) tell(hostname, []);
  return {
    group,
    reach,
    state,
    views,
    tell,
    eject: (hostname: string, gateway: string, ejection: Ejection) => {
      const { name } = group.members.find((member) => member.gateway.name === gateway)!.gateway;
      book.restore([], [{ hostname, group: group.name, gateway: name, ejection }]);
      views.changed(group.name);
    },
    weights: (hostname: string) =>
      views
        .viewOf(group, hostname)
        .tiers.map(({ lineup }) => Object.fromEntries(lineup.members.map(({ name, weight }) => [name, weight]))),
    keys: (hostname: string) => views.viewOf(group, hostname).tiers.map(({ lineup }) => lineup.key),
    /** Who is called first by the next call on this switch. */
    next: (hostname: string): string => {
      const [tier] = views.viewOf(group, hostname).tiers;
      const { positions, turns } = orderTier(
        { tier: tier!, unusable: new Set(), full: new Set(), isFirst: true, limit: 1 },
        keeper,
      );
      keeper.commit(turns);
      return tier!.gateways[positions[0]!]!.name;
    },
  };
}

const counted = (names: readonly string[]) => (name: string) => names.filter((it) => it === name).length;

describe('switches that agree', () => {
  it('have the configured tiers and share their turns where all is well', () => {
    const { group, views, next } = viewsOf({ members: { a: 3, b: 1 } });
    for (const hostname of [...HOSTNAMES, 'unwatched'])
      expect(views.viewOf(group, hostname).tiers).toEqual(group.tiers);
    const firsts = Array.from({ length: 40 }, (_, call) => next(HOSTNAMES[call % 3]!));
    expect([counted(firsts)('a'), counted(firsts)('b')]).toEqual([30, 10]);
  });

  it('share their turns also where they agree on who is down', () => {
    const { tell, keys, weights, next } = viewsOf({ members: { a: 1, b: 1, c: 1 } });
    for (const hostname of HOSTNAMES) tell(hostname, ['b']);
    expect(HOSTNAMES.flatMap(keys)).toEqual(['g/1', 'g/1', 'g/1']);
    expect(weights('fs1')).toEqual([{ a: 1, c: 1 }]);
    const firsts = Array.from({ length: 30 }, (_, call) => next(HOSTNAMES[call % 3]!));
    expect(['a', 'b', 'c'].map(counted(firsts))).toEqual([15, 0, 15]);
  });

  it('leave one that nobody watches with the configured weights, in turns of its own', () => {
    const { tell, keys, weights } = viewsOf({ members: { a: 1, b: 1 } });
    for (const hostname of HOSTNAMES) tell(hostname, ['b']);
    expect([weights('unwatched'), weights('elsewhere')]).toEqual([[{ a: 1, b: 1 }], [{ a: 1, b: 1 }]]);
    expect(keys('unwatched')).toEqual(keys('elsewhere'));
    expect(keys('unwatched')).not.toEqual(keys('fs1'));
    expect(configuredKey(keys('unwatched')[0]!)).toBe('g/1');
  });
});

describe('switches that disagree', () => {
  it('have turns of their own; those as such go to the opinion that most have', () => {
    const { tell, keys } = viewsOf({ members: { a: 1, b: 1 } });
    tell('fs2', ['a']);
    expect(HOSTNAMES.flatMap(keys)).toEqual(['g/1', 'g/1\nview fs2', 'g/1']);
    tell('fs3', ['a']);
    expect(HOSTNAMES.flatMap(keys)).toEqual(['g/1\nview fs1', 'g/1', 'g/1']);
  });

  it('share turns with those who have the same opinion', () => {
    const { tell, keys } = viewsOf({ members: { a: 1, b: 1 } }, ['fs1', 'fs2', 'fs3', 'fs4', 'fs5']);
    for (const hostname of ['fs4', 'fs2']) tell(hostname, ['a']);
    expect(['fs1', 'fs2', 'fs3', 'fs4', 'fs5'].flatMap(keys)).toEqual([
      'g/1',
      'g/1\nview fs2',
      'g/1',
      'g/1\nview fs2',
      'g/1',
    ]);
  });

  it('give the turns as such to the one that finds least fault where opinions are equally common', () => {
    const { tell, keys } = viewsOf({ members: { a: 1, b: 1 } }, ['fs1', 'fs2']);
    tell('fs1', ['b']);
    expect([keys('fs1'), keys('fs2')]).toEqual([['g/1\nview fs1'], ['g/1']]);
  });

  it('have shares that are off by less than one call on each of them', () => {
    const outages = fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
      first: fc.subarray(['a', 'b', 'c'], { maxLength: 2 }),
      second: fc.subarray(['a', 'b', 'c'], { maxLength: 2 }),
      order: fc.array(fc.constantFrom('fs1', 'fs2'), { minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(outages, ({ weights: [x = 1, y = 1, z = 1], first, second, order }) => {
        const members = { a: x, b: y, c: z };
        const { tell, next } = viewsOf({ members }, ['fs1', 'fs2']);
        tell('fs1', first);
        tell('fs2', second);
        const calls = order.map((hostname) => ({ hostname, name: next(hostname) }));
        // Where both agree they share the turns, and so the bound.
        const parties = [...first].join() === [...second].join() ? [['fs1', 'fs2']] : [['fs1'], ['fs2']];
        for (const party of parties) {
          const down = party.includes('fs1') ? first : second;
          const left = Object.entries(members).filter(([name]) => !down.includes(name));
          const total = left.reduce((sum, [, weight]) => sum + weight, 0);
          const names = calls.filter(({ hostname }) => party.includes(hostname)).map(({ name }) => name);
          for (const [name, weight] of left) {
            expect(Math.abs((names.length * weight) / total - counted(names)(name))).toBeLessThan(1);
          }
          expect(names.filter((name) => down.includes(name))).toEqual([]);
        }
      }),
    );
  });

  it('have their turns together again, nobody gaining by it, when they agree again', () => {
    const { tell, keys, next } = viewsOf({ members: { a: 1, b: 1, c: 1 } });
    tell('fs2', ['a']);
    for (let call = 0; call < 50; call += 1) next(HOSTNAMES[call % 3]!);
    tell('fs2', []);
    expect(HOSTNAMES.flatMap(keys)).toEqual(['g/1', 'g/1', 'g/1']);
    const firsts = Array.from({ length: 30 }, (_, call) => next(HOSTNAMES[call % 3]!));
    expect(['a', 'b', 'c'].map(counted(firsts))).toEqual([10, 10, 10]);
  });
});

describe('a view', () => {
  it('is made once, and anew after a change, with the same line-up where that came out the same', () => {
    const { views, group, tell } = viewsOf({ members: { a: 1, b: 1, c: { tier: 2 } } });
    for (const hostname of HOSTNAMES) tell(hostname, ['a']);
    const before = views.viewOf(group, 'fs1');
    expect(views.viewOf(group, 'fs1')).toBe(before);
    views.clear();
    const after = views.viewOf(group, 'fs1');
    expect(after).not.toBe(before);
    expect(after.tiers[0]!.lineup).toBe(before.tiers[0]!.lineup);
    views.reset(() => false);
    expect(views.viewOf(group, 'fs1').tiers[0]!.lineup).not.toBe(before.tiers[0]!.lineup);
  });

  it('costs each switch one look at each member for each change, however many switches ask', () => {
    const { reach, tell, keys, views, group } = viewsOf({ members: { a: 1, b: 1, c: { tier: 2 } } });
    HOSTNAMES.flatMap(keys);
    const looks = vi.spyOn(reach, 'reachOf');
    tell('fs2', ['a']);
    expect(HOSTNAMES.flatMap(keys)).toEqual(['g/1', 'g/2', 'g/1\nview fs2', 'g/2\nview fs2', 'g/1', 'g/2']);
    expect(looks.mock.calls.map((names) => names.join(' ')).sort()).toEqual(
      HOSTNAMES.flatMap((hostname) => ['a', 'b', 'c'].map((name) => `${hostname} ${name}`)),
    );
    looks.mockClear();
    HOSTNAMES.flatMap(keys);
    expect(looks).not.toHaveBeenCalled();
    for (const forget of [
      () => {
        views.clear();
      },
      () => {
        views.reset(() => true);
      },
      () => {
        views.changed(group.name);
      },
    ]) {
      forget();
      views.viewOf(group, 'fs1');
      expect(looks).toHaveBeenCalledTimes(9);
      looks.mockClear();
    }
  });

  it('follows an ejection through its stages', () => {
    const { eject: put, weights, state, views, group } = viewsOf({ members: { a: 2, b: 2 } }, ['fs1']);
    put('fs1', 'a', eject(NEVER_EJECTED, 0));
    expect(weights('fs1')).toEqual([{ b: 1 }]);
    put('fs1', 'a', { ...eject(NEVER_EJECTED, 0), stage: 'trial' });
    expect(views.viewOf(group, 'fs1').probes.map(({ name }) => name)).toEqual(['a']);
    put('fs1', 'a', { ...eject(NEVER_EJECTED, 0), stage: 'slow_start' });
    expect(weights('fs1')).toEqual([{ a: 1, b: 10 }]);
    state.nowMs = 30_000;
    views.changed(group.name);
    expect(weights('fs1')).toEqual([{ a: 1, b: 2 }]);
    put('fs1', 'a', { ...eject(NEVER_EJECTED, 0), stage: 'in' });
    expect(weights('fs1')).toEqual([{ a: 2, b: 2 }]);
  });

  it('of a group that only observes leaves ejected gateways in, and takes out those that the switch says are down', () => {
    const { eject: put, tell, weights } = viewsOf({ members: { a: 1, b: 1, c: 1 }, healthMode: 'observe' }, ['fs1']);
    put('fs1', 'a', eject(NEVER_EJECTED, 0));
    tell('fs1', ['c']);
    expect(weights('fs1')).toEqual([{ a: 1, b: 1 }]);
  });

  it('has gateways that the switch does not have left out', () => {
    const { reach, weights, views, group } = viewsOf({ members: { a: 1, b: 1 } }, ['fs1']);
    reach.set('fs1', 'b', undefined);
    views.changed(group.name);
    expect(weights('fs1')).toEqual([{ a: 1 }]);
    expect(views.factorsOf(group, 'fs1', group.members[1]!.gateway)).toMatchObject({
      healthPerMille: 0,
      isOnTrial: false,
    });
  });

  it('is of the members that its switch has, where they differ between switches', () => {
    const { weights, tell, keys } = viewsOf({ members: { a: 1, b: 1, c: 1 } }, ['fs1', 'fs2'], {
      c: { switches: ['fs2'] },
    });
    tell('fs2', ['a']);
    expect([weights('fs1'), weights('fs2'), weights('other')]).toEqual([
      [{ a: 1, b: 1 }],
      [{ b: 1, c: 1 }],
      [{ a: 1, b: 1 }],
    ]);
    expect([keys('fs1'), keys('fs2')]).toEqual([['g/1'], ['g/1@fs2']]);
  });
});
