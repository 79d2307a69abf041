import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { runProgram } from './program.ts';
import { readSecret } from './read-secret.ts';

// Whoever reads our output may have had enough of it: `trunkhunt check | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

/** How long the machine had been up when this process began: both clocks are its monotonic one. */
const startedMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

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
  clockMs: () => startedMs + performance.now(),
  bootId: bootId(),
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
      // Also a second one: a supervisor may send it to the process and to its group, and ending takes its time.
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.on(signal, () => {
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
  unhandled: (tell) => {
    process.on('unhandledRejection', (reason) => {
      tell('rejection', reason);
    });
    process.on('uncaughtException', (error) => {
      tell('exception', error);
    });
  },
  endNow: (status) => process.exit(status),
});

/** Linux names each run of the machine; containers see the name that their host has. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

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
