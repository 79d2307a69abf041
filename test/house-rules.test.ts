import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

/** Everything that is shipped or committed and written by people, without what tools write. */
const written = filesBelow(root).filter((file) => !/^(?:node_modules|dist|data|\.git|package-lock\.json)/.test(file));
const sources = written.filter((file) => file.startsWith(`src${sep}`) && file.endsWith('.ts'));
const code = written.filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.includes('.config.'));

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', '.git', 'dist', 'data'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [relative(root, path)];
  });
}

/** `withDatabaseOption` and `WITH_DATABASE_OPTION` are both `with-database-option`. */
function kebab(identifier: string): string {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

function exportsOf(file: string): readonly string[] {
  const declared = /^export (?:abstract |async )?(?:const|function\*?|class|interface|type) ([A-Za-z0-9_]+)/gm;
  return [...textOf(file).matchAll(declared)].map(([, name = '']) => name);
}

describe('house rules', () => {
  it('looks at files at all', () => {
    expect(sources.length).toBeGreaterThan(80);
    expect(code.length).toBeGreaterThan(sources.length);
  });

  it('names each file in kebab-case, after one of its exports', () => {
    const isNamedWell = (file: string): boolean => {
      const name = basename(file, '.ts');
      return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && exportsOf(file).some((it) => kebab(it).includes(name));
    };
    expect(sources.filter((file) => !isNamedWell(file))).toEqual([join('src', 'cli', 'main.ts')]);
  });

  it('has no drawer for odds and ends', () => {
    const drawers = /(?:^|[/\\])(?:utils?|helpers?|common|misc|types|index)(?:\.[a-z]+$|[/\\])/;
    expect(code.filter((file) => drawers.test(file))).toEqual([]);
  });

  it('has no file that cannot be read in one sitting', () => {
    expect(sources.filter((file) => textOf(file).split('\n').length > 260)).toEqual([]);
  });

  it('reads the environment, the clocks and chance in one place', () => {
    const reads = /\bprocess\.env\b|\bDate\.now\(|\bMath\.random\(|\bperformance\.now\(|\bnew Date\(\)/;
    expect(sources.filter((file) => reads.test(textOf(file)))).toEqual([join('src', 'cli', 'main.ts')]);
  });

  it('keeps state out of modules', () => {
    expect(sources.filter((file) => /^(?:export )?(?:let|var) /m.test(textOf(file)))).toEqual([]);
  });

  it('builds no SQL from strings', () => {
    const built = /\b(?:prepare|exec|pragma)(?:<[^(]*>)?\(\s*(?:`[^`]*\$\{|[^()'"`]*['"`]\s*\+)/;
    expect(sources.filter((file) => built.test(textOf(file)))).toEqual([]);
  });

  it('switches no test off', () => {
    const tests = code.filter((file) => file.endsWith('.test.ts') && basename(file) !== 'house-rules.test.ts');
    expect(tests.filter((file) => /\b(?:it|test|describe)\.(?:only|todo)\b|expect\(true\)/.test(textOf(file)))).toEqual(
      [],
    );
  });

  it('speaks of itself alone: no path of a machine, no registry', () => {
    const foreign = /(?:^|[^A-Za-z0-9_.])\/(?:work|root|home\/[a-z]+)\/|registry\.npmjs|npm\.pkg\./m;
    expect(written.filter((file) => !file.endsWith('.http') && foreign.test(textOf(file)))).toEqual([]);
    expect(textOf('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });

  it('has every migration numbered without a gap', () => {
    const numbers = written
      .filter((file) => file.startsWith('migrations'))
      .map((file) => Number(basename(file).slice(0, 4)));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
    expect(numbers.length).toBeGreaterThan(0);
  });

  it('gives every public function a docstring', () => {
    const bare = sources.flatMap((file) => {
      const lines = textOf(file).split('\n');
      return lines.flatMap((line, at) => {
        const [, name] = /^export (?:async )?function ([A-Za-z0-9_]+)/.exec(line) ?? [];
        const isCommand = name?.startsWith('add') === true && name.endsWith('Command');
        return name === undefined || isCommand || lines[at - 1]?.endsWith('*/') ? [] : [`${file}: ${name}`];
      });
    });
    expect(bare).toEqual([]);
  });
});
