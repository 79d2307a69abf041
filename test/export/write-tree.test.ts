import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { writeTree } from '../../src/export/write-tree.ts';
import { builtProgram } from '../support/built-program.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';

type Contents = Readonly<Record<string, string>>;

const FIRST = { 'autoload_configs/a.xml': 'a1', 'dialplan/x/t.xml': 't1', 'directory/d.xml': 'd1' };

async function write(
  folder: string,
  contents: Contents,
  options: { force?: boolean; dryRun?: boolean; nowMs?: number } = {},
) {
  const files = Object.entries(contents).map(([path, content]) => ({ path, content }));
  return writeTree({ folder, files, hostname: '' }, { force: false, dryRun: false, nowMs: Date.now(), ...options });
}

async function findingsOf(writing: Promise<unknown>): Promise<readonly string[]> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof OperatorError)
      return error.findings.map(({ code, where }) => `${code} ${where.split(sep).at(-1)}`);
    throw error;
  }
  return [];
}

/** Every file below, with its content; of the store nothing. */
function tree(folder: string): Contents {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.trunkhunt-export') && path !== 'trunkhunt-export.json')
    .filter((path) => !existsSync(join(folder, path)) || !statSync(join(folder, path)).isDirectory());
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

const storeOf = (folder: string): readonly string[] => readdirSync(join(folder, '.trunkhunt-export')).sort();

describe('a tree of exported files', () => {
  it('is added, changed and taken away as it is wanted, and left alone where nothing differs', async () => {
    const folder = temporaryFolder();
    expect(await write(folder, FIRST)).toEqual({ added: Object.keys(FIRST), changed: [], removed: [], unchanged: [] });
    expect(tree(folder)).toEqual(FIRST);
    const [before] = storeOf(folder).filter((name) => name !== 'current');
    expect(await write(folder, FIRST)).toMatchObject({ unchanged: Object.keys(FIRST) });
    expect(storeOf(folder)).toContain(before);
    const second = { 'autoload_configs/a.xml': 'a2', 'dialplan/x/t.xml': 't1', 'dialplan/y/t.xml': 'y' };
    expect(await write(folder, second)).toEqual({
      added: ['dialplan/y/t.xml'],
      changed: ['autoload_configs/a.xml'],
      removed: ['directory/d.xml'],
      unchanged: ['dialplan/x/t.xml'],
    });
    expect(tree(folder)).toEqual(second);
    expect(storeOf(folder)).toHaveLength(2);
    const manifest = JSON.parse(readFileSync(join(folder, 'trunkhunt-export.json'), 'utf8')) as { files: object };
    expect(Object.keys(manifest.files).sort()).toEqual(Object.keys(second).sort());
  });

  it('can be read where a folder of it is a link to another place', async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(elsewhere, 'deep', 'dialplan'), { recursive: true });
    symlinkSync(join(elsewhere, 'deep', 'dialplan'), join(folder, 'dialplan'));
    await write(folder, FIRST);
    expect(tree(folder)).toEqual(FIRST);
    expect(await write(folder, FIRST)).toMatchObject({ unchanged: Object.keys(FIRST) });
    expect(await write(folder, { 'autoload_configs/a.xml': 'a2' })).toMatchObject({
      removed: ['dialplan/x/t.xml', 'directory/d.xml'],
    });
    expect(tree(folder)).toEqual({ 'autoload_configs/a.xml': 'a2' });
  });

  it('can be read by its owner only', async () => {
    const folder = temporaryFolder();
    await write(folder, FIRST);
    for (const path of [...Object.keys(FIRST), 'trunkhunt-export.json']) {
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(folder, '.trunkhunt-export')).mode & 0o777).toBe(0o700);
  });

  it('leaves files of others alone, and is not written where one is in its way, forced or not', async () => {
    const folder = temporaryFolder();
    const others = { 'dialplan/default.xml': 'mine', 'dialplan/x/mine.xml': 'mine', 'directory/d.xml': 'mine' };
    for (const [path, content] of Object.entries(others)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    symlinkSync('/nowhere', join(folder, 'autoload_configs'));
    for (const force of [false, true]) {
      expect(await findingsOf(write(folder, { ...FIRST, 'dialplan/x/mine.xml': 'm' }, { force }))).toEqual([
        'export-in-the-way d.xml',
        'export-in-the-way mine.xml',
      ]);
    }
    rmSync(join(folder, 'autoload_configs'));
    expect(tree(folder)).toEqual(others);
    rmSync(join(folder, 'directory/d.xml'));
    await write(folder, FIRST);
    await write(folder, {});
    expect(tree(folder)).toEqual({ 'dialplan/default.xml': 'mine', 'dialplan/x/mine.xml': 'mine' });
  });

  it('is not written over what somebody edited, in place or as another file, until that is forced', async () => {
    const folder = temporaryFolder();
    await write(folder, FIRST);
    writeFileSync(join(folder, 'directory/d.xml'), 'edited');
    rmSync(join(folder, 'dialplan/x/t.xml'));
    writeFileSync(join(folder, 'dialplan/x/t.xml'), 'replaced');
    const edited = tree(folder);
    const changed = { 'autoload_configs/a.xml': 'a2', 'directory/d.xml': 'd2' };
    expect(await findingsOf(write(folder, changed))).toEqual(['export-edited d.xml', 'export-edited t.xml']);
    expect(tree(folder)).toEqual(edited);
    expect(await write(folder, FIRST, { force: true, dryRun: true })).toMatchObject({
      changed: ['dialplan/x/t.xml', 'directory/d.xml'],
    });
    expect(tree(folder)).toEqual(edited);
    await write(folder, changed, { force: true });
    expect(tree(folder)).toEqual(changed);
  });

  it('is mended where somebody took a file away, and goes along where the folder is moved', async () => {
    const folder = temporaryFolder();
    await write(folder, FIRST);
    rmSync(join(folder, 'directory'), { recursive: true });
    await write(folder, FIRST);
    expect(tree(folder)).toEqual(FIRST);
    renameSync(folder, `${folder}-moved`);
    expect(tree(`${folder}-moved`)).toEqual(FIRST);
    rmSync(`${folder}-moved`, { recursive: true });
  });

  it('is only said, with --dry-run', async () => {
    const folder = temporaryFolder();
    expect((await write(folder, FIRST, { dryRun: true })).added).toEqual(Object.keys(FIRST));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says where it cannot be written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(await findingsOf(write(join(folder, 'file'), FIRST))).toEqual(['export-failed file']);
  });

  it('is the old one or the new one, whole, whenever its writer is killed; and the next writer tidies up', async () => {
    const folder = temporaryFolder();
    const module = pathToFileURL(join(dirname(builtProgram()), '../export/write-tree.js')).href;
    const seen = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const script = new URL('../support/export-forever.mjs', import.meta.url).pathname;
      const child = spawn(process.execPath, [script, module, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      let exports = 0;
      await new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (lines: string) => {
          exports += lines.split('\n').length - 1;
          // Now in one tree, now in the other, and in the middle of whatever comes next.
          if (exports > round % 4) setTimeout(resolve, round);
        });
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      // A name that leads nowhere is as good as none.
      const links = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.xml'));
      const places = links.filter((path) => !path.startsWith('.trunkhunt-export') && existsSync(join(folder, path)));
      const contents = places.map((path) => readFileSync(join(folder, path), 'utf8'));
      const [content = ''] = contents;
      seen.add(content);
      expect(new Set(contents).size).toBe(1);
      expect(places).toContain(`directory/${content === '<old/>\n' ? 'old' : 'new'}.xml`);
      expect(places).toHaveLength(21);
    }
    expect(seen.size).toBe(2);
    await write(folder, FIRST, { nowMs: Date.now() + 3_600_000 });
    expect(tree(folder)).toEqual(FIRST);
    expect(storeOf(folder)).toHaveLength(2);
    expect(lstatSync(join(folder, 'directory/d.xml')).isSymbolicLink()).toBe(true);
  });
});
