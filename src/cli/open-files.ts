import type { Settings } from '../config/settings.ts';
import type { Finding } from '../errors/finding.ts';
import { BESIDE } from '../inventory/inventory-backup.ts';
import { openFileFindings } from '../inventory/private-file.ts';

/** Which of the program's files others than their owner, or group, can read or write: what was there is left as it was. */
export function openFiles({ database, state, decisionLog, keyFile }: Settings): readonly Finding[] {
  return [
    ...[database, state].flatMap(openDatabase),
    ...(decisionLog === undefined ? [] : openFileFindings([decisionLog])),
    ...(keyFile === undefined ? [] : openFileFindings([keyFile], 'owner')),
  ];
}

/** SQLite makes what it keeps beside a database like the database: of an open one nothing more is to be said. */
function openDatabase(path: string): readonly Finding[] {
  const findings = openFileFindings([path]);
  return findings.length > 0 ? findings : openFileFindings(BESIDE.map((end) => path + end));
}
