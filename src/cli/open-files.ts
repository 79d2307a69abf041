import type { Settings } from '../config/settings.ts';
import type { Finding } from '../errors/finding.ts';
import { BESIDE } from '../inventory/inventory-backup.ts';
import { openFileFindings } from '../inventory/private-file.ts';

/** Which of the program's files others than their owner, or group, can read or write: what was there is left as it was. */
export function openFiles({ database, state, decisionLog, keyFile }: Settings): readonly Finding[] {
  const withSideFiles = [database, state].flatMap((path) => ['', ...BESIDE].map((end) => path + end));
  return [
    ...openFileFindings(decisionLog === undefined ? withSideFiles : [...withSideFiles, decisionLog]),
    ...(keyFile === undefined ? [] : openFileFindings([keyFile], 'owner')),
  ];
}
