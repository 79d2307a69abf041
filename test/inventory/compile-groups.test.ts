import { describe, expect, it } from 'vitest';

import { tiersOn } from '../../src/routing/gateway-group.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { viewOf } from '../../src/routing/snapshot.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const snapshotOf = (sql: string): Snapshot => temporaryInventory(SOUND_INVENTORY + sql).compile().snapshot!;
const groupOf = (snapshot: Snapshot) => snapshot.groups.find(({ name }) => name === 'g')!;

/** The usable members of each tier: name and weight, in the order of the line-up. */
const tiersAt = (snapshot: Snapshot, hostname = ''): Record<number, string> =>
  Object.fromEntries(
    tiersOn(groupOf(snapshot), hostname).map(({ tier, lineup, gateways }) => {
      expect(gateways.map(({ name }) => name)).toEqual(lineup.members.map(({ name }) => name));
      return [tier, lineup.members.map(({ name, weight }) => `${name}:${weight}`).join(' ')];
    }),
  );

const more = (...names: string[]): string =>
  names
    .map(
      (name) => `INSERT INTO gateways (name, proxy) VALUES ('${name}', '192.0.2.9');
        INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', '${name}');`,
    )
    .join('');
const member = (name: string, assignments: string): string =>
  `UPDATE gateway_group_members SET ${assignments} WHERE gateway = '${name}';`;

describe('the usable tiers of a group', () => {
  it('are in order, each heaviest first and then by name', () => {
    const snapshot = snapshotOf(
      more('c', 'd', 'e') + member('a', 'tier = 9') + member('e', 'weight = 5') + member('d', 'tier = 3'),
    );
    expect(Object.keys(tiersAt(snapshot))).toEqual(['1', '3', '9']);
    expect(tiersAt(snapshot)).toEqual({ 1: 'e:5 b:1 c:1', 3: 'd:1', 9: 'a:1' });
    const [first] = groupOf(snapshot).tiers;
    expect(first?.lineup).toMatchObject({ key: 'g/1', totalWeight: 7 });
  });

  it.each([
    ['drained', "UPDATE gateways SET state = 'drain' WHERE name = 'a';"],
    ['disabled', "UPDATE gateways SET state = 'disabled' WHERE name = 'a';"],
    ['of weight 0 here', member('a', 'weight = 0')],
  ])('leave out a gateway that is %s, which stays a member', (_what, sql) => {
    const snapshot = snapshotOf(sql);
    expect(tiersAt(snapshot)).toEqual({ 1: 'b:1' });
    expect(
      groupOf(snapshot)
        .members.map(({ gateway }) => gateway.name)
        .sort(),
    ).toEqual(['a', 'b']);
  });

  it('are none where nobody is usable', () => {
    expect(tiersAt(snapshotOf('UPDATE gateway_group_members SET weight = 0;'))).toEqual({});
  });

  it('say which number rules apply where, and which proxies are addresses', () => {
    const snapshot = snapshotOf(`${more('c', 'd')}
      UPDATE gateways SET strip_digits = 1 WHERE name IN ('a', 'c');
      UPDATE gateways SET proxy = '[2001:DB8::1]:5060' WHERE name = 'd'; UPDATE gateways SET proxy = 'h' WHERE name = 'b';
      UPDATE gateways SET proxy = '192.0.2.1;transport=tcp' WHERE name = 'c';`);
    const [tier] = groupOf(snapshot).tiers;
    expect(tier?.numberRules).toEqual([
      { stripDigits: 1, addPrefix: '' },
      { stripDigits: 0, addPrefix: '' },
    ]);
    expect(tier?.numberRulesOf).toEqual([0, 1, 0, 1]);
    expect([...(tier?.byProxyAddress ?? [])]).toEqual([
      ['192.0.2.1', [0, 2]],
      ['2001:db8::1', [3]],
    ]);
  });
});

describe('a gateway that is bound to switches', () => {
  const BOUND = `INSERT INTO switches (hostname) VALUES ('fs1'), ('fs2'), ('fs3');
    INSERT INTO gateway_switches VALUES ('a', 'fs1'), ('a', 'fs2');`;

  it('is usable on these and on no other', () => {
    const snapshot = snapshotOf(BOUND);
    expect(tiersAt(snapshot, 'fs1')).toEqual({ 1: 'a:1 b:1' });
    expect(tiersAt(snapshot, 'fs2')).toEqual({ 1: 'a:1 b:1' });
    for (const other of ['fs3', 'unknown', '']) expect(tiersAt(snapshot, other)).toEqual({ 1: 'b:1' });
  });

  it('gives these switches line-ups of their own', () => {
    const { lineups } = snapshotOf(BOUND);
    expect([...lineups.keys()].sort()).toEqual(['g/1', 'g/1@fs1', 'g/1@fs2']);
  });

  it('makes a view for switches that some gateway is bound to', () => {
    const snapshot = snapshotOf(BOUND);
    expect(['fs1', 'fs2', 'fs3', 'unknown'].map((hostname) => viewOf(snapshot, hostname))).toEqual([
      'fs1',
      'fs2',
      '',
      '',
    ]);
    expect([...snapshot.hostnames]).toEqual(['fs1', 'fs2', 'fs3']);
  });

  it('does not leave a group without calls while it is usable somewhere', () => {
    const sql = `${BOUND} ${member('b', 'weight = 0')}`;
    const { snapshot, findings } = temporaryInventory(SOUND_INVENTORY + sql).compile();
    expect(findings).toEqual([]);
    expect(tiersAt(snapshot!, 'fs1')).toEqual({ 1: 'a:1' });
    expect(tiersAt(snapshot!, 'fs3')).toEqual({});
  });
});

describe('line-ups', () => {
  const SECOND_GROUP = `INSERT INTO gateway_groups (name) VALUES ('h');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('h', 'a'), ('h', 'b');`;
  const both = (sql: string): readonly [Snapshot, Snapshot] => {
    const inventory = temporaryInventory(SOUND_INVENTORY + SECOND_GROUP);
    const before = inventory.compile().snapshot!;
    inventory.run(sql);
    return [before, inventory.compile(before).snapshot!];
  };

  it.each([
    ['nothing', ''],
    ['a note', "UPDATE gateway_groups SET note = 'x';"],
    ['another setting of a gateway', 'UPDATE gateways SET ping_seconds = 25;'],
    [
      'a member of weight 0',
      "INSERT INTO gateways (name, proxy) VALUES ('z', 'h'); INSERT INTO gateway_group_members VALUES ('g', 'z', 1, 0);",
    ],
  ])('stay the same objects when what changed is %s', (_what, sql) => {
    const [before, after] = both(sql);
    expect(after).not.toBe(before);
    for (const [key, lineup] of before.lineups) expect(after.lineups.get(key)).toBe(lineup);
    expect(groupOf(after).tiers[0]?.lineup).toBe(groupOf(before).tiers[0]?.lineup);
  });

  it.each([
    ['a weight', "UPDATE gateway_group_members SET weight = 2 WHERE group_name = 'g' AND gateway = 'a';"],
    ['a member', `DELETE FROM gateway_group_members WHERE group_name = 'g' AND gateway = 'a';`],
  ])('are new where %s changed, and only there', (_what, sql) => {
    const [before, after] = both(sql);
    expect(after.lineups.get('g/1')).not.toBe(before.lineups.get('g/1'));
    expect(after.lineups.get('h/1')).toBe(before.lineups.get('h/1'));
    expect(groupOf(after).tiers[0]?.lineup).toBe(after.lineups.get('g/1'));
  });

  it('are forgotten with their tier', () => {
    const [, after] = both("UPDATE gateway_group_members SET tier = 2 WHERE group_name = 'g';");
    expect([...after.lineups.keys()].sort()).toEqual(['g/2', 'h/1']);
  });
});

describe('the causes after which a group goes on', () => {
  const continueOn = (sql: string): readonly string[] => groupOf(snapshotOf(sql)).continueOn;

  it('are the common ones, sorted', () => {
    const causes = continueOn('');
    expect(causes).toHaveLength(13);
    expect(causes).toEqual([...causes].sort());
    expect(causes).toContain('NORMAL_TEMPORARY_FAILURE');
    expect(causes).not.toContain('USER_BUSY');
  });

  it('are more or fewer by its own rows, which win', () => {
    const common = "DELETE FROM failover_causes WHERE cause NOT IN ('GATEWAY_DOWN', 'USER_BUSY');";
    const own = (...rows: string[]): string =>
      rows.map((row) => `INSERT INTO group_failover_causes VALUES ('g', ${row});`).join('');
    expect(continueOn(common)).toEqual(['GATEWAY_DOWN']);
    expect(continueOn(common + own("'USER_BUSY', 'next'"))).toEqual(['GATEWAY_DOWN', 'USER_BUSY']);
    expect(continueOn(common + own("'NO_ANSWER', 'next'", "'GATEWAY_DOWN', 'stop'"))).toEqual(['NO_ANSWER']);
    expect(continueOn(common + own("'GATEWAY_DOWN', 'stop'"))).toEqual([]);
  });

  it('of one group are not those of another', () => {
    const other =
      "INSERT INTO gateway_groups (name) VALUES ('h'); INSERT INTO group_failover_causes VALUES ('h', 'USER_BUSY', 'next');";
    expect(continueOn(other)).not.toContain('USER_BUSY');
  });
});
