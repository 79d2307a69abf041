import type { z } from 'zod';
import type { Finding } from '../errors/finding.ts';
import { settingFlag, settingVariable } from './given-settings.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';

/** A variable of ours that does not exist would change nothing, which nobody wants who sets it. */
export function unknownSettingFindings(given: readonly string[], known: readonly string[]): readonly Finding[] {
  return given
    .filter((name) => name.startsWith('TRUNKHUNT_') && !known.includes(name))
    .sort()
    .map((name) => ({
      code: 'settings-unknown',
      where: name,
      what: 'there is no such setting, so it would change nothing',
      fix: `unset it; there are ${known.join(', ')}`,
    }));
}

/** A value that the schema refuses. */
export function invalidSettingFinding(issue: z.core.$ZodIssue): Finding {
  const name = String(issue.path[0]);
  const [variable, flag] = [settingVariable(name), settingFlag(name)];
  return { code: 'settings-invalid', where: variable, what: issue.message, fix: `correct ${variable} or ${flag}` };
}

/** What is learned may not be written into the inventory. */
export function stateIsInventoryFinding(path: string): Finding {
  return {
    code: 'settings-conflict',
    where: 'TRUNKHUNT_STATE',
    what: `${path} is the inventory, which is yours; what is learned has a file of its own`,
    fix: 'name another file, or none',
  };
}

/** Nor may the decision log. */
export function logIsTakenFinding(path: string): Finding {
  const what = `${path} is the inventory, or the file of what is learned`;
  return { code: 'settings-conflict', where: 'TRUNKHUNT_DECISION_LOG', what, fix: 'name another file, or none' };
}

/** Gateway passwords are served: nobody but those who know the password, or who are on this machine, may ask. */
export function openToAllFinding(listen: ListenAddress): Finding {
  return {
    code: 'listen-without-credentials',
    where: 'TRUNKHUNT_LISTEN',
    what: `${formatListenAddress(listen)} can be reached from other machines, and gateway passwords are served there`,
    fix: 'set TRUNKHUNT_CREDENTIALS=user:password (or its _FILE twin) or TRUNKHUNT_ACCESS_FILE, or add --insecure-no-auth if the network keeps others out',
  };
}
