import { resolve } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { formatListenAddress, isLoopback, type ListenAddress, parseListenAddress } from './listen-address.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface Settings {
  readonly database: string;
  /** Where what was learned is kept. */
  readonly state: string;
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

/** What was given on the command line; it wins over the environment. */
export interface SettingFlags {
  readonly database?: string;
  readonly state?: string;
  readonly listen?: string;
  readonly credentialsFile?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly decisionLog?: string;
  readonly decisionLogMegabytes?: string;
  readonly decisionLogFiles?: string;
  readonly maskNumbers?: string;
  readonly exportTo?: string;
  readonly exportSwitch?: string;
  readonly insecureNoAuth?: boolean;
}

/** `listen`: the command is going to, so that it matters who can reach the address. */
export type SettingPurpose = 'listen' | 'read';

/** Where settings come from, passed in so that nothing else reads the environment. */
export interface SettingSources {
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

const KNOWN_NAMES: readonly string[] = [
  'TRUNKHUNT_DATABASE',
  'TRUNKHUNT_STATE',
  'TRUNKHUNT_LISTEN',
  'TRUNKHUNT_CREDENTIALS',
  'TRUNKHUNT_CREDENTIALS_FILE',
  'TRUNKHUNT_LOG_LEVEL',
  'TRUNKHUNT_LOG_FORMAT',
  'TRUNKHUNT_DECISION_LOG',
  'TRUNKHUNT_DECISION_LOG_MEGABYTES',
  'TRUNKHUNT_DECISION_LOG_FILES',
  'TRUNKHUNT_MASK_NUMBERS',
  'TRUNKHUNT_EXPORT_TO',
  'TRUNKHUNT_EXPORT_SWITCH',
];

export const DEFAULT_DATABASE = './data/inventory.db';
export const DEFAULT_LISTEN = '127.0.0.1:8080';

const LISTEN_RULE = 'host:port, such as 127.0.0.1:8080 or [::1]:8080';

/** A whole number as people write it. */
const whole = (least: number, most: number, fallback: number): z.ZodType<number, string | undefined> =>
  z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return fallback;
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      context.addIssue({ code: 'custom', message: `'${text}' is no whole number from ${least} to ${most}` });
      return z.NEVER;
    });

const Given = z.object({
  database: z.string().min(1, 'it is empty').default(DEFAULT_DATABASE),
  state: z.string().min(1, 'it is empty').optional(),
  listen: z
    .string()
    .default(DEFAULT_LISTEN)
    .transform((text, context) => {
      const address = parseListenAddress(text);
      if (address === undefined) context.addIssue({ code: 'custom', message: `'${text}' is not ${LISTEN_RULE}` });
      return address ?? z.NEVER;
    }),
  credentials: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return undefined;
      const [, user, password] = /^([^:\r\n]+):([^\r\n]+)\r?\n?$/.exec(text) ?? [];
      // The value is a secret: the message does not repeat it.
      if (user === undefined || password === undefined) {
        context.addIssue({ code: 'custom', message: 'it is not user:password on one line' });
        return z.NEVER;
      }
      return { user, password };
    }),
  logLevel: z.enum(LOG_LEVELS, `it is none of ${LOG_LEVELS.join(', ')}`).default('info'),
  logFormat: z.enum(LOG_FORMATS, `it is neither ${LOG_FORMATS.join(' nor ')}`).default('json'),
  decisionLog: z.string().min(1, 'it is empty').optional(),
  decisionLogMegabytes: whole(1, 100_000, 100),
  decisionLogFiles: whole(0, 1_000, 10),
  maskNumbers: whole(0, 64, 0),
  exportTo: z.string().min(1, 'it is empty').optional(),
  exportSwitch: z.string().optional(),
});

/**
 * Reads and checks all settings; a flag wins over a variable, a variable over the default.
 * @throws OperatorError with everything that is wrong
 */
export function readSettings(sources: SettingSources, purpose: SettingPurpose): Settings {
  const findings: Finding[] = unknownNames(sources.environment);
  const { flags, environment } = sources;
  const credentials = credentialsFrom(sources, findings);
  const parsed = Given.safeParse({
    database: flags.database ?? environment['TRUNKHUNT_DATABASE'],
    state: flags.state ?? environment['TRUNKHUNT_STATE'],
    listen: flags.listen ?? environment['TRUNKHUNT_LISTEN'],
    credentials,
    logLevel: flags.logLevel ?? environment['TRUNKHUNT_LOG_LEVEL'],
    logFormat: flags.logFormat ?? environment['TRUNKHUNT_LOG_FORMAT'],
    decisionLog: flags.decisionLog ?? environment['TRUNKHUNT_DECISION_LOG'],
    decisionLogMegabytes: flags.decisionLogMegabytes ?? environment['TRUNKHUNT_DECISION_LOG_MEGABYTES'],
    decisionLogFiles: flags.decisionLogFiles ?? environment['TRUNKHUNT_DECISION_LOG_FILES'],
    maskNumbers: flags.maskNumbers ?? environment['TRUNKHUNT_MASK_NUMBERS'],
    exportTo: flags.exportTo ?? environment['TRUNKHUNT_EXPORT_TO'],
    exportSwitch: flags.exportSwitch ?? environment['TRUNKHUNT_EXPORT_SWITCH'],
  });
  if (!parsed.success) findings.push(...parsed.error.issues.map(invalidSetting));
  const listen = parseListenAddress(flags.listen ?? environment['TRUNKHUNT_LISTEN'] ?? DEFAULT_LISTEN);
  // Credentials that are given and cannot be used have a finding of their own.
  const isOpen = credentials === undefined && !hasCredentials(sources) && flags.insecureNoAuth !== true;
  if (purpose === 'listen' && isOpen && listen !== undefined && !isLoopback(listen)) findings.push(openToAll(listen));
  const database = flags.database ?? environment['TRUNKHUNT_DATABASE'] ?? DEFAULT_DATABASE;
  const state = flags.state ?? environment['TRUNKHUNT_STATE'] ?? `${database}.state`;
  // An empty name has a finding of its own.
  if (state !== '' && resolve(state) === resolve(database)) findings.push(stateIsInventory(state));
  const decisionLog = flags.decisionLog ?? environment['TRUNKHUNT_DECISION_LOG'];
  if (decisionLog && [database, state].some((path) => resolve(path) === resolve(decisionLog))) {
    findings.push(logIsTaken(decisionLog));
  }
  if (findings.length > 0 || !parsed.success) throw new OperatorError(findings);
  const { exportTo, exportSwitch } = parsed.data;
  return { ...parsed.data, state, decisionLog: parsed.data.decisionLog, exportTo, exportSwitch };
}

/** Every setting as it may be shown to anybody. */
export function describeSettings(settings: Settings): Readonly<Record<string, string>> {
  const { credentials, exportTo, exportSwitch } = settings;
  return {
    database: settings.database,
    state: settings.state,
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

function unknownNames(environment: SettingSources['environment']): Finding[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('TRUNKHUNT_') && !KNOWN_NAMES.includes(name))
    .sort()
    .map((name) => ({
      code: 'settings-unknown',
      where: name,
      what: 'there is no such setting, so it would change nothing',
      fix: `unset it; there are ${KNOWN_NAMES.join(', ')}`,
    }));
}

function hasCredentials({ flags, environment }: SettingSources): boolean {
  const names = ['TRUNKHUNT_CREDENTIALS', 'TRUNKHUNT_CREDENTIALS_FILE'];
  return flags.credentialsFile !== undefined || names.some((name) => environment[name] !== undefined);
}

function credentialsFrom({ flags, environment, readFile }: SettingSources, findings: Finding[]): string | undefined {
  const direct = environment['TRUNKHUNT_CREDENTIALS'];
  const file = flags.credentialsFile ?? environment['TRUNKHUNT_CREDENTIALS_FILE'];
  if (file === undefined) return direct;
  if (direct !== undefined) {
    const what = 'the credentials and a file with credentials are both given';
    findings.push({ code: 'settings-conflict', where: 'TRUNKHUNT_CREDENTIALS', what, fix: 'give one of them' });
    return undefined;
  }
  try {
    return readFile(file);
  } catch (error) {
    // Not its message, which repeats the path: people put the password itself there by mistake.
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const what = `the file cannot be read (${code})`;
    const fix = 'name a file that this user can read';
    findings.push({ code: 'settings-file-unreadable', where: 'TRUNKHUNT_CREDENTIALS_FILE', what, fix });
    return undefined;
  }
}

function invalidSetting(issue: z.core.$ZodIssue): Finding {
  const name = String(issue.path[0]);
  const variable = `TRUNKHUNT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return { code: 'settings-invalid', where: variable, what: issue.message, fix: `correct ${variable} or ${flag}` };
}

function stateIsInventory(path: string): Finding {
  return {
    code: 'settings-conflict',
    where: 'TRUNKHUNT_STATE',
    what: `${path} is the inventory, which is yours; what is learned has a file of its own`,
    fix: 'name another file, or none',
  };
}

function logIsTaken(path: string): Finding {
  const what = `${path} is the inventory, or the file of what is learned`;
  return { code: 'settings-conflict', where: 'TRUNKHUNT_DECISION_LOG', what, fix: 'name another file, or none' };
}

function openToAll(listen: ListenAddress): Finding {
  return {
    code: 'listen-without-credentials',
    where: 'TRUNKHUNT_LISTEN',
    what: `${formatListenAddress(listen)} can be reached from other machines, and gateway passwords are served there`,
    fix: 'set TRUNKHUNT_CREDENTIALS=user:password (or its _FILE twin), or add --insecure-no-auth if the network keeps others out',
  };
}
