import type { Finding } from '../errors/finding.ts';
import type { SettingSources } from './setting-sources.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Whether some were meant to be given, readable or not. */
export function areCredentialsGiven({ flags, environment }: SettingSources): boolean {
  const names = ['TRUNKHUNT_CREDENTIALS', 'TRUNKHUNT_CREDENTIALS_FILE'];
  return flags.credentialsFile !== undefined || names.some((name) => environment[name] !== undefined);
}

/** The text of the credentials, from the variable or the file; what stands in the way goes to the findings. */
export function credentialsText(
  { flags, environment, readFile }: SettingSources,
  findings: Finding[],
): string | undefined {
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
