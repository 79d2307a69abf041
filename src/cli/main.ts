import { readFileSync } from 'node:fs';
import { runProgram } from './program.ts';

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
    width: process.stdout.isTTY ? process.stdout.columns : Infinity,
    // See no-color.org.
    hasColour: process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    showsProgress: process.stderr.isTTY,
  },
  environment: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
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
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
  exit: (status) => {
    process.exitCode = status;
  },
});
