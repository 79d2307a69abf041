import { resolve } from 'node:path';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { areCredentialsGiven, type Credentials, credentialsText } from './credentials.ts';
import {
  DEFAULT_DATABASE,
  DEFAULT_LISTEN,
  GivenSettings,
  type LogFormat,
  type LogLevel,
  SETTING_NAMES,
  type SettingName,
  settingVariable,
} from './given-settings.ts';
import { formatListenAddress, isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';
import {
  invalidSettingFinding,
  logIsTakenFinding,
  openToAllFinding,
  stateIsInventoryFinding,
  unknownSettingFindings,
} from './setting-finding.ts';
import type { SettingSources } from './setting-sources.ts';

export interface Settings {
  readonly database: string;
  /** Where what was learned is kept. */
  readonly state: string;
  /** The keys of secrets that are encrypted in the inventory; undefined = none is known. */
  readonly keyFile: string | undefined;
  readonly listen: ListenAddress;
  readonly credentials: Credentials | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** The file that decisions are written to; undefined = they are in memory alone. */
  readonly decisionLog: string | undefined;
  /** How large it grows before it is put aside. */
  readonly decisionLogMegabytes: number;
  /** How many that were put aside are kept. */
  readonly decisionLogFiles: number;
  /** So many of the last digits of callers' numbers are hidden; 0 = none. */
  readonly maskNumbers: number;
  /** The folder whose files of FreeSWITCH's are kept fresh; undefined = none are. */
  readonly exportTo: string | undefined;
  /** The switch whose view those are; undefined = what every switch has. */
  readonly exportSwitch: string | undefined;
}

/** `listen`: the command is going to, so that it matters who can reach the address. */
export type SettingPurpose = 'listen' | 'read';

/** Those of the schema, and the file that holds a secret in place of its variable. */
const KNOWN_VARIABLES: readonly string[] = [...SETTING_NAMES.map(settingVariable), 'TRUNKHUNT_CREDENTIALS_FILE'];

/**
 * Reads and checks all settings; a flag wins over a variable, a variable over the default.
 * @throws OperatorError with everything that is wrong
 */
export function readSettings(sources: SettingSources, purpose: SettingPurpose): Settings {
  const { flags, environment } = sources;
  const findings: Finding[] = [...unknownSettingFindings(Object.keys(environment), KNOWN_VARIABLES)];
  const given: Readonly<Record<string, string | undefined>> = {
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, textOf(name, sources)])),
    credentials: credentialsText(sources, findings),
  };
  const parsed = GivenSettings.safeParse(given);
  if (!parsed.success) findings.push(...parsed.error.issues.map(invalidSettingFinding));
  const listen = parseListenAddress(given['listen'] ?? DEFAULT_LISTEN);
  // Credentials that are given and cannot be used have a finding of their own.
  const isOpen = !areCredentialsGiven(sources) && flags.insecureNoAuth !== true;
  if (purpose === 'listen' && isOpen && listen !== undefined && !isLoopback(listen)) {
    findings.push(openToAllFinding(listen));
  }
  const database = given['database'] ?? DEFAULT_DATABASE;
  const state = given['state'] ?? `${database}.state`;
  findings.push(...filesTaken(database, state, given['decisionLog']));
  if (findings.length > 0 || !parsed.success) throw new OperatorError(findings);
  const { keyFile, decisionLog, exportTo, exportSwitch } = parsed.data;
  return { ...parsed.data, state, keyFile, decisionLog, exportTo, exportSwitch };
}

/** Each file has one purpose. An empty name has a finding of its own. */
function filesTaken(database: string, state: string, decisionLog: string | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  if (state !== '' && resolve(state) === resolve(database)) findings.push(stateIsInventoryFinding(state));
  if (decisionLog && [database, state].some((path) => resolve(path) === resolve(decisionLog))) {
    findings.push(logIsTakenFinding(decisionLog));
  }
  return findings;
}

function textOf(name: SettingName, { flags, environment }: SettingSources): string | undefined {
  const flag = name === 'credentials' ? undefined : flags[name];
  return flag ?? environment[settingVariable(name)];
}

/** Every setting as it may be shown to anybody. */
export function describeSettings(settings: Settings): Readonly<Record<string, string>> {
  const { credentials, keyFile, exportTo, exportSwitch } = settings;
  return {
    database: settings.database,
    state: settings.state,
    ...(keyFile === undefined ? {} : { keyFile }),
    listen: formatListenAddress(settings.listen),
    authentication: credentials === undefined ? 'none' : `basic, user ${credentials.user}, password [redacted]`,
    logLevel: settings.logLevel,
    logFormat: settings.logFormat,
    decisionLog: settings.decisionLog ?? 'none',
    decisionLogMegabytes: String(settings.decisionLogMegabytes),
    decisionLogFiles: String(settings.decisionLogFiles),
    maskNumbers: String(settings.maskNumbers),
    ...(exportTo === undefined ? {} : { exportTo, exportSwitch: exportSwitch ?? 'what every switch has' }),
  };
}
