// Runs the files of test/chaos and shows their figures as tables.
//   npm run chaos -- [--quick] [--write] [NAME ...]
// --quick: the short version of each, as in CI. --write: puts the tables into docs/reliability.md, each between the
// comments that hold its name. NAME: the beginning of a file's name; none = all of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const documentation = join(root, 'docs', 'reliability.md');
const given = process.argv.slice(2);
const isQuick = given.includes('--quick');
const writes = given.includes('--write');
const names = given.filter((it) => !it.startsWith('--'));
const unknown = given.filter((it) => it.startsWith('--') && it !== '--quick' && it !== '--write');
if (unknown.length > 0 || (writes && isQuick)) {
  console.error(unknown.length > 0 ? `there is no ${unknown.join(', ')}` : 'only the long runs are written down');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'trunkhunt-chaos-'));
try {
  const figures = join(scratch, 'figures');
  const { status } = spawnSync(
    join(root, 'node_modules', '.bin', 'vitest'),
    ['run', '--config', 'vitest.chaos.config.ts', ...names.map((name) => `chaos/${name}`)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CHAOS_LENGTH: isQuick ? 'quick' : 'long', CHAOS_FIGURES: figures },
    },
  );
  process.exitCode = status ?? 1;
  const tables = existsSync(figures) ? tablesOf(readFileSync(figures, 'utf8')) : new Map();
  for (const [run, table] of tables) console.log(`\n${run}\n\n${table}`);
  // A run that failed has no figures worth keeping.
  if (writes && status === 0) write(tables);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The rows of each run as a Markdown table. */
function tablesOf(lines) {
  const rows = groupByRun(parse(lines));
  return new Map([...rows].map(([run, its]) => [run, tableOf(its)]));
}

function parse(lines) {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function groupByRun(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.run, [...(groups.get(row.run) ?? []), row]);
  return groups;
}

function tableOf(rows) {
  return ['| what | figure |', '| --- | ---: |', ...rows.map(({ what, figure }) => `| ${what} | ${figure} |`)].join(
    '\n',
  );
}

function write(tables) {
  let text = readFileSync(documentation, 'utf8');
  for (const [run, table] of tables) {
    const [begin, end] = [`<!-- ${run} -->`, `<!-- /${run} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/reliability.md has no place for ${run}: ${begin} and ${end}`);
    text = `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
  }
  writeFileSync(documentation, text);
}
