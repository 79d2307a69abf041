import { z } from 'zod';
import { parseListenAddress } from './listen-address.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

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

/** The path of a PEM file. Who puts the text of the file there by mistake does not find it in a message. */
const pemFile = z
  .string()
  .min(1, 'it is empty')
  .refine((path) => !/-----BEGIN|[\r\n]/.test(path), 'it holds the text of a file; the path of the file is wanted')
  .optional();

/** Every setting that has a variable, as it is given: a text, or nothing where it was left out. */
export const GivenSettings = z.object({
  database: z.string().min(1, 'it is empty').default(DEFAULT_DATABASE),
  state: z.string().min(1, 'it is empty').optional(),
  keyFile: z.string().min(1, 'it is empty').optional(),
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
  accessFile: z.string().min(1, 'it is empty').optional(),
  logLevel: z.enum(LOG_LEVELS, `it is none of ${LOG_LEVELS.join(', ')}`).default('info'),
  logFormat: z.enum(LOG_FORMATS, `it is neither ${LOG_FORMATS.join(' nor ')}`).default('json'),
  decisionLog: z.string().min(1, 'it is empty').optional(),
  decisionLogMegabytes: whole(1, 100_000, 100),
  decisionLogFiles: whole(0, 1_000, 10),
  maskNumbers: whole(0, 64, 0),
  exportTo: z.string().min(1, 'it is empty').optional(),
  exportSwitch: z.string().optional(),
  maxInWork: whole(0, 1_000_000, 1_000),
  maxWaitMs: whole(0, 60_000, 250),
  maxConnections: whole(1, 1_000_000, 12_000),
  tlsCert: pemFile,
  tlsKey: pemFile,
  tlsClientCa: pemFile,
  tlsCa: pemFile,
  tlsClientCert: pemFile,
  tlsClientKey: pemFile,
});

export type SettingName = keyof typeof GivenSettings.shape;

/** Their names, as the schema has them. */
export const SETTING_NAMES = Object.keys(GivenSettings.shape) as readonly SettingName[];

/** `logLevel` is `TRUNKHUNT_LOG_LEVEL`. */
export function settingVariable(name: string): string {
  return `TRUNKHUNT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `logLevel` is `--log-level`. */
export function settingFlag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
