import { type FindingCase, gateway, route } from './finding-case.ts';

const group = (assignments: string): string => `UPDATE gateway_groups SET ${assignments} WHERE name = 'g';`;
const member = (name: string, assignments: string): string =>
  `UPDATE gateway_group_members SET ${assignments} WHERE gateway = '${name}';`;
const PINGED = 'UPDATE gateways SET ping_seconds = 25;';
/** Gateways named so, pinged and members of g. */
const more = (...names: string[]): string =>
  names
    .map(
      (name, at) => `INSERT INTO gateways (name, proxy, ping_seconds) VALUES ('${name}', '192.0.2.${at + 10}', 25);
        INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', '${name}');`,
    )
    .join('');
const LISTENED = "INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');";
const TWO_SWITCHES = `${LISTENED} INSERT INTO switches (hostname, esl_host) VALUES ('fs2', '127.0.0.1');`;
const BOUND = `${TWO_SWITCHES} INSERT INTO gateway_switches VALUES ('a', 'fs1'), ('b', 'fs1');`;
const UNBOUND_GROUP = `INSERT INTO gateways (name, proxy, ping_seconds) VALUES ('c', '192.0.2.3', 25);
  INSERT INTO gateway_groups (name) VALUES ('h'); INSERT INTO gateway_group_members (group_name, gateway) VALUES ('h', 'c');`;
const login = "register = 1, username = 'u', password = 'hushcanary'";
/** Another route to g, after r unless its columns say otherwise. */
const another = (columns: string, values: string): string =>
  `INSERT INTO routes (name, context, group_name${columns === '' ? '' : `, ${columns}`})
    VALUES ('s', 'default', 'g'${values === '' ? '' : `, ${values}`});`;

/** What `check` alone says: each runs on SOUND_INVENTORY with its gateways pinged, and is legal. */
export const REVIEW_FINDING_CASES: readonly FindingCase[] = [
  {
    code: 'ping-off',
    shows: gateway('ping_seconds = NULL'),
    where: "gateways['a'].ping_seconds",
    what: /'a' neither registers nor is pinged/,
    fix: /SET ping_seconds = 25 WHERE name = 'a'/,
    nearMiss: gateway(`ping_seconds = NULL, ${login}`),
  },
  ...["state = 'drain'", "state = 'disabled'"].map((state): FindingCase => ({
    code: 'ping-off',
    shows: 'UPDATE gateways SET ping_seconds = NULL;',
    where: 'gateways.ping_seconds',
    what: /'a' and 'b' neither register nor are pinged/,
    fix: /WHERE register = 0 AND ping_seconds IS NULL/,
    nearMiss: `${gateway(`ping_seconds = NULL, ${state}`)}
      INSERT INTO gateways (name, proxy) VALUES ('inbound-only', '192.0.2.8');`,
  })),
  {
    code: 'ping-count-idle',
    shows: gateway(`${login}, ping_max = 3`),
    where: "gateways['a'].ping_max",
    what: /registered gateway down at the first ping.*ping_max \(3\)/,
    fix: /NULL/,
    nearMiss: gateway(`${login}, ping_max = 1`) + gateway('ping_max = 3', 'b'),
  },
  {
    code: 'weight-on-one',
    shows: member('a', 'weight = 100'),
    where: "gateway_group_members['g, a'].weight",
    what: /'a' has 100 of 101 parts.*the other gets 1 of 101 calls/,
    fix: /strategy = 'ordered'/,
    nearMiss: member('a', 'weight = 99'),
  },
  {
    code: 'weight-on-one',
    shows: `${more('c')} ${member('a', 'weight = 400')}`,
    where: "gateway_group_members['g, a'].weight",
    what: /the other 2 together get 2 of 402 calls/,
    fix: /tier 2/,
    nearMiss: `${more('c')} ${member('a', 'weight = 400')} ${group("strategy = 'ordered'")}`,
  },
  {
    code: 'weight-on-one',
    shows: member('b', 'weight = 0'),
    where: "gateway_group_members['g, a'].weight",
    what: /'a' gets every call: the weight of 'b' is 0.*not even when 'a' fails/,
    fix: /later tier with weight 1/,
    nearMiss: gateway("state = 'drain'", 'b') + member('b', 'weight = 0'),
  },
  {
    code: 'weight-on-one',
    shows: `${BOUND} INSERT INTO gateway_switches VALUES ('a', 'fs2'), ('b', 'fs2'); ${member('b', 'weight = 500')}`,
    where: "gateway_group_members['g, b'].weight",
    what: /on switch 'fs[12]' in tier 1 'b'/,
    fix: /shares/,
    nearMiss: `${TWO_SWITCHES} INSERT INTO gateway_switches VALUES ('a', 'fs1'), ('b', 'fs2'); ${member('b', 'weight = 500')}`,
  },
  {
    code: 'tier-never-reached',
    shows: `${more('c')} ${member('c', 'tier = 2')} ${group('max_attempts = 1')}`,
    where: "gateway_groups['g'].max_attempts",
    what: /tier 2 is never tried: max_attempts is 1, and the tiers before it have 2 gateways/,
    fix: /max_attempts to 3.*esl_host/,
    nearMiss: `${more('c')} ${member('c', 'tier = 2')} ${group('max_attempts = 3')}`,
  },
  {
    code: 'tier-never-reached',
    shows: `${more('c')} ${member('c', 'tier = 7')} UPDATE failover_causes SET action = 'stop';`,
    where: "gateway_groups['g'].max_attempts",
    what: /tier 7 is never tried: no cause is 'next'/,
    fix: /action 'next'/,
    nearMiss: `${more('c')} ${member('c', 'tier = 7')}`,
  },
  {
    code: 'tier-reached-late',
    shows: `${LISTENED} ${more('c')} ${member('c', 'tier = 2')} ${group('max_attempts = 2')}`,
    where: "gateway_groups['g'].max_attempts",
    what: /tier 2 is tried only while one of the 2 gateways before it is known to be down/,
    fix: /max_attempts to 3 or more; or leave it/,
    nearMiss: `${LISTENED} ${more('c')} ${member('c', 'tier = 2')} ${group('max_attempts = 3')}`,
  },
  {
    code: 'tier-reached-late',
    shows: `${member('b', 'tier = 2')} ${group('max_attempts = 1')}`,
    where: "gateway_groups['g'].max_attempts",
    what: /while the gateway before it is full, unable to dial the number, or where the call comes from/,
    fix: /max_attempts to 2/,
    nearMiss: group('max_attempts = 1'),
  },
  {
    code: 'tier-reached-late',
    shows: `${gateway("proxy = 'a.example.net', max_cps = 5")} ${member('b', 'tier = 2')} ${group('max_attempts = 1')}`,
    where: "gateway_groups['g'].max_attempts",
    what: /gateway before it is full/,
    fix: /max_attempts to 2/,
    nearMiss: `${gateway("proxy = 'a.example.net'")} ${member('b', 'tier = 2')} ${group('max_attempts = 1')}`,
    nearMissHas: ['tier-never-reached'],
  },
  {
    code: 'caller-waits-long',
    shows: `${group('max_attempts = 4')} ${more('c', 'd')}`,
    where: "gateway_groups['g'].progress_timeout_seconds",
    what: /4 gateways that stay silent for 10 s each take 40 s/,
    fix: /max_attempts to 3, or progress_timeout_seconds to 7/,
    nearMiss: `${group('max_attempts = 4')} ${more('c')}`,
  },
  {
    code: 'caller-waits-long',
    shows: group('progress_timeout_seconds = 16'),
    where: "gateway_groups['g'].progress_timeout_seconds",
    what: /2 gateways that stay silent for 16 s each take 32 s/,
    fix: /set progress_timeout_seconds to 15$/,
    nearMiss: `${group('progress_timeout_seconds = 60')} INSERT INTO group_failover_causes VALUES ('g', 'PROGRESS_TIMEOUT', 'stop');`,
  },
  {
    code: 'silence-ends-call',
    shows: group('answer_timeout_seconds = 9'),
    where: "gateway_groups['g'].answer_timeout_seconds",
    what: /given up after 9 s, before progress_timeout_seconds \(10\).*ALLOTTED_TIMEOUT/,
    fix: /below 9/,
    nearMiss: `${group('answer_timeout_seconds = 9')} INSERT INTO group_failover_causes VALUES ('g', 'ALLOTTED_TIMEOUT', 'next');`,
  },
  {
    code: 'silence-ends-call',
    shows: group('answer_timeout_seconds = 14, progress_timeout_seconds = 15'),
    where: "gateway_groups['g'].answer_timeout_seconds",
    what: /given up after 14 s/,
    fix: /above 15/,
    nearMiss: group('answer_timeout_seconds = 15, progress_timeout_seconds = 15'),
  },
  {
    code: 'switch-without-gateway',
    shows: BOUND,
    where: "gateway_groups['g']",
    what: /no usable gateway on switch 'fs2': calls of route 'r' get 503/,
    fix: /gateway_switches/,
    nearMiss: `${BOUND} INSERT INTO gateway_switches VALUES ('b', 'fs2');`,
  },
  {
    code: 'switch-without-gateway',
    shows: `${BOUND} ${UNBOUND_GROUP} INSERT INTO routes (context, group_name, destination_prefix) VALUES ('Default', 'h', '49');`,
    where: "gateway_groups['g']",
    what: /on switch 'fs2'/,
    fix: /all switches/,
    // Switches that serve different contexts.
    nearMiss: `${BOUND} ${UNBOUND_GROUP} INSERT INTO routes (context, group_name, destination_prefix) VALUES ('other', 'h', '49');`,
  },
  ...[
    ['', ''],
    ['destination_prefix', "'49'"],
    ['source_network', "'192.0.2.0/24'"],
    ['destination_pattern, caller_pattern', "'^49', '^12'"],
  ].map(([columns = '', values = '']): FindingCase => {
    const sooner = columns === '' ? 'position' : `${columns}, position`;
    return {
      code: 'route-shadowed',
      shows: `${route('position = 50')} ${another(columns, values)}`,
      where: "routes['s']",
      what: /route 'r' has position 50, before its 100/,
      fix: /below 50, narrow 'r'/,
      nearMiss: another(sooner, columns === '' ? '200' : `${values}, 50`),
      nearMissHas: columns === '' ? ['route-shadowed'] : [],
    };
  }),
  {
    code: 'route-shadowed',
    shows: another('', ''),
    where: "routes['s']",
    what: /route 'r' has the same position and prefix and the lower id/,
    fix: /below 100/,
    nearMiss: another('destination_prefix', "'49'"),
  },
  {
    code: 'route-shadowed',
    shows: `${route("source_network = '192.0.2.0/24', position = 1")} ${another('source_network', "'192.0.2.128/25'")}`,
    where: "routes['s']",
    what: /matches whatever this one matches/,
    fix: /narrow 'r'/,
    nearMiss: `${route("source_network = '192.0.2.0/25', position = 1")} ${another('source_network', "'192.0.2.128/25'")}`,
  },
  {
    code: 'route-never-matches',
    shows: route("destination_prefix = '+49', destination_pattern = '^49[0-9]+$'"),
    where: "routes['r'].destination_pattern",
    what: /begin with the prefix '\+49', and the pattern wants '49' there/,
    fix: /sees the whole number/,
    nearMiss: route("destination_prefix = '+49', destination_pattern = '^\\+49[0-9]+$'"),
  },
];

/** Runs before each of them. */
export const PINGED_GATEWAYS = PINGED;
