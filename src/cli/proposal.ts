import type { Command } from 'commander';
import { isProblem } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { diffTables, type RowChange } from '../inventory/diff-tables.ts';
import { openWorkingCopy, type WorkingCopy } from '../inventory/working-copy.ts';
import { NO_SECRET_NEEDED } from '../inventory/open-secrets.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { addText } from './call-options.ts';

export interface ProposalFlags {
  readonly against?: string;
  readonly sql: readonly string[];
}

/** Today's inventory, and another one that is proposed. */
export interface Inventories {
  readonly today: Snapshot;
  readonly proposal: Snapshot | undefined;
  /** What makes the proposal of today's inventory. */
  readonly changes: readonly RowChange[];
}

/** The options that say what is proposed. */
export function withProposalOptions(command: Command): Command {
  return command
    .option('--against <file>', 'another inventory, to be compared with')
    .option(
      '--sql <statements>',
      'what would be changed: INSERT, REPLACE, UPDATE or DELETE, run on a copy in memory; may be repeated',
      addText,
      [],
    );
}

/**
 * Opens both, from copies in memory.
 * @throws OperatorError settings-conflict, sql-refused, sql-failed, what is wrong with either inventory
 */
export function openInventories(database: string, { against, sql }: ProposalFlags): Inventories {
  if (against !== undefined && sql.length > 0) {
    const what = '--against names one proposal, and --sql makes another';
    throw new OperatorError([{ code: 'settings-conflict', where: '--sql', what, fix: 'give one of them' }]);
  }
  const today = openWorkingCopy(database);
  try {
    const snapshot = soundSnapshot(today, database);
    if (against === undefined && sql.length === 0) return { today: snapshot, proposal: undefined, changes: [] };
    const before = today.tables();
    const proposed = against === undefined ? today : openWorkingCopy(against);
    try {
      for (const [at, statements] of sql.entries()) {
        proposed.run(statements, sql.length === 1 ? '--sql' : `--sql no. ${at + 1}`);
      }
      const proposal = soundSnapshot(proposed, against ?? 'the proposal');
      return { today: snapshot, proposal, changes: diffTables(before, proposed.tables()) };
    } finally {
      proposed.close();
    }
  } finally {
    today.close();
  }
}

function soundSnapshot(copy: WorkingCopy, name: string): Snapshot {
  const { snapshot, findings } = copy.compile(NO_SECRET_NEEDED);
  if (snapshot !== undefined) return snapshot;
  throw new OperatorError(findings.filter(isProblem).map((it) => ({ ...it, where: `${name}: ${it.where}` })));
}
