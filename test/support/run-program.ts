import { runProgram as run } from '../../src/cli/program.ts';
import type { ExitStatus } from '../../src/cli/terminal.ts';
import { collectOutput } from './collect-output.ts';
import { programContext } from './program-context.ts';

export interface ProgramRun {
  readonly status: ExitStatus;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line within this process: far quicker than `runCli`, for commands that come to an end.
 * @param stdin what is typed where something is asked for
 * @param speed how much faster than real time it waits
 * @param stopped settles when the process is asked to stop, at once where it is left out; gets what was printed so far
 */
export async function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  stopped: (stdout: string) => Promise<void> = () => Promise.resolve(),
  stdin = '',
  speed = 1,
): Promise<ProgramRun> {
  let status: ExitStatus = 0;
  let stdout = '';
  let stderr = '';
  await run(
    args,
    programContext({
      terminal: {
        out: (text) => {
          stdout += text;
        },
        err: (text) => {
          stderr += text;
        },
        width: Infinity,
        hasColour: false,
        showsProgress: false,
      },
      environment,
      readSecret: () => Promise.resolve(stdin),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs / speed);
        return () => {
          clearTimeout(timer);
        };
      },
      stopped: () => stopped(stdout),
      exit: (wanted) => {
        status = wanted;
      },
    }),
  );
  collectOutput('command', args[0] ?? '', stdout + stderr);
  return { status, stdout, stderr };
}
