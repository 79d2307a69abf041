import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { builtProgram } from './built-program.ts';
import { collectOutput } from './collect-output.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Runs the completion function in bash for each line of standard input, as readline would. */
const BASH = `source ./script
while IFS= read -r line; do
  read -ra COMP_WORDS <<<"$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _trunkhunt </dev/null
  for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
  echo %%
done`;

/** The same in zsh; what its completion system is given is printed instead. */
const ZSH = `compdef() { }
_files() { if [[ $1 == -/ ]]; then print -rl -- *(/N) | sed 's,$,/,'; else print -rl -- *(N); fi }
compset() { }
compadd() { print -rl -- \${(P)2} }
_describe() { print -rl -- \${\${(P)@[-1]}%%:*} }
source ./script
while IFS= read -r line; do
  words=(\${=line})
  [[ $line == *' ' ]] && words+=('')
  CURRENT=$#words
  _trunkhunt </dev/null
  echo %%
done`;

const FISH = `source ./script
while read -l line
  complete -C $line </dev/null
  echo %%
end`;

const HARNESSES: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['--norc', '-c', BASH],
  zsh: ['-f', '-c', ZSH],
  fish: ['--no-config', '-c', FISH],
};

/** Whether this machine has the shell. */
export function hasShell(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

/**
 * Has a real shell complete lines, with the script in the file `script` of the folder.
 * @returns for each line the words that are offered; zsh and fish themselves choose among them those that fit
 */
export function completeLines(
  shell: Shell,
  folder: string,
  lines: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): readonly (readonly string[])[] {
  const programs = join(folder, '..programs');
  mkdirSync(programs, { recursive: true });
  const program = join(programs, 'trunkhunt');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${builtProgram()}' "$@"\n`);
  chmodSync(program, 0o700);
  const run = spawnSync(shell, HARNESSES[shell], {
    cwd: folder,
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder, ...environment },
    timeout: 15_000,
  });
  collectOutput('process', shell, run.stdout + run.stderr);
  if (run.status !== 0 || run.stderr !== '') throw new Error(`${shell} ended with ${run.status ?? ''}: ${run.stderr}`);
  const answers = run.stdout.split(/^%%\n/m).slice(0, -1);
  return answers.map((answer) =>
    answer
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']))
      .sort(),
  );
}
