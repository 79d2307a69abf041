import { type FindingCase, gateway, route, UNCHECKED } from './finding-case.ts';

/** What can be wrong with routes. */
export const ROUTE_FINDING_CASES: readonly FindingCase[] = [
  ...[
    ['caller_id_number', "'1,2'", "'+1*2'"],
    ['caller_id_name', "'a|b'", "'a&b'"],
    ['caller_id_name', "'a' || char(133)", "'a' || char(233)"],
  ].map(([column = '', bad = '', good = '']): FindingCase => ({
    code: 'value-invalid',
    shows: `${UNCHECKED} ${route(`${column} = ${bad}`)}`,
    where: `routes['r'].${column}`,
    what: /would read as syntax/,
    fix: /take them out/,
    nearMiss: route(`${column} = ${good}`),
  })),
  ...['destination_pattern', 'caller_pattern', 'header_pattern'].flatMap((column): FindingCase[] => {
    const header = column === 'header_pattern' ? ", header_name = 'X-A'" : '';
    return [
      {
        code: 'pattern-invalid',
        shows: route(`${column} = '9[0-9](8'${header}`),
        where: `routes['r'].${column}`,
        what: /'9\[0-9\]\(8' is no pattern: missing closing \).*at character 7/,
        fix: /RE2/,
        nearMiss: route(`${column} = '9[0-9]\\(8'${header}`),
      },
      {
        code: 'pattern-too-large',
        shows: route(`${column} = '[ab]{999}[ab]{999}[ab]{3}'${header}`),
        where: `routes['r'].${column}`,
        what: /too large/,
        fix: /smaller repetitions/,
        nearMiss: route(`${column} = '[ab]{999}[ab]{990}'${header}`),
      },
    ];
  }),
  {
    code: 'capture-missing',
    shows: route("destination_pattern = '^0(.)(.)', dial_number = '$1$3$2'"),
    where: "routes['r'].dial_number",
    what: /uses \$3.*2 captures/,
    fix: /parentheses/,
    nearMiss: route("destination_pattern = '^0(.)(.)(.)', dial_number = '$1$3$2'"),
  },
  {
    code: 'network-invalid',
    shows: route("source_network = '192.0.2.1/24'"),
    where: "routes['r'].source_network",
    what: /'192\.0\.2\.1\/24'.*bits set beyond/,
    fix: /192\.0\.2\.0\/24/,
    nearMiss: route("source_network = '192.0.2.0/24'"),
  },
  {
    code: 'number-never-dialable',
    shows: route("add_prefix = 'x'"),
    where: "routes['r'].add_prefix",
    what: /no number.*add_prefix 'x'.*'digits'/,
    fix: /destination_charset/,
    nearMiss: route("add_prefix = 'x', destination_charset = 'user'"),
  },
  {
    code: 'number-never-dialable',
    shows: route("destination_prefix = '+49', add_prefix = '00'"),
    where: "routes['r'].add_prefix",
    what: /no number.*add_prefix '00'/,
    fix: /strip_digits/,
    nearMiss: route("destination_prefix = '+49', strip_digits = 1, add_prefix = '00'"),
  },
  {
    code: 'number-never-dialable',
    shows: gateway("add_prefix = '0x'"),
    where: "gateways['a'].add_prefix",
    what: /route 'r'.*no number.*add_prefix '0x'/,
    fix: /gateway's add_prefix/,
    nearMiss: gateway("add_prefix = '0x'") + route("dial_number = '1004'"),
  },
  {
    code: 'number-never-dialable',
    shows: route("dial_number = 'bob'"),
    where: "routes['r'].dial_number",
    what: /'bob' cannot be dialled/,
    fix: /destination_charset/,
    nearMiss: route("dial_number = 'bob', destination_charset = 'user'"),
  },
  ...[
    "context = 'public'",
    "context = 'Public'",
    "context = 'public', dial_number = '$1', destination_pattern = '(.)'",
  ].map((assignments, at): FindingCase => ({
    code: 'route-open-to-internet',
    shows: route(assignments),
    where: "routes['r'].context",
    what: /anybody on the Internet/,
    fix: /source_network/,
    nearMiss: route(
      ["context = 'public', dial_number = '1004'", "context = 'public', source_network = '192.0.2.0/24'"][at] ??
        "context = 'publics'",
    ),
  })),
  {
    code: 'prefix-outside-charset',
    shows: route("destination_prefix = 'bob', dial_number = '1004'"),
    where: "routes['r'].destination_prefix",
    what: /'bob'.*refused by charset 'digits'/,
    fix: /'user'/,
    nearMiss: route("destination_prefix = 'bob', dial_number = '1004', destination_charset = 'user'"),
  },
  {
    code: 'header-not-passed',
    shows: route("header_name = 'Subject', header_pattern = 'x'"),
    where: "routes['r'].header_name",
    what: /'Subject' may never arrive/,
    fix: /X-/,
    nearMiss: `${route("header_name = 'x-subject', header_pattern = 'x'")}
      INSERT INTO routes (context, group_name, header_name, header_pattern) VALUES ('default', 'g', 'P-Asserted-Identity', 'x');`,
  },
];
