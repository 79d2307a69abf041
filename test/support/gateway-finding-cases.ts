import { type FindingCase, gateway, UNCHECKED } from './finding-case.ts';

const NAMES: readonly FindingCase[] = [
  ...[
    [
      'gateways',
      "INSERT INTO gateways (name, proxy) VALUES ('a b', 'h')",
      "INSERT INTO gateways (name, proxy) VALUES ('a_b', 'h')",
    ],
    [
      'gateway_groups',
      "INSERT INTO gateway_groups (name) VALUES ('a b')",
      "INSERT INTO gateway_groups (name) VALUES ('a_b')",
    ],
    ['profiles', "INSERT INTO profiles (name) VALUES ('a b')", "INSERT INTO profiles (name) VALUES ('a_b')"],
  ].map(([table = '', shows = '', nearMiss = '']): FindingCase => ({
    code: 'name-invalid',
    shows: `${UNCHECKED} ${shows};`,
    where: `${table}['a b'].name`,
    what: /'a b'.*1 to 128/,
    fix: /rename/,
    nearMiss,
  })),
  {
    code: 'name-invalid',
    shows: `${UNCHECKED} ${gateway("profile = 'all'")}`,
    where: "gateways['a'].profile",
    what: /'all'/,
    fix: /rename/,
    nearMiss: gateway("profile = 'alls'"),
  },
  {
    code: 'name-duplicate',
    shows: `DROP INDEX "gateways.name: unique without regard to case"; INSERT INTO gateways (name, proxy) VALUES ('A', 'h');`,
    where: "gateways['a'].name",
    what: /'A' and 'a' differ only in case/,
    fix: /rename/,
    nearMiss: "INSERT INTO gateways (name, proxy) VALUES ('A1', 'h');",
  },
];

const GATEWAYS: readonly FindingCase[] = [
  {
    code: 'parameter-unknown',
    shows: "INSERT INTO gateway_params VALUES ('a', 'From-Domain', 'h');",
    where: "gateway_params['a, From-Domain'].name",
    what: /'From-Domain'.*case-sensitive/,
    fix: /'from-domain'/,
    nearMiss: "INSERT INTO gateway_params VALUES ('a', 'from-domain', 'h');",
  },
  {
    code: 'ping-never-down',
    shows: gateway('ping_seconds = 25, ping_min = 0'),
    where: "gateways['a'].ping_min",
    what: /never marked down/,
    fix: /ping_min to 1/,
    nearMiss: gateway('ping_min = 0') + gateway('ping_seconds = 25, ping_min = 1', 'b'),
  },
  {
    code: 'limit-unwatched',
    shows: gateway('max_calls = 7'),
    where: "gateways['a'].max_calls",
    what: /switches is empty/,
    fix: /esl_host/,
    nearMiss: gateway('max_cps = 7'),
  },
  {
    code: 'limit-unwatched',
    shows: `${gateway('max_calls = 7')} INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1'), ('fs2', NULL);`,
    where: "gateways['a'].max_calls",
    what: /no esl_host for 'fs2'/,
    fix: /esl_host/,
    nearMiss: `${gateway('max_calls = 7')} INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');`,
  },
];

/** Every column of free text that FreeSWITCH's own files would have expanded. */
const GLOBALS: readonly FindingCase[] = [
  ['gateway_params', "('a', 'from-domain', '$${domain}')", "('a', 'from-domain', '${domain}')", 'a, from-domain'],
  ['gateway_variables', "('a', 'v', 'x$${domain}', NULL)", "('a', 'v', '$$ {domain}', NULL)", 'a, v'],
  ['profile_settings', "('p', 'v', '$${domain}')", "('p', 'v', '$domain')", 'p, v'],
].map(([table = '', shows = '', nearMiss = '', key = '']) => ({
  code: 'global-not-expanded',
  shows: `INSERT INTO profiles VALUES ('p'); INSERT INTO ${table} VALUES ${shows};`,
  where: `${table}['${key}'].value`,
  what: /as it is written/,
  fix: /value itself/,
  nearMiss: `INSERT INTO profiles VALUES ('p'); INSERT INTO ${table} VALUES ${nearMiss};`,
}));

/** What can be wrong with names and gateways. */
export const GATEWAY_FINDING_CASES: readonly FindingCase[] = [...NAMES, ...GATEWAYS, ...GLOBALS];
