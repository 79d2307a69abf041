import { type ChildProcess, spawn } from 'node:child_process';
import { builtProgram } from './built-program.ts';
import { collectOutput } from './collect-output.ts';

export interface CliRun {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Variables besides those that every process needs; none of the surroundings' own settings get in. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** A program and its arguments that runs the command line which follows them, such as `nsenter`. */
  readonly through?: readonly string[];
  /** When it is killed: a command that should have ended long ago fails its test by its signal. */
  readonly timeoutMs?: number;
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles when the process has ended. */
  readonly ended: Promise<CliRun>;
}

/** Starts the real command line as a process of its own. */
export function startCli(args: readonly string[], options: CliOptions = {}): StartedCli {
  return start(builtProgram(), args, options);
}

/** Starts another program as a process of its own. */
export function startScript(path: string, ...args: readonly string[]): StartedCli {
  return start(path, args, {});
}

function start(
  script: string,
  args: readonly string[],
  { environment, folder, through = [], timeoutMs }: CliOptions,
): StartedCli {
  const [program = '', ...rest] = [...through, process.execPath, script, ...args];
  const child = spawn(program, rest, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CliRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      // What is given on the line is no answer, and may hold a secret.
      collectOutput('process', args[0] ?? '', stdout + stderr);
      resolve({ status, signal, stdout, stderr });
    });
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Runs the real command line to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return startCli(args, { timeoutMs: 15_000, ...options }).ended;
}
