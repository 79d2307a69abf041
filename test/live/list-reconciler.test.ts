import { describe, expect, it } from 'vitest';
import { CommandLog } from '../../src/live/command-log.ts';
import { ListReconciler } from '../../src/live/list-reconciler.ts';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';
import { ScriptedSofia } from './scripted-sofia.ts';

const chooser = 'mod_distributor' as const;
const RELOAD = 'bgapi distributor_ctl reload';
const dump = (list: string) => `api distributor_ctl dump ${list}`;

type Groups = Parameters<typeof buildSnapshot>[0]['groups'];

/** The lists of a switch, which has what is given of them and takes over what is served. */
function listsOf(has: Readonly<Record<string, string>>, hostname = 'fs1', keepsAllLists = false) {
  const state = { nowMs: 0 };
  const log = new CollectingLog();
  const sofia = new ScriptedSofia({ served: () => [], heard: () => undefined });
  for (const [list, nodes] of Object.entries(has)) sofia.lists.set(list, nodes);
  const nowMs = () => state.nowMs;
  const lists = new ListReconciler({
    hostname,
    commands: new CommandLog(hostname, new NotedMetrics(), log, nowMs),
    log,
    nowMs,
    keepsAllLists,
  });
  return {
    lists,
    state,
    log,
    sofia,
    apply: (groups: Groups, gateways: Record<string, GatewayPlan> = {}) =>
      lists.apply(sofia.connection, buildSnapshot({ groups: groups!, gateways })),
    sent: () => sofia.connection.news(),
    /** What a reload brings. */
    bring: (after: Readonly<Record<string, string>>) => {
      sofia.listsAfterReload = new Map(Object.entries(after));
    },
  };
}

const twoToOne = { g: { members: { a: 2, b: 1 }, chooser } };

describe('the lists of mod_distributor', () => {
  it('are left alone where they are as they are wanted, and looked at each time: somebody else may reload them', async () => {
    const { apply, sent, sofia, bring } = listsOf({ g: 'a b a' });
    expect(await apply(twoToOne)).toEqual([]);
    expect(await apply(twoToOne)).toEqual([]);
    expect(sent()).toEqual([dump('g'), dump('g')]);
    sofia.lists.set('g', 'local');
    bring({ g: 'a b a' });
    expect(await apply(twoToOne)).toEqual([]);
    expect(sent()).toEqual([dump('g'), RELOAD, dump('g')]);
  });

  it('are fetched anew where one differs, and looked at afterwards', async () => {
    const { apply, sent, bring, log } = listsOf({ g: 'a b a' });
    bring({ g: 'a b' });
    expect(await apply({ g: { members: { a: 1, b: 1 }, chooser } })).toEqual([]);
    expect(sent()).toEqual([dump('g'), RELOAD, dump('g')]);
    expect(log.news()).toEqual(['info switch fs1: distributor_ctl reload: +OK reloaded.']);
  });

  it('are known to be right since they were first found so, as long as the same is wanted', async () => {
    const { lists, apply, state, bring, sofia } = listsOf({ g: 'a b a' });
    const wanted = buildSnapshot({ groups: twoToOne });
    const other = buildSnapshot({ groups: { g: { members: { a: 1, b: 1 }, chooser } } });
    expect(lists.rightSinceMs(wanted)).toBeUndefined();
    state.nowMs = 5;
    await apply(twoToOne);
    state.nowMs = 9;
    await apply(twoToOne);
    expect([lists.rightSinceMs(wanted), lists.rightSinceMs(other)]).toEqual([5, undefined]);
    // Found otherwise, and not mended.
    sofia.lists.set('g', 'local');
    bring({ g: 'local' });
    await apply(twoToOne);
    expect(lists.rightSinceMs(wanted)).toBeUndefined();
    bring({ g: 'a b a' });
    state.nowMs = 700_000;
    await apply(twoToOne);
    expect(lists.rightSinceMs(wanted)).toBe(700_000);
    lists.forget();
    expect(lists.rightSinceMs(wanted)).toBeUndefined();
  });

  it('are fetched once for all that differ', async () => {
    const { apply, sent, bring } = listsOf({ h: 'x' });
    bring({ g: 'a b a', h: 'c' });
    expect(await apply({ ...twoToOne, h: { members: { c: 1 }, chooser } })).toEqual([]);
    expect(sent().filter((line) => line === RELOAD)).toHaveLength(1);
  });

  it('do not matter of groups in which this server makes the first choice', async () => {
    const { apply, sent } = listsOf({});
    expect(await apply({ g: { members: { a: 1 } } })).toEqual([]);
    expect(sent()).toEqual([]);
  });

  it('of all groups and tiers matter where the switch is to do without this server', async () => {
    const { apply, sent, bring } = listsOf({ g: 'a', 'g~2': 'c' }, 'fs1', true);
    bring({ g: 'a', 'g~2': 'b' });
    expect(await apply({ g: { members: { a: 1, b: { tier: 2 } } } })).toEqual([]);
    expect(sent()).toEqual([dump('g'), dump('g~2'), RELOAD, dump('g'), dump('g~2')]);
  });

  it('that a switch has from exported files are told of as such where it does not take ours', async () => {
    const local = listsOf({ g: 'x', 'trunkhunt-local': '' });
    await local.apply(twoToOne);
    expect(local.log.news().join()).toContain('it runs on the files that were exported to it');
    const other = listsOf({ g: 'x' });
    await other.apply(twoToOne);
    expect(other.log.news().join()).toContain('a local distributor.conf.xml stands in');
  });

  it('are not reset because of what leaves the round as it is: other tiers, and weights in the same proportion', async () => {
    const { apply, sent } = listsOf({ g: 'a b a' });
    await apply(twoToOne);
    sent();
    expect(await apply({ g: { members: { a: 4, b: 2, late: { tier: 2 } }, chooser, maxAttempts: 2 } })).toEqual([]);
    expect(sent()).toEqual([dump('g')]);
  });

  it('are those of the members that this switch has, which may be none', async () => {
    const members = { a: 1, b: 1 };
    const onSecond = { b: { switches: ['fs2'] } };
    const first = listsOf({ g: 'a' });
    expect(await first.apply({ g: { members, chooser } }, onSecond)).toEqual([]);
    const second = listsOf({ g: 'a b' }, 'fs2');
    expect(await second.apply({ g: { members, chooser } }, onSecond)).toEqual([]);
    expect([...first.sent(), ...second.sent()]).toEqual([dump('g'), dump('g')]);
    const none = listsOf({ g: '' });
    expect(await none.apply({ g: { members, chooser } }, { a: { switches: ['fs2'] }, ...onSecond })).toEqual([]);
  });
});

describe('a reload that did not bring the lists', () => {
  it('is found out, told, and not repeated for ever', async () => {
    const { apply, sent, bring, log, state } = listsOf({ g: 'local' });
    bring({ g: 'local file' });
    for (let pass = 0; pass < 5; pass += 1) {
      expect(await apply(twoToOne)).toEqual([
        { name: 'g', kind: 'list', reason: expect.stringMatching(/^it is 'local.*', wanted is 'a b a'$/) as string },
      ]);
    }
    expect(sent().filter((line) => line === RELOAD)).toHaveLength(3);
    expect(log.news().filter((line) => line.startsWith('error'))).toHaveLength(3);
    state.nowMs = 600_000;
    bring({ g: 'a b a' });
    expect(await apply(twoToOne)).toEqual([]);
    expect(sent().filter((line) => line === RELOAD)).toHaveLength(1);
  });

  it('is repeated where something else is wanted, and where the switch began anew', async () => {
    const { apply, sent, lists } = listsOf({ g: 'local' });
    for (let pass = 0; pass < 4; pass += 1) await apply(twoToOne);
    sent();
    await apply({ g: { members: { a: 1 }, chooser } });
    expect(sent()).toContain(RELOAD);
    for (let pass = 0; pass < 4; pass += 1) await apply({ g: { members: { a: 1 }, chooser } });
    sent();
    lists.forget();
    await apply({ g: { members: { a: 1 }, chooser } });
    expect(sent()).toContain(RELOAD);
  });

  it('says what the switch said where the list is not there', async () => {
    const { apply } = listsOf({});
    expect(await apply(twoToOne)).toEqual([{ name: 'g', kind: 'list', reason: '-ERR not found!' }]);
  });
});

describe('a list', () => {
  it('differs by its order, by a weight, and by a node', async () => {
    const { lists, sofia } = listsOf({});
    const snapshot = buildSnapshot({ groups: twoToOne });
    for (const has of ['a a b', 'b a a', 'a b', 'a b a a', '']) {
      sofia.lists.set('g', has);
      lists.forget();
      expect(await lists.drift(sofia.connection, snapshot), has).toHaveLength(1);
    }
  });

  it('is shown shortened, since a round may be long', async () => {
    const { lists, sofia } = listsOf({ g: Array<string>(300).fill('gw').join(' ') });
    const [drift] = await lists.drift(sofia.connection, buildSnapshot({ groups: twoToOne }));
    expect(drift?.reason.length).toBeLessThan(200);
    expect(drift?.reason).toMatch(/^it is 'gw gw .*\.\.\.', wanted is 'a b a'$/);
  });

  it('is looked at without a reload', async () => {
    const { lists, sofia, sent } = listsOf({ g: 'x' });
    expect(await lists.drift(sofia.connection, buildSnapshot({ groups: twoToOne }))).toHaveLength(1);
    expect(sent()).toEqual([dump('g')]);
  });
});
