import { closest } from 'fastest-levenshtein';
import type { Gateway, GatewayVariable } from '../routing/gateway.ts';
import { NAME_RULE, parseName } from '../routing/name.ts';
import { type Findings, rowAt } from './findings.ts';
import type { GatewayRow, InventoryRows } from './inventory-rows.ts';
import { proxyAddress } from './proxy-address.ts';
import { groupRows } from './group-rows.ts';
import { FURTHER_PARAMETERS, isFurtherParameter, sofiaParameters } from './sofia-parameters.ts';

/** Compiles every gateway, by name. What points at no gateway, or at no switch, is a finding. */
export function compileGateways(rows: InventoryRows, findings: Findings): ReadonlyMap<string, Gateway> {
  reportStrays(rows, findings);
  reportProfileSpellings(rows, findings);
  const params = groupRows(rows.gatewayParams, ({ gateway }) => gateway);
  const variables = groupRows(rows.gatewayVariables, ({ gateway }) => gateway);
  const switches = groupRows(rows.gatewaySwitches, ({ gateway }) => gateway);
  const gateways = new Map<string, Gateway>();
  const spellings = new Map<string, string>();
  for (const row of rows.gateways) {
    const other = spellings.get(row.name.toLowerCase());
    if (other !== undefined) {
      const what = `'${other}' and '${row.name}' differ only in case, and FreeSWITCH does not tell them apart`;
      findings.add('name-duplicate', rowAt('gateways', row.name, 'name'), what, 'rename one of them');
    }
    spellings.set(row.name.toLowerCase(), row.name);
    const name = nameIn(row.name, 'gateways', row.name, 'name', findings);
    const profile = nameIn(row.profile, 'gateways', row.name, 'profile', findings);
    if (name === undefined || profile === undefined) continue;
    const further = params.get(row.name) ?? [];
    reportDoubts(row, further, findings);
    reportGlobals('gateway_params', row.name, further, findings);
    reportGlobals('gateway_variables', row.name, variables.get(row.name) ?? [], findings);
    const hostnames = switches.get(row.name);
    gateways.set(row.name, {
      name,
      profile,
      state: row.state,
      numberRules: { stripDigits: row.stripDigits, addPrefix: row.addPrefix },
      proxyAddress: proxyAddress(row.proxy),
      switches: hostnames === undefined ? undefined : new Set(hostnames.map(({ hostname }) => hostname)),
      maxCalls: row.maxCalls ?? undefined,
      maxCps: row.maxCps ?? undefined,
      drainSeconds: row.drainSeconds,
      parameters: sofiaParameters(row, further),
      variables: (variables.get(row.name) ?? []).map(({ name: variable, value, direction }): GatewayVariable =>
        direction === null ? { name: variable, value } : { name: variable, value, direction },
      ),
    });
  }
  return gateways;
}

/** Proves a name once more: a client may have switched CHECK constraints off. */
export function nameIn(
  text: string,
  table: string,
  key: string,
  column: string,
  findings: Findings,
): Gateway['name'] | undefined {
  const name = parseName(text);
  if (name === undefined) {
    findings.add('name-invalid', rowAt(table, key, column), `'${text}' is no name: ${NAME_RULE}`, 'rename it');
  }
  return name;
}

/** A gateway of profile `External` would be served nowhere beside a profile `external`, without a word. */
function reportProfileSpellings(rows: InventoryRows, findings: Findings): void {
  const spellings = new Map(rows.profiles.map(({ name }) => [name.toLowerCase(), name]));
  for (const { name, profile } of rows.gateways) {
    const spelling = spellings.get(profile.toLowerCase()) ?? profile;
    spellings.set(profile.toLowerCase(), spelling);
    if (spelling === profile) continue;
    const what = `'${profile}' and '${spelling}' differ only in case; a profile has one name`;
    findings.add('name-duplicate', rowAt('gateways', name, 'profile'), what, `set profile to '${spelling}'`);
  }
}

/** `$${name}` is expanded by FreeSWITCH in its own files only; what comes over HTTP is kept from it (contract 2.3). */
export function reportGlobals(
  table: string,
  owner: string,
  values: readonly { readonly name: string; readonly value: string }[],
  findings: Findings,
): void {
  for (const { name, value } of values) {
    if (!value.includes('$${')) continue;
    const what = `'${value}' reaches FreeSWITCH as it is written: it expands $\${...} in its own files only`;
    findings.add('global-not-expanded', rowAt(table, `${owner}, ${name}`, 'value'), what, 'write the value itself');
  }
}

/** Clients that leave PRAGMA foreign_keys off (the sqlite3 shell does) can write rows that point nowhere. */
function reportStrays(rows: InventoryRows, findings: Findings): void {
  const gateways = new Set(rows.gateways.map(({ name }) => name));
  const hostnames = new Set(rows.switches.map(({ hostname }) => hostname));
  const tables = [
    ['gateway_params', rows.gatewayParams],
    ['gateway_variables', rows.gatewayVariables],
    ['gateway_switches', rows.gatewaySwitches],
  ] as const;
  for (const [table, pointing] of tables) {
    for (const gateway of new Set(pointing.map((row) => row.gateway))) {
      if (gateways.has(gateway)) continue;
      const fix = `DELETE FROM ${table} WHERE gateway = '${gateway}'; or insert the gateway`;
      findings.add('reference-broken', rowAt(table, gateway, 'gateway'), `there is no gateway '${gateway}'`, fix);
    }
  }
  for (const { gateway, hostname } of rows.gatewaySwitches) {
    if (hostnames.has(hostname)) continue;
    const where = rowAt('gateway_switches', `${gateway}, ${hostname}`, 'hostname');
    findings.add('reference-broken', where, `there is no switch '${hostname}'`, 'insert it into switches');
  }
}

function reportDoubts(row: GatewayRow, further: readonly { readonly name: string }[], findings: Findings): void {
  for (const { name } of further) {
    if (FURTHER_PARAMETERS.includes(name)) continue;
    const where = rowAt('gateway_params', `${row.name}, ${name}`, 'name');
    if (!isFurtherParameter(name)) {
      const fix = 'set the column of gateways instead, if there is one, and delete this row';
      findings.add('value-invalid', where, `'${name}' cannot be set here`, fix);
      continue;
    }
    const what = `sofia knows no gateway parameter '${name}' (names are case-sensitive) and ignores it without a word`;
    findings.add(
      'parameter-unknown',
      where,
      what,
      `the nearest that it knows is '${closest(name, FURTHER_PARAMETERS)}'`,
    );
  }
  if (row.pingMin === 0 && row.pingSeconds !== null) {
    const what = 'with ping_min 0 a gateway that does not answer its pings is never marked down';
    findings.add('ping-never-down', rowAt('gateways', row.name, 'ping_min'), what, 'set ping_min to 1 or more');
  }
}
