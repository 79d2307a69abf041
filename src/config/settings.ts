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
import { tlsFindings, type TlsSettings } from './tls-settings.ts';

export interface Settings extends TlsSettings {
  readonly database: string;
  /** Where what was learned is kept. */
  readonly state: string;
  /** The keys of secrets that are encrypted in the inventory; undefined = none is known. */
  readonly keyFile: string | undefined;
  readonly listen: ListenAddress;
  /** One credential that may do everything. */
  readonly credentials: Credentials | undefined;
  /** The file that says who may ask for what; undefined = there is none. */
  readonly accessFile: string | undefined;
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
  /** Look-ups that may wait for their turn before calls are shed; 0 = any number. */
  readonly maxInWork: number;
  /** How long a call may have to wait for its turn, in milliseconds, before it is shed; 0 = any time. */
  readonly maxWaitMs: number;
  /** Open connections of clients. */
  readonly maxConnections: number;
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
  // What protects and cannot be used has findings of its own: credentials, an access file, certificates of clients.
  const isProtected = areCredentialsGiven(sources) || (given['accessFile'] ?? given['tlsClientCa']) !== undefined;
  const isOpen = !isProtected && flags.insecureNoAuth !== true;
  if (purpose === 'listen' && isOpen && listen !== undefined && !isLoopback(listen)) {
    findings.push(openToAllFinding(listen));
  }
  const database = given['database'] ?? DEFAULT_DATABASE;
  const state = given['state'] ?? `${database}.state`;
  findings.push(...filesTaken(database, state, given['decisionLog']));
  if (parsed.success) findings.push(...tlsFindings(parsed.data, purpose, sources.readFile));
  if (findings.length > 0 || !parsed.success) throw new OperatorError(findings);
  const { accessFile, keyFile, decisionLog, exportTo, exportSwitch } = parsed.data;
  return { ...parsed.data, state, accessFile, keyFile, decisionLog, exportTo, exportSwitch };
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
  const { accessFile, keyFile, exportTo, exportSwitch, tlsCert, tlsKey, tlsClientCa } = settings;
  return {
    database: settings.database,
    state: settings.state,
    ...(keyFile === undefined ? {} : { keyFile }),
    listen: formatListenAddress(settings.listen),
    authentication: describeAuthentication(settings),
    ...(accessFile === undefined ? {} : { accessFile }),
    logLevel: settings.logLevel,
    logFormat: settings.logFormat,
    decisionLog: settings.decisionLog ?? 'none',
    decisionLogMegabytes: String(settings.decisionLogMegabytes),
    decisionLogFiles: String(settings.decisionLogFiles),
    maskNumbers: String(settings.maskNumbers),
    maxInWork: settings.maxInWork === 0 ? 'any number' : String(settings.maxInWork),
    maxWaitMs: settings.maxWaitMs === 0 ? 'any time' : String(settings.maxWaitMs),
    maxConnections: String(settings.maxConnections),
    ...(tlsCert === undefined ? {} : { tlsCert, tlsKey: tlsKey ?? 'none', tlsClientCa: tlsClientCa ?? 'none' }),
    ...(exportTo === undefined ? {} : { exportTo, exportSwitch: exportSwitch ?? 'what every switch has' }),
  };
}

function describeAuthentication({ credentials, accessFile }: Settings): string {
  const byFile = accessFile === undefined ? [] : ['by the access file'];
  if (credentials === undefined) return byFile[0] ?? 'none';
  return [`basic or digest, user ${credentials.user}, password [redacted]`, ...byFile].join(', and ');
}
