import { vi } from 'vitest';
import { type CliOptions, type CliRun, startCli, type StartedCli } from './run-cli.ts';

export interface ServeProcess extends StartedCli {
  readonly port: number;
  /** Asks it to stop, as a supervisor does. */
  stop(): Promise<CliRun>;
}

/** Runs `trunkhunt serve` on a free port of loopback, unless the arguments say where; returns when it listens. */
export async function serveProcess(args: readonly string[], options: CliOptions = {}): Promise<ServeProcess> {
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const started = startCli(['serve', ...listen, ...args], options);
  const port = await vi.waitFor(
    () => {
      const found = /"url":"https?:\/\/[^"]+:(\d+)"/.exec(started.stderr())?.[1];
      if (found !== undefined) return Number(found);
      throw new Error(`serve does not listen; exit status ${started.child.exitCode}: ${started.stderr()}`);
    },
    { timeout: 15_000, interval: 20 },
  );
  return {
    ...started,
    port,
    stop: () => {
      started.child.kill('SIGTERM');
      return started.ended;
    },
  };
}
