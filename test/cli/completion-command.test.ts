import { readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { completeLines, hasShell, SHELLS, type Shell } from '../support/completing-shell.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** Names that a shell would run, expand or split if it read them once more. */
const HOSTILE = ['$(touch pwned)', '`touch pwned`', 'a b; touch pwned', "'x", '*', '~'];
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function prepared(shell: Shell) {
  const inventory = temporaryInventory(`
    INSERT INTO switches (hostname) VALUES ('fs1.example.net'), ('fs2'), ('other');
    INSERT INTO switches (hostname) VALUES ${HOSTILE.map((name) => `(${quoted(name)})`).join(', ')};`);
  const folder = join(inventory.folder, 'desk');
  mkdirSync(join(folder, 'folder'), { recursive: true });
  const { status, stdout, stderr } = await runProgram(['completion', shell]);
  expect([status, stderr]).toEqual([0, '']);
  writeFileSync(join(folder, 'script'), stdout);
  for (const name of ['a file.sql', 'other.db', '$(touch pwned)']) writeFileSync(join(folder, name), '');
  const complete = (lines: readonly string[]) =>
    completeLines(shell, folder, lines, { TRUNKHUNT_DATABASE: inventory.path });
  return { folder, complete, path: inventory.path };
}

/** The first words of the lines of a section of help. */
function listedIn(help: string, section: string): readonly string[] {
  const [, lines = ''] = new RegExp(`^${section}:\n((?: .*\n)+)`, 'm').exec(help) ?? [];
  return [...lines.matchAll(/^ {2}(\S.*?)(?: {2,}|$)/gm)].map(([, words = '']) => words);
}

/** Everything that help tells of, read from its text: the lines to complete, and what has to be offered for each. */
async function offersInHelp(path: readonly string[] = []): Promise<readonly (readonly [string, readonly string[]])[]> {
  const { stdout } = await runProgram([...path, '--help']);
  const commands = listedIn(stdout, 'Commands').map((words) => words.split(' ')[0]?.split('|')[0] ?? '');
  const options = listedIn(stdout, 'Options').flatMap((words) =>
    [...words.matchAll(/(?<=^|, )--?[\w-]+/g)].map(([it]) => it),
  );
  const line = ['trunkhunt', ...path, ''].join(' ');
  const below = await Promise.all(
    commands.filter((name) => name !== 'help').map((name) => offersInHelp([...path, name])),
  );
  return [
    ...(commands.length === 0 ? [] : [[line, [...commands].sort()] as const]),
    [`${line}--`, options.filter((it) => it.startsWith('--')).sort()],
    ...below.flat(),
  ];
}

describe('help, as these tests read it', () => {
  it('has commands and options', async () => {
    const offers = new Map(await offersInHelp());
    expect(offers.get('trunkhunt ')).toEqual(expect.arrayContaining(['check', 'completion', 'serve']));
    expect(offers.get('trunkhunt switches reconcile --')).toEqual(expect.arrayContaining(['--dry-run', '--help']));
  });
});

describe.each(SHELLS)('completion in %s', (shell) => {
  // CI has all three, so that nothing is skipped there unseen: where one is missing its tests fail.
  const isMissing = !hasShell(shell) && process.env['CI'] !== 'true';
  const fitting = (words: readonly string[] = [], typed = '') => words.filter((word) => word.startsWith(typed));

  beforeEach(({ skip }) => {
    if (isMissing) skip(`${shell} is not installed`);
  });

  it('offers every command and option that help has, where help has it', async () => {
    const wanted = await offersInHelp();
    const { complete } = await prepared(shell);
    const offered = complete(wanted.map(([line]) => line));
    for (const [at, [line, words]] of wanted.entries()) {
      expect([line, fitting(offered[at], line.endsWith('--') ? '--' : '')]).toEqual([line, words]);
    }
  });

  it.each([
    ['the beginning of a command', 'trunkhunt mig', ['migrate']],
    ['what an argument may be', 'trunkhunt completion ', ['bash', 'fish', 'zsh']],
    ['the commands after help', 'trunkhunt help xml', ['xml-curl-conf']],
    ['an option after an argument', 'trunkhunt check it --st', ['--strict']],
    ['nothing after an argument too many', 'trunkhunt completion bash ', []],
    ['nothing for a free text', 'trunkhunt explain ', []],
    ['nothing of options after --', 'trunkhunt explain -- --', []],
    ['nothing below what is no command', 'trunkhunt frobnicate ', []],
  ])('offers %s', async (_what, line, expected) => {
    const { complete } = await prepared(shell);
    const [offered] = complete([line]);
    expect(fitting(offered, line.split(' ').at(-1))).toEqual(expected);
  });

  it('offers files where a file belongs, and runs none of their names', async () => {
    const { folder, complete } = await prepared(shell);
    const offers = complete([
      'trunkhunt check ',
      'trunkhunt check --database ',
      'trunkhunt explain 1 --credentials-file ',
    ]);
    for (const offered of offers) expect(offered).toEqual(expect.arrayContaining(['a file.sql', 'other.db', 'script']));
    expect(readdirSync(folder)).not.toContain('pwned');
  });

  it('offers names of the inventory that the line or the settings name, and runs none of them', async () => {
    const { folder, complete, path } = await prepared(shell);
    const [all, some] = complete([
      'trunkhunt explain 1 --switch ',
      `trunkhunt explain --database ${path} 1 --switch fs`,
    ]);
    const plain = ['fs1.example.net', 'fs2', 'other'];
    // In bash what would have to be quoted is left out.
    expect(all).toEqual(shell === 'bash' ? plain : expect.arrayContaining([...plain, 'a b; touch pwned']));
    expect(some).toEqual(['fs1.example.net', 'fs2']);
    expect(readdirSync(folder)).not.toContain('pwned');
  });
});

describe('the words of an option written with =', () => {
  it.skipIf(!hasShell('bash') && process.env['CI'] !== 'true')('come as three in bash', async () => {
    const { complete } = await prepared('bash');
    expect(
      complete([
        'trunkhunt check --database = oth',
        'trunkhunt explain --switch = fs1',
        'trunkhunt check --database=oth',
      ]),
    ).toEqual([['other.db'], ['fs1.example.net'], ['--database=other.db']]);
  });
});

describe('completion', () => {
  it('of another shell is wrong usage', async () => {
    const { status, stdout, stderr } = await runProgram(['completion', 'csh']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish');
  });

  it('gives names of each kind, those that begin as typed', async () => {
    const { path } = temporaryInventory(`
      INSERT INTO gateways (name, proxy) VALUES ('gw1', 'h'), ('gw2', 'h'), ('GW3', 'h'), ('x_', 'h'), ('xy', 'h');
      INSERT INTO gateway_groups (name) VALUES ('g'); INSERT INTO switches (hostname) VALUES ('fs1');
      INSERT INTO routes (name, context, group_name) VALUES ('a route', 'default', 'g'), (NULL, 'default', 'g');`);
    const names = async (...args: string[]) =>
      (await runProgram(['completion', 'names', '--database', path, '--', ...args])).stdout.split('\n').slice(0, -1);
    expect(await names('gateway', 'gw')).toEqual(['gw1', 'gw2']);
    expect(await names('gateway', 'x_')).toEqual(['x_']);
    expect(await names('gateway', '%')).toEqual([]);
    expect(await names('gateway')).toHaveLength(5);
    expect([await names('group'), await names('route'), await names('switch')]).toEqual([['g'], ['a route'], ['fs1']]);
  });

  it('says nothing at the prompt, whatever is wrong', async () => {
    const quiet = { status: 0, stdout: '', stderr: '' };
    expect(await runProgram(['completion', 'names', 'gateway', '--database', './none.db'])).toEqual(quiet);
    expect(await runProgram(['completion', 'names', 'gateway'], { TRUNKHUNT_LISTEN: 'nowhere' })).toEqual(quiet);
  });
});
