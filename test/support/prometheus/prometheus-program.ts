import { spawnSync } from 'node:child_process';

/** Whether Prometheus and its promtool are on this machine. */
const isHere = ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);

/**
 * Whether tests that need a real Prometheus have to be skipped. CI has one, so that nothing is skipped there unseen:
 * where it is missing they fail.
 */
export function isPrometheusMissing(): boolean {
  const isRequired = process.env['CI'] === 'true' || process.env['REQUIRE_PROMETHEUS'] === '1';
  if (isHere || isRequired) return false;
  process.stdout.write('skipped: these tests need prometheus and promtool (Debian: apt-get install prometheus)\n');
  return true;
}

/** Runs promtool to its end, with this on its standard input. */
export function promtool(
  args: readonly string[],
  input = '',
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, output: `${stdout}${stderr}` };
}
