import { type Findings, rowAt } from './findings.ts';
import type { GatewayRow, GroupRow, InventoryRows, RouteRow, SwitchRow } from './inventory-rows.ts';

/** One rule of the schema that a document or decision depends on: the column, what is wanted, and the test. */
type Rule<Row> = readonly [column: string, wanted: string, holds: (row: Row) => boolean];

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const GATEWAY_RULES: readonly Rule<GatewayRow>[] = [
  ['proxy', 'host or host:port, without sip:', (row) => /^(?!sips?:)[\][A-Za-z0-9_.:;=~+-]{1,255}$/i.test(row.proxy)],
  [
    'register',
    '0, or 1 with username and password',
    (row) => row.register === 0 || (row.register === 1 && !!row.username && !!row.password),
  ],
  [
    'register_transport',
    'udp, tcp, tls or sctp',
    (row) => ['udp', 'tcp', 'tls', 'sctp'].includes(row.registerTransport),
  ],
  ['ping_min', 'not above ping_max', (row) => (row.pingMin ?? 1) <= (row.pingMax ?? 1)],
  ['max_calls', 'NULL or 1 to 1000000', (row) => isWithin(row.maxCalls ?? 1, 1, 1_000_000)],
  ['max_cps', 'NULL or 1 to 1000000', (row) => isWithin(row.maxCps ?? 1, 1, 1_000_000)],
  ['strip_digits', '0 to 64', (row) => isWithin(row.stripDigits, 0, 64)],
  ['drain_seconds', '0 to 86400', (row) => isWithin(row.drainSeconds, 0, 86_400)],
  ['state', 'active, drain or disabled', (row) => ['active', 'drain', 'disabled'].includes(row.state)],
];

const GROUP_RULES: readonly Rule<GroupRow>[] = [
  ['strategy', 'weighted or ordered', (row) => ['weighted', 'ordered'].includes(row.strategy)],
  ['chooser', 'trunkhunt or mod_distributor', (row) => ['trunkhunt', 'mod_distributor'].includes(row.chooser)],
  ['max_attempts', '1 to 100', (row) => isWithin(row.maxAttempts, 1, 100)],
  ['progress_timeout_seconds', '1 to 3600', (row) => isWithin(row.progressTimeoutSeconds, 1, 3600)],
  ['answer_timeout_seconds', '1 to 3600', (row) => isWithin(row.answerTimeoutSeconds, 1, 3600)],
  ['health_mode', 'enforce or observe', (row) => ['enforce', 'observe'].includes(row.healthMode)],
  ['when_all_down', 'try_all or refuse', (row) => ['try_all', 'refuse'].includes(row.whenAllDown)],
  ['fault_limit_percent', '1 to 99', (row) => isWithin(row.faultLimitPercent, 1, 99)],
  ['fault_confidence_percent', '50 to 99', (row) => isWithin(row.faultConfidencePercent, 50, 99)],
  ['eject_seconds', '1 to 86400', (row) => isWithin(row.ejectSeconds, 1, 86_400)],
  ['slow_start_seconds', '0 to 86400', (row) => isWithin(row.slowStartSeconds, 0, 86_400)],
];

const ROUTE_RULES: readonly Rule<RouteRow>[] = [
  ['destination_charset', 'digits or user', (row) => ['digits', 'user'].includes(row.destinationCharset)],
  ['strip_digits', '0 to 64', (row) => isWithin(row.stripDigits, 0, 64)],
  ['header_pattern', 'given where header_name is', (row) => (row.headerName === null) === (row.headerPattern === null)],
  [
    'dial_number',
    'without $ where there is no destination_pattern',
    (row) => row.destinationPattern !== null || !row.dialNumber?.includes('$'),
  ],
];

const isOneLine = (text: string): boolean => /^[^\0-\x1f\x7f]{1,255}$/.test(text);

const SWITCH_RULES: readonly Rule<SwitchRow>[] = [
  ['hostname', 'the switchname, without control characters', (row) => isOneLine(row.hostname)],
  ['esl_host', 'NULL or a host', (row) => /^[A-Za-z0-9.:_-]{1,255}$/.test(row.eslHost ?? 'none')],
  ['esl_port', '1 to 65535', (row) => isWithin(row.eslPort, 1, 65_535)],
  ['esl_password', 'NULL or without control characters', (row) => isOneLine(row.eslPassword ?? 'none')],
];

const ACTIONS: readonly string[] = ['next', 'stop'];

/**
 * Proves once more what the schema's CHECKs say, where something depends on it: a client may have switched them off.
 * Names, patterns, numbers and caller ids are proven where they are compiled.
 */
export function checkValues(rows: InventoryRows, findings: Findings): void {
  for (const row of rows.gateways) checkRow('gateways', row.name, row, GATEWAY_RULES, findings);
  for (const row of rows.groups) checkRow('gateway_groups', row.name, row, GROUP_RULES, findings);
  for (const row of rows.routes) checkRow('routes', row.name ?? `#${row.id}`, row, ROUTE_RULES, findings);
  for (const row of rows.switches) checkRow('switches', row.hostname, row, SWITCH_RULES, findings);
  for (const { cause, action } of rows.failoverCauses) checkAction('failover_causes', cause, action, findings);
  for (const { groupName, cause, action } of rows.groupFailoverCauses) {
    checkAction('group_failover_causes', `${groupName}, ${cause}`, action, findings);
  }
}

function checkRow<Row>(table: string, key: string, row: Row, rules: readonly Rule<Row>[], findings: Findings): void {
  for (const [column, wanted, holds] of rules) {
    if (!holds(row)) report(rowAt(table, key, column), wanted, findings);
  }
}

function checkAction(table: string, key: string, action: string, findings: Findings): void {
  if (!ACTIONS.includes(action)) report(rowAt(table, key, 'action'), 'next or stop', findings);
}

function report(where: string, wanted: string, findings: Findings): void {
  const fix = 'set it so; the table would have refused it, so its CHECKs were switched off when it was written';
  findings.add('value-invalid', where, `it has to be ${wanted}`, fix);
}
