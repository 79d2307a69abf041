import type { SettingName } from './given-settings.ts';

/** What was given on the command line; it wins over the environment. Secrets have no flag, which everybody would see. */
export interface SettingFlags extends Readonly<Partial<Record<Exclude<SettingName, 'credentials'>, string>>> {
  readonly credentialsFile?: string;
  readonly insecureNoAuth?: boolean;
}

/** Where settings come from, passed in so that nothing else reads the environment. */
export interface SettingSources {
  readonly flags: SettingFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}
