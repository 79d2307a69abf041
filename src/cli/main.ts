import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { runProgram } from './program.ts';
import { readSecret } from './read-secret.ts';

// Whoever reads our output may have had enough of it: `trunkhunt check | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

await runProgram(process.argv.slice(2), {
  terminal: {
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
    // Some terminals do not say how wide they are, and are then 0 wide.
    width: process.stdout.isTTY ? process.stdout.columns || Number(process.env['COLUMNS']) || 80 : Infinity,
    // See no-color.org.
    hasColour: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    showsProgress: process.stderr.isTTY,
  },
  environment: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  readSecret: (prompt) => readSecret(prompt, process.stdin, process.stderr),
  nowMs: () => Date.now(),
  clockMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
  random: () => Math.random(),
  nodeVersion: process.version,
  user: userName(),
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
  reloads: (run) => {
    process.on('SIGHUP', run);
    return () => {
      process.off('SIGHUP', run);
    };
  },
  exit: (status) => {
    process.exitCode = status;
  },
});

/** Whoever became root by sudo is named, not root. A container's user may have no name. */
function userName(): string {
  const name = process.env['SUDO_USER'] ?? accountName() ?? process.env['USER'] ?? '';
  const shown = name.replace(/\p{Cc}/gu, '').slice(0, 255);
  return shown === '' ? `uid ${process.getuid?.() ?? 'unknown'}` : shown;
}

function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
