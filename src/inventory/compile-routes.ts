import { canBeginNumber, CHARSET_RULE, parseDialNumber } from '../routing/dial-number.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import { type NumberRules, numberRulesKey } from '../routing/number-rules.ts';
import type { HeaderCondition, Network, Pattern, Route } from '../routing/route.ts';
import { hasUsableMember } from './compile-groups.ts';
import { compilePattern, PatternError } from './compile-pattern.ts';
import { type Findings, rowAt } from './findings.ts';
import type { InventoryRows, RouteRow } from './inventory-rows.ts';
import { parseNetwork } from './parse-network.ts';
import { someNumberIsDialable } from './number-is-dialable.ts';

/** What a caller id may hold: FreeSWITCH reads the rest as syntax in one place or another (contract 6.5). */
const CALLER_ID_NUMBER = /^\+?[0-9*#A-Za-z._-]{1,64}$/;
const CALLER_ID_NAME = /^[^,'"\\{}[\]|$<>^;:/@%\p{Cc}]{1,64}$/u;

/** FreeSWITCH passes on unknown headers that begin so, and few others (mod_sofia, sofia.c). */
const PASSED_HEADERS = /^(?:X-|P-)/i;

/** Compiles every enabled route; one that cannot be is left out and told of. */
export function compileRoutes(
  rows: InventoryRows,
  groups: ReadonlyMap<string, GatewayGroup>,
  findings: Findings,
): readonly Route[] {
  const groupNames = new Set(rows.groups.map(({ name }) => name));
  const groupsWithMembers = new Set(rows.members.map(({ groupName }) => groupName));
  return rows.routes.flatMap((row) => {
    const group = groups.get(row.groupName);
    if (group === undefined) {
      // A group that exists but did not compile has a finding of its own.
      if (!groupNames.has(row.groupName)) {
        const fix = 'set group_name to a group that exists, or insert the group';
        findings.add('reference-broken', routeAt(row, 'group_name'), `there is no group '${row.groupName}'`, fix);
      }
      return [];
    }
    const route = compileRoute(row, group, findings);
    reportGroup(row, group, groupsWithMembers.has(group.name), findings);
    reportNumbers(route, row, findings);
    reportDoubts(row, route.charset, findings);
    return [route];
  });
}

function compileRoute(row: RouteRow, group: GatewayGroup, findings: Findings): Route {
  return {
    id: row.id,
    label: row.name ?? `#${row.id}`,
    context: row.context,
    position: row.position,
    destinationPrefix: row.destinationPrefix ?? '',
    destinationPattern: patternIn(row, 'destination_pattern', row.destinationPattern, findings),
    callerPattern: patternIn(row, 'caller_pattern', row.callerPattern, findings),
    sourceNetwork: networkIn(row, findings),
    header: headerIn(row, findings),
    group,
    // Anything else is a finding of its own.
    charset: row.destinationCharset === 'user' ? 'user' : 'digits',
    dialNumber: row.dialNumber ?? undefined,
    numberRules: { stripDigits: row.stripDigits, addPrefix: row.addPrefix },
    callerIdNumber: provenText(row, 'caller_id_number', row.callerIdNumber, CALLER_ID_NUMBER, findings),
    callerIdName: provenText(row, 'caller_id_name', row.callerIdName, CALLER_ID_NAME, findings),
  };
}

function routeAt(row: RouteRow, column?: string): string {
  return rowAt('routes', row.name ?? `#${row.id}`, column);
}

function patternIn(row: RouteRow, column: string, source: string | null, findings: Findings): Pattern | undefined {
  if (source === null) return undefined;
  try {
    return compilePattern(source);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (error.position === 0) {
      const fix = 'write it with fewer or smaller repetitions';
      findings.add('pattern-too-large', routeAt(row, column), `'${source}' is too large: ${error.message}`, fix);
    } else {
      const what = `'${source}' is no pattern: ${error.message} (at character ${error.position})`;
      findings.add(
        'pattern-invalid',
        routeAt(row, column),
        what,
        'patterns have the syntax of RE2, see docs/inventory.md',
      );
    }
    return undefined;
  }
}

function networkIn(row: RouteRow, findings: Findings): Network | undefined {
  if (row.sourceNetwork === null) return undefined;
  const network = parseNetwork(row.sourceNetwork);
  if (network === undefined) {
    const what = `'${row.sourceNetwork}' is no network, or has bits set beyond its prefix`;
    findings.add(
      'network-invalid',
      routeAt(row, 'source_network'),
      what,
      'write it like 192.0.2.0/24 or 2001:db8::/32',
    );
  }
  return network;
}

function headerIn(row: RouteRow, findings: Findings): HeaderCondition | undefined {
  const pattern = patternIn(row, 'header_pattern', row.headerPattern, findings);
  if (row.headerName === null || pattern === undefined) return undefined;
  if (!PASSED_HEADERS.test(row.headerName)) {
    const what = `FreeSWITCH passes headers on whose names begin with X- or P-; '${row.headerName}' may never arrive`;
    findings.add('header-not-passed', routeAt(row, 'header_name'), what, 'have the caller send an X- header');
  }
  return { name: row.headerName, pattern };
}

/** Proves a caller id once more: a client may have switched CHECK constraints off. */
function provenText(
  row: RouteRow,
  column: string,
  text: string | null,
  rule: RegExp,
  findings: Findings,
): string | undefined {
  if (text === null) return undefined;
  if (rule.test(text)) return text;
  const what = 'it holds characters that FreeSWITCH would read as syntax';
  findings.add('value-invalid', routeAt(row, column), what, 'take them out');
  return undefined;
}

function reportGroup(row: RouteRow, group: GatewayGroup, hasMemberRows: boolean, findings: Findings): void {
  if (!hasMemberRows) {
    const fix = `INSERT INTO gateway_group_members (group_name, gateway) VALUES ('${group.name}', ...); or set the route's enabled to 0`;
    findings.add(
      'group-empty',
      rowAt('gateway_groups', group.name),
      `it has no member, and route '${row.name ?? `#${row.id}`}' sends calls to it`,
      fix,
    );
  } else if (group.members.length > 0 && !hasUsableMember(group)) {
    const what = `all of its members are drained, disabled or of weight 0; calls of route '${row.name ?? `#${row.id}`}' get 503`;
    findings.add(
      'group-without-calls',
      rowAt('gateway_groups', group.name),
      what,
      'make a gateway active, or leave it so on purpose',
    );
  }
}

/** Finds rules after which no number at all can be dialled. */
function reportNumbers(route: Route, row: RouteRow, findings: Findings): void {
  const { charset, destinationPrefix, numberRules, group } = route;
  const rule = `charset '${charset}' is ${CHARSET_RULE[charset]}`;
  if (route.dialNumber !== undefined) {
    reportDialNumber(route, row, rule, findings);
    return;
  }
  // A prefix that the charset refuses is told of as what it is.
  if (!canBeginNumber(destinationPrefix, charset)) return;
  if (!someNumberIsDialable(route)) {
    const what = `no number is left to dial after ${describeRules(numberRules)}: ${rule}`;
    const fix = 'change add_prefix, strip_digits or destination_charset';
    findings.add('number-never-dialable', routeAt(row, 'add_prefix'), what, fix);
    return;
  }
  const proven = new Set<string>();
  for (const { gateway } of group.members) {
    const key = numberRulesKey(gateway.numberRules);
    if (proven.has(key)) continue;
    if (someNumberIsDialable(route, gateway.numberRules)) {
      proven.add(key);
      continue;
    }
    const what = `route '${route.label}' leaves no number to dial here, after ${describeRules(numberRules)} and then ${describeRules(gateway.numberRules)}: ${rule}`;
    const fix = "change the gateway's add_prefix or strip_digits, or the route's destination_charset";
    findings.add('number-never-dialable', rowAt('gateways', gateway.name, 'add_prefix'), what, fix);
  }
}

function describeRules({ stripDigits, addPrefix }: NumberRules): string {
  return `strip_digits ${stripDigits} and add_prefix '${addPrefix}'`;
}

function reportDialNumber(route: Route, row: RouteRow, rule: string, findings: Findings): void {
  const { dialNumber = '', destinationPattern } = route;
  const captures = [...dialNumber.matchAll(/\$([1-9])/g)].map(([, digit]) => Number(digit));
  const highest = Math.max(0, ...captures);
  if (destinationPattern !== undefined && highest > destinationPattern.groupCount) {
    const what = `it uses $${highest}, but '${destinationPattern.source}' has ${destinationPattern.groupCount} captures`;
    findings.add(
      'capture-missing',
      routeAt(row, 'dial_number'),
      what,
      'add parentheses to the pattern, or use a lower number',
    );
  }
  // A capture may hold anything the charset allows: a digit stands for it.
  const sample = dialNumber.replace(/\$[1-9]/g, '0');
  if (parseDialNumber(sample, route.charset) === undefined) {
    const fix = 'change dial_number or destination_charset';
    findings.add(
      'number-never-dialable',
      routeAt(row, 'dial_number'),
      `'${dialNumber}' cannot be dialled: ${rule}`,
      fix,
    );
  }
}

function reportDoubts(row: RouteRow, charset: Route['charset'], findings: Findings): void {
  const isFixed = row.dialNumber !== null && !row.dialNumber.includes('$');
  const isFromAnywhere = row.sourceNetwork === null || row.sourceNetwork.endsWith('/0');
  if (row.context.toLowerCase() === 'public' && !isFixed && isFromAnywhere) {
    const what =
      "on a stock FreeSWITCH context 'public' holds calls from anybody on the Internet, who may dial what they like here";
    findings.add('route-open-to-internet', routeAt(row, 'context'), what, 'set source_network, or a fixed dial_number');
  }
  if (row.destinationPrefix !== null && !canBeginNumber(row.destinationPrefix, charset)) {
    const what = `numbers that begin with '${row.destinationPrefix}' match, and are then refused by charset '${charset}'`;
    findings.add(
      'prefix-outside-charset',
      routeAt(row, 'destination_prefix'),
      what,
      "set destination_charset = 'user'",
    );
  }
}
