import { OperatorError } from '../errors/operator-error.ts';
import type { Assignment } from '../inventory/read-columns.ts';
import type { CommandContext } from './command-context.ts';

/**
 * The assignments with the password itself in place of `password=-` (asked for, or standard input) and
 * `password-file=FILE`. One that stands on the command line is taken, with a remark.
 * @throws OperatorError settings-file-unreadable, value-invalid
 */
export async function withSecretValues(
  assignments: readonly Assignment[],
  context: CommandContext,
): Promise<readonly Assignment[]> {
  const read: Assignment[] = [];
  for (const assignment of assignments) read.push(await withSecretValue(assignment, context));
  return read;
}

async function withSecretValue(assignment: Assignment, context: CommandContext): Promise<Assignment> {
  const { name, value } = assignment;
  if (name === 'password-file' || name === 'password_file') {
    return { name: 'password', value: needed(passwordIn(value, context), 'the file') };
  }
  if (name !== 'password' || value === '') return assignment;
  if (value === '-') return { name, value: needed(await passwordTyped(context), 'standard input') };
  context.terminal.err(
    'remark: others see a password on the command line (ps, history); password=- asks for it, password-file=FILE reads it\n',
  );
  return assignment;
}

function passwordIn(path: string, { readFile }: CommandContext): string {
  try {
    return readFile(path).replace(/\r?\n$/, '');
  } catch (error) {
    // Not its message, which repeats the path: people put the password itself there by mistake.
    const what = `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    const fix = 'name a file that this user can read';
    throw new OperatorError([{ code: 'settings-file-unreadable', where: 'password-file', what, fix }]);
  }
}

async function passwordTyped({ readSecret }: CommandContext): Promise<string> {
  try {
    return await readSecret('password: ');
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw invalid(what);
  }
}

function needed(password: string, place: string): string {
  if (password !== '') return password;
  throw invalid(`${place} is empty`);
}

function invalid(what: string): OperatorError {
  const fix = 'give the password on one line; password= takes it away';
  return new OperatorError([{ code: 'value-invalid', where: 'password', what, fix }]);
}
