// Runs the scenarios on the FreeSWITCH that FREESWITCH_BIN names. Without one there is nothing to run: that is said, and
// is no failure.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const binary = process.env.FREESWITCH_BIN ?? '';
if (binary === '') {
  console.log('skipped: the scenarios need a FreeSWITCH, and FREESWITCH_BIN names none');
  process.exit(0);
}
accessSync(binary, constants.X_OK);
const { status } = spawnSync(
  new URL('../node_modules/.bin/vitest', import.meta.url).pathname,
  ['run', '--config', 'vitest.freeswitch.config.ts', ...process.argv.slice(2)],
  { cwd: new URL('..', import.meta.url).pathname, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
