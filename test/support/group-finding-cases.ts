import { type FindingCase, gateway, route, UNCHECKED } from './finding-case.ts';

/** Gateways x1 to xN, the last half in no particular order. */
const manyGateways = (count: number, state = 'active', profile = 'external'): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
   INSERT INTO gateways (name, proxy, state, profile) SELECT 'x' || i, '192.0.2.3', '${state}', '${profile}' FROM n;`;

const ALL_OF_THEM_MEMBERS =
  "INSERT OR IGNORE INTO gateway_group_members (group_name, gateway) SELECT 'g', name FROM gateways;";
const BY_DISTRIBUTOR = "UPDATE gateway_groups SET chooser = 'mod_distributor';";
/** What can be wrong with groups, their members and causes. */
export const GROUP_FINDING_CASES: readonly FindingCase[] = [
  ...[-1, 1_000_001].map((weight): FindingCase => ({
    code: 'value-invalid',
    shows: `${UNCHECKED} UPDATE gateway_group_members SET weight = ${weight} WHERE gateway = 'b';`,
    where: "gateway_group_members['g, b'].weight",
    what: new RegExp(`${weight} is no weight`),
    fix: /0 to 1000000/,
    nearMiss: `UPDATE gateway_group_members SET weight = ${weight < 0 ? 0 : 1_000_000};`,
    nearMissHas: weight < 0 ? ['group-without-calls'] : [],
  })),
  {
    code: 'group-empty',
    shows: `INSERT INTO gateway_groups (name) VALUES ('e'); ${route("group_name = 'e'")}`,
    where: "gateway_groups['e']",
    what: /no member.*route 'r'/,
    fix: /INSERT INTO gateway_group_members \(group_name, gateway\) VALUES \('e'/,
    nearMiss: `INSERT INTO gateway_groups (name) VALUES ('e'); ${route("group_name = 'e', enabled = 0")}`,
  },
  {
    code: 'group-too-large',
    shows: `${manyGateways(9_999)} ${ALL_OF_THEM_MEMBERS}`,
    where: "gateway_groups['g']",
    what: /10001 members.*10000/,
    fix: /split/,
    nearMiss: `${manyGateways(9_998)} ${ALL_OF_THEM_MEMBERS}`,
    nearMissHas: ['list-approximated'],
  },
  ...['weight = 0', 'state'].map((how): FindingCase => ({
    code: 'group-without-calls',
    shows:
      how === 'state'
        ? gateway("state = 'drain'") + gateway("state = 'disabled'", 'b')
        : `UPDATE gateway_group_members SET ${how};`,
    where: "gateway_groups['g']",
    what: /all of its members.*route 'r' get 503/,
    fix: /active/,
    nearMiss:
      how === 'state' ? gateway("state = 'drain'") : `UPDATE gateway_group_members SET ${how} WHERE gateway = 'a';`,
  })),
  {
    code: 'list-approximated',
    shows:
      "UPDATE gateway_group_members SET weight = 1024 WHERE gateway = 'a'; UPDATE gateway_group_members SET weight = 2 WHERE gateway = 'b';",
    where: "gateway_groups['g']",
    what: /512 nodes.*off by up to 0\.\d+ percentage points/,
    fix: /smaller weights/,
    nearMiss:
      "UPDATE gateway_group_members SET weight = 1022 WHERE gateway = 'a'; UPDATE gateway_group_members SET weight = 2 WHERE gateway = 'b';",
  },
  ...[['strip_digits = 1'], ["add_prefix = '9'"]].map(([rules = '']): FindingCase => ({
    code: 'distributor-rules-differ',
    shows: `${BY_DISTRIBUTOR} ${gateway(rules)}`,
    where: "gateway_groups['g'].chooser",
    what: /'a' and 'b' have different strip_digits or add_prefix/,
    fix: /chooser = 'trunkhunt'/,
    nearMiss: `${BY_DISTRIBUTOR} ${gateway(rules)} ${gateway(rules, 'b')}`,
  })),
  ...['max_calls', 'max_cps'].map((limit): FindingCase => ({
    code: 'distributor-limits',
    shows: `${BY_DISTRIBUTOR} ${gateway(`${limit} = 5`)}`,
    where: "gateway_groups['g'].chooser",
    what: /'a' has max_calls or max_cps/,
    fix: /NULL/,
    besides: limit === 'max_calls' ? ['limit-unwatched'] : [],
    nearMiss: gateway(`${limit} = 5`),
    nearMissHas: limit === 'max_calls' ? ['limit-unwatched'] : [],
  })),
  {
    code: 'distributor-too-large',
    shows: `${BY_DISTRIBUTOR} ${manyGateways(97)} ${ALL_OF_THEM_MEMBERS}`,
    where: "gateway_groups['g'].chooser",
    what: /99 members.*at most 98/,
    fix: /split/,
    besides: ['distributor-exceptions'],
    nearMiss: `${BY_DISTRIBUTOR} ${manyGateways(96)} ${ALL_OF_THEM_MEMBERS}`,
  },
  ...[manyGateways(96), manyGateways(97, 'disabled'), manyGateways(97, 'active', 'internal')].map(
    (nearMiss): FindingCase => ({
      code: 'distributor-exceptions',
      shows: `${BY_DISTRIBUTOR} ${manyGateways(97, 'drain')}`,
      where: "gateway_groups['g'].chooser",
      what: /external.*99 gateways.*98/,
      fix: /fewer gateways/,
      nearMiss: `${BY_DISTRIBUTOR} ${nearMiss}`,
    }),
  ),
  {
    code: 'cause-unknown',
    shows: "INSERT INTO failover_causes VALUES ('USER_BUZY', 'next');",
    where: "failover_causes['USER_BUZY'].cause",
    what: /no cause 'USER_BUZY'/,
    fix: /USER_BUSY/,
    nearMiss: "INSERT INTO failover_causes VALUES ('NO_PICKUP', 'next');",
  },
  {
    code: 'cause-unknown',
    shows: "INSERT INTO group_failover_causes VALUES ('g', 'TRUE', 'stop');",
    where: "group_failover_causes['g, TRUE'].cause",
    what: /no cause 'TRUE'/,
    fix: /the nearest/,
    nearMiss: "INSERT INTO group_failover_causes VALUES ('g', 'NO_PICKUP', 'stop');",
  },
  {
    code: 'cause-unknown',
    shows: "INSERT INTO outcome_blame VALUES ('USER_BUZY', 'gateway');",
    where: "outcome_blame['USER_BUZY'].match",
    what: /no cause 'USER_BUZY'/,
    fix: /USER_BUSY/,
    nearMiss: "INSERT INTO outcome_blame VALUES ('NO_PICKUP', 'gateway'), ('499', 'gateway'), ('1xx', 'caller');",
  },
];
