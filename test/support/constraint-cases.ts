import type { Database } from 'better-sqlite3';

/** A value of every kind that a client can bind. */
export type SqlValue = string | number | null;
export type RowValues = Readonly<Record<string, SqlValue>>;

/** Values of one row: those that this constraint must refuse, and those that nothing may refuse. */
export interface ConstraintCase {
  /** How the constraint's name begins, as far as it has to be said to mean one: `table.column` or `table: rule`. */
  readonly constraint: string;
  readonly refused: readonly RowValues[];
  readonly accepted: readonly RowValues[];
}

/** What has to be there for the rows below to point at. */
export const BACKGROUND = `
  INSERT INTO gateways (name, proxy) VALUES ('known', '192.0.2.1');
  INSERT INTO gateway_groups (name) VALUES ('known');
  INSERT INTO switches (hostname) VALUES ('known');
  INSERT INTO profiles (name) VALUES ('known');
`;

/** A valid row of every table: the cases change some of its values. */
export const VALID_ROWS: Readonly<Record<string, RowValues>> = {
  gateways: { name: 'gw', proxy: '192.0.2.2' },
  gateway_params: { gateway: 'known', name: 'from-domain', value: 'example.org' },
  gateway_variables: { gateway: 'known', name: 'colour', value: 'red' },
  gateway_groups: { name: 'group' },
  gateway_group_members: { group_name: 'known', gateway: 'known' },
  routes: { context: 'default', group_name: 'known' },
  failover_causes: { cause: 'NORMAL_CLEARING', action: 'next' },
  group_failover_causes: { group_name: 'known', cause: 'USER_BUSY', action: 'next' },
  outcome_blame: { match: '499', blame: 'gateway' },
  switches: { hostname: 'fs1' },
  gateway_switches: { gateway: 'known', hostname: 'known' },
  profiles: { name: 'internal' },
  profile_settings: { profile: 'known', name: 'sip-port', value: '5060' },
};

/** Tables beside the inventory that clients write to. */
const OTHER_ROWS: Readonly<Record<string, RowValues>> = {
  change_note: { who: 'jo' },
  history_settings: { id: 1 },
};

function values(constraint: string, refused: readonly SqlValue[], accepted: readonly SqlValue[]): ConstraintCase {
  const column = constraint.split(/[.:]/)[1] ?? '';
  const asRows = (list: readonly SqlValue[]): readonly RowValues[] => list.map((value) => ({ [column]: value }));
  return { constraint, refused: asRows(refused), accepted: asRows(accepted) };
}

const range = (constraint: string, from: number, to: number, ...others: SqlValue[]): ConstraintCase =>
  values(constraint, [from - 1, to + 1], [from, to, ...others]);

const text = (constraint: string, longest: number, ...others: SqlValue[]): ConstraintCase =>
  values(
    constraint,
    ['', 'x'.repeat(longest + 1), 'a\nb', 'a\rb', '\u0001', 'a\tb', '\u001f', '\u007f', 'a\u0000b', '\u0000'],
    ['x', ' ', 'é'.repeat(longest), `it's "<$\${x}>" & [a]`.slice(0, longest), ...others],
  );

const name = (constraint: string): ConstraintCase =>
  values(
    constraint,
    ['', 'a b', 'é', '-a', 'all', 'ALL', '_all_', '_All_', 'a/b', 'a,b', 'a\n', 'a\u0000', 'x'.repeat(129)],
    ['a', '9', '_', '.', 'A.b_c-9', 'a-', 'alls', '__all__', 'x'.repeat(128)],
  );

const word = (constraint: string, longest: number, alphabet: string, outside: string): ConstraintCase =>
  values(
    constraint,
    ['', 'x'.repeat(longest + 1), 'a\u0000', 'é', 'a b', 'a\n', ...Array.from(outside).map((it) => `a${it}`)],
    ['x', 'x'.repeat(longest), alphabet],
  );

const number = (constraint: string, ...others: SqlValue[]): ConstraintCase =>
  values(
    constraint,
    ['+1+', '1+', '++1', '1 2', 'é', '1,2', '1|2', '1/2', '1@h', '1;x', '1\n', '1\u0000', '$', '$1', '1'.repeat(65)],
    ['+', '+49', '*#', 'bob_the.builder-1', 'ABCZ', '-', '1'.repeat(64), ...others],
  );

const cause = (constraint: string): ConstraintCase =>
  values(constraint, ['', 'user_busy', 'USER BUSY', '17', 'true', 'A,B', 'A\u0000', 'Ä', 'A'.repeat(65)], ['X', 'A_B']);

const choice = (constraint: string, ...accepted: readonly string[]): ConstraintCase =>
  values(constraint, ['', 'x', accepted[0]!.toUpperCase(), `${accepted[0]!} `], accepted);

const GATEWAYS: readonly ConstraintCase[] = [
  name('gateways.name'),
  name('gateways.profile'),
  values(
    'gateways.proxy',
    ['', 'sip:192.0.2.1', 'SIP:a', 'sips:a', 'a b', 'a/b', 'a@b', 'a,b', 'é', 'a\u0000', '$x', 'x'.repeat(256)],
    ['a', '192.0.2.1:5060', '[2001:db8::1]:5060;transport=tcp', 'sip.example.org', 'sipproxy:5060', 'x'.repeat(255)],
  ),
  text('gateways.realm', 255, null),
  text('gateways.username', 255, null),
  text('gateways.password', 255, null),
  {
    constraint: 'gateways.register: 0',
    refused: [-1, 2].map((register) => ({ register, username: 'u', password: 'p' })),
    accepted: [0, 1].map((register) => ({ register, username: 'u', password: 'p' })),
  },
  choice('gateways.register_transport', 'udp', 'tcp', 'tls', 'sctp'),
  range('gateways.expire_seconds', 5, 604_800, null),
  range('gateways.retry_seconds', 5, 86_400, null),
  range('gateways.caller_id_in_from', 0, 1),
  range('gateways.ping_seconds', 5, 86_400, null),
  {
    constraint: 'gateways.ping_min',
    refused: [{ ping_min: -1 }, { ping_min: 1001, ping_max: 1000 }],
    accepted: [{ ping_min: 0 }, { ping_min: 1000, ping_max: 1000 }],
  },
  range('gateways.ping_max', 1, 1000, null),
  text('gateways.extension', 255, null),
  text('gateways.context', 255, null),
  range('gateways.max_calls', 1, 1_000_000, null),
  range('gateways.max_cps', 1, 1_000_000, null),
  range('gateways.strip_digits', 0, 64),
  number('gateways.add_prefix', ''),
  choice('gateways.state', 'active', 'drain', 'disabled'),
  range('gateways.drain_seconds', 0, 86_400),
  {
    constraint: 'gateways: register',
    refused: [{ register: 1 }, { register: 1, username: 'u' }, { register: 1, password: 'p' }],
    accepted: [{ register: 1, username: 'u', password: 'p' }, { register: 0 }, { register: 0, username: 'u' }],
  },
  {
    constraint: 'gateways: ping_min must not exceed',
    refused: [{ ping_min: 2 }, { ping_min: 3, ping_max: 2 }],
    accepted: [{ ping_min: 1 }, { ping_min: 3, ping_max: 3 }, { ping_max: 9 }, { ping_min: 0, ping_max: 1 }],
  },
  word('gateway_params.name: 1 to 64', 64, 'AZaz09_-', '.:/='),
  values('gateway_params.name: ping-user-agent', ['ping-user-agent', 'Ping-User-Agent'], ['ping-user-agents']),
  values(
    'gateway_params.name: this parameter is a column',
    [
      'proxy',
      'realm',
      'username',
      'password',
      'register',
      'register-transport',
      'expire-seconds',
      'retry-seconds',
    ].concat(['retry_seconds', 'caller-id-in-from', 'ping', 'ping-min', 'ping-max', 'extension', 'context']),
    ['register-proxy', 'outbound-proxy', 'ping-monitoring', 'auth-username', 'extension-in-contact'],
  ),
  text('gateway_params.value', 4096),
  word('gateway_variables.name', 128, 'AZaz09_-.:', '/= '),
  text('gateway_variables.value', 4096),
  {
    constraint: 'gateway_variables.direction',
    refused: [{ direction: '' }, { direction: 'both' }, { direction: 'Inbound' }],
    accepted: [{ direction: 'inbound' }, { direction: 'outbound' }, { direction: null }],
  },
];

const GROUPS: readonly ConstraintCase[] = [
  name('gateway_groups.name'),
  choice('gateway_groups.strategy', 'weighted', 'ordered'),
  choice('gateway_groups.chooser', 'trunkhunt', 'mod_distributor'),
  range('gateway_groups.max_attempts', 1, 100),
  range('gateway_groups.progress_timeout_seconds', 1, 3600),
  range('gateway_groups.answer_timeout_seconds', 1, 3600),
  choice('gateway_groups.health_mode', 'enforce', 'observe'),
  choice('gateway_groups.when_all_down', 'try_all', 'refuse'),
  range('gateway_groups.fault_limit_percent', 1, 99),
  range('gateway_groups.fault_confidence_percent', 50, 99),
  range('gateway_groups.eject_seconds', 1, 86_400),
  range('gateway_groups.slow_start_seconds', 0, 86_400),
  range('gateway_group_members.tier', 1, 1000),
  range('gateway_group_members.weight', 0, 1_000_000),
  cause('failover_causes.cause'),
  choice('failover_causes.action', 'next', 'stop'),
  cause('group_failover_causes.cause'),
  choice('group_failover_causes.action', 'next', 'stop'),
  values(
    'outcome_blame.match',
    [
      ...['', '5', '50', '5033', '099', '0xx', '5XX', '5x3', 'xx5', ' 503', '503 ', '503\n', '503\u0000', '-50', '5.0'],
      ...['user_busy', 'USER BUSY', 'A,B', '1A', '_A', 'A\u0000', 'Ä', 'AÄ', 'A-B', 'A'.repeat(65)],
    ],
    ['100', '499', '999', '1xx', '7xx', 'A', 'A1_B', 'Q850', 'A'.repeat(64)],
  ),
  choice('outcome_blame.blame', 'gateway', 'destination', 'caller', 'ourselves'),
];

const pattern = (constraint: string): ConstraintCase => text(constraint, 512, null, '^(\\d+)$', "[^']");

const ROUTES: readonly ConstraintCase[] = [
  text('routes.name', 128, null),
  text('routes.context', 255),
  range('routes.position', -1_000_000_000, 1_000_000_000, 0),
  {
    ...number('routes.destination_prefix', null),
    refused: [...number('routes.destination_prefix').refused, { destination_prefix: '' }],
  },
  pattern('routes.destination_pattern'),
  pattern('routes.caller_pattern'),
  values(
    'routes.source_network',
    ['', '1', '10.0.0.0/8 ', '10.0.0.0-10', 'fe80::%1/64', 'example.org/8', '1\u0000/8', '1'.repeat(50)],
    [null, '10.0.0.0/8', '2001:DB8::/32', 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128'],
  ),
  {
    constraint: 'routes.header_name',
    refused: ['', 'X Y', 'X:', 'É', 'X\u0000', 'X'.repeat(65)].map((it) => ({ header_name: it, header_pattern: 'x' })),
    accepted: ['X', 'X-Tenant_1.a', 'X'.repeat(64)].map((it) => ({ header_name: it, header_pattern: 'x' })),
  },
  {
    constraint: 'routes.header_pattern',
    refused: pattern('routes.header_pattern').refused.map((row) => ({ ...row, header_name: 'X-A' })),
    accepted: [{ header_name: 'X-A', header_pattern: '.'.repeat(512) }],
  },
  range('routes.strip_digits', 0, 64),
  number('routes.add_prefix', ''),
  {
    constraint: 'routes.dial_number',
    refused: [
      ...number('routes.dial_number').refused.filter((row) => row['dial_number'] !== '$1'),
      ...['', '$0', '$a', '$$1', '1$', '$1$', '${x}', '1+$1'].map((it) => ({ dial_number: it })),
    ].map((row) => ({ ...row, destination_pattern: '(.)' })),
    accepted: ['1004', '+49$1', '$9$1', '$1x', null].map((it) => ({ dial_number: it, destination_pattern: '(.)' })),
  },
  choice('routes.destination_charset', 'digits', 'user'),
  {
    ...number('routes.caller_id_number', null),
    refused: [...number('routes.caller_id_number').refused, { caller_id_number: '' }],
  },
  values(
    'routes.caller_id_name',
    ['', 'a\nb', 'a\u0000', '\u007f', 'x'.repeat(65), ...Array.from('][,\'"\\{}|$<>^;:/@%').map((it) => `Ann${it}`)],
    [null, 'Zoë (sales) & more #1 -_.!?*+=~`', 'é'.repeat(64)],
  ),
  range('routes.enabled', 0, 1),
  {
    constraint: 'routes: header_name and header_pattern',
    refused: [{ header_name: 'X-A' }, { header_pattern: 'x' }],
    accepted: [{ header_name: 'X-A', header_pattern: 'x' }],
  },
  {
    constraint: 'routes: a dial_number with $1',
    refused: [{ dial_number: '$1' }, { dial_number: '+49$9' }],
    accepted: [{ dial_number: '$1', destination_pattern: '(.)' }, { dial_number: '1004' }],
  },
];

const SWITCHES_AND_PROFILES: readonly ConstraintCase[] = [
  text('switches.hostname', 255),
  word('switches.esl_host', 255, 'AZaz09.:_-', '/@'),
  range('switches.esl_port', 1, 65_535),
  text('switches.esl_password', 255, null),
  name('profiles.name'),
  word('profile_settings.name', 128, 'AZaz09_.-', '/:='),
  text('profile_settings.value', 4096),
];

const HISTORY: readonly ConstraintCase[] = [
  { constraint: 'change_note: one note', refused: [{ id: 0 }, { id: 2 }], accepted: [{ id: 1 }] },
  text('change_note.who', 255),
  {
    ...text('change_note.why', 1000, ''),
    refused: text('change_note.why', 1000).refused.filter((it) => it['why'] !== ''),
  },
  { constraint: 'history_settings: one row', refused: [{ id: 0 }, { id: 2 }], accepted: [{ id: 1 }] },
  range('history_settings.keep_days', 0, 36_500, 365),
];

export const CONSTRAINT_CASES: readonly ConstraintCase[] = [
  ...GATEWAYS,
  ...GROUPS,
  ...ROUTES,
  ...SWITCHES_AND_PROFILES,
  ...HISTORY,
];

/** Inserts a valid row with other values, and takes it back. */
export function tryRow(database: Database, table: string, values: RowValues): void {
  const row = { ...VALID_ROWS[table], ...OTHER_ROWS[table], ...values };
  const columns = Object.keys(row);
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  database.exec('SAVEPOINT attempt');
  // It has the one row that it can have.
  if (table === 'history_settings') database.exec('DELETE FROM history_settings');
  try {
    database.prepare(sql).run(...Object.values(row));
  } finally {
    database.exec('ROLLBACK TO attempt; RELEASE attempt');
  }
}
