import { readFileSync } from 'node:fs';
import type { CommandContext } from '../../src/cli/command-context.ts';

/** What a command gets of a process that nobody looks at, whose clocks stand still. */
export function programContext(parts: Partial<CommandContext>): CommandContext {
  return {
    terminal: {
      out: () => undefined,
      err: () => undefined,
      width: Infinity,
      hasColour: false,
      showsProgress: false,
    },
    environment: {},
    readFile: (path) => readFileSync(path, 'utf8'),
    readSecret: () => Promise.resolve(''),
    nowMs: () => 0,
    clockMs: () => 0,
    bootId: '',
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => {
        clearTimeout(timer);
      };
    },
    random: () => 0,
    nodeVersion: 'v0.0.0',
    user: 'operator',
    stopped: () => Promise.resolve(),
    reloads: () => () => undefined,
    exit: () => undefined,
    unhandled: () => undefined,
    endNow: () => undefined,
    ...parts,
  };
}
