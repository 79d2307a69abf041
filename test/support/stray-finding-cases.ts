import { type FindingCase } from './finding-case.ts';

/** Rows of a client that left foreign keys off, and what makes them point at something. */
export const STRAY_FINDING_CASES: readonly FindingCase[] = [
  [
    "INSERT INTO gateway_params VALUES ('x', 'from-domain', 'h');",
    "gateway_params['x'].gateway",
    "gateway 'x'",
    'DELETE FROM gateway_params',
  ],
  [
    "INSERT INTO gateway_variables VALUES ('x', 'n', 'v', NULL);",
    "gateway_variables['x'].gateway",
    "gateway 'x'",
    'DELETE FROM gateway_variables',
  ],
  [
    "INSERT INTO switches (hostname) VALUES ('fs1'); INSERT INTO gateway_switches VALUES ('x', 'fs1');",
    "gateway_switches['x'].gateway",
    "gateway 'x'",
    'DELETE FROM gateway_switches',
  ],
  [
    "INSERT INTO gateway_switches VALUES ('a', 'x');",
    "gateway_switches['a, x'].hostname",
    "switch 'x'",
    'insert it into switches',
  ],
  [
    "INSERT INTO gateway_group_members (group_name, gateway) VALUES ('x', 'a');",
    "gateway_group_members['x'].group_name",
    "group 'x'",
    'DELETE FROM gateway_group_members',
  ],
  [
    "INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'x');",
    "gateway_group_members['g, x'].gateway",
    "gateway 'x'",
    'DELETE FROM gateway_group_members',
  ],
  [
    "INSERT INTO routes (name, context, group_name) VALUES ('s', 'default', 'x');",
    "routes['s'].group_name",
    "group 'x'",
    'insert the group',
  ],
  [
    "INSERT INTO routes (id, context, group_name) VALUES (7, 'default', 'x');",
    "routes['#7'].group_name",
    "group 'x'",
    'insert the group',
  ],
  [
    "INSERT INTO group_failover_causes VALUES ('x', 'USER_BUSY', 'next');",
    "group_failover_causes['x, USER_BUSY'].group_name",
    "group 'x'",
    'insert the group',
  ],
  [
    "INSERT INTO profile_settings VALUES ('x', 'n', 'v');",
    "profile_settings['x'].profile",
    "profile 'x'",
    'INSERT INTO profiles',
  ],
].map(([shows = '', where = '', missing = '', fix = '']) => ({
  code: 'reference-broken',
  shows,
  where,
  what: new RegExp(`there is no ${missing}`),
  fix: new RegExp(fix),
  nearMiss: `${shows} INSERT INTO gateways (name, proxy) VALUES ('x', 'h'); INSERT INTO gateway_groups (name) VALUES ('x');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('x', 'b');
    INSERT INTO switches (hostname) VALUES ('x'); INSERT INTO profiles VALUES ('x');`,
}));
