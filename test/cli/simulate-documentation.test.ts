import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { runProgram } from '../support/run-program.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/simulate.md'), 'utf8');

/** The commands of the page, each in its words: quotes as the shell reads them. */
const COMMANDS = [...PAGE.matchAll(/^```sh\n([^]*?)^```/gm)]
  .flatMap(([, block = '']) => block.trimEnd().split('\n'))
  .map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));

const DECISION =
  '{"kind":"decision","at":"2026-11-25T00:00:00Z","switch":"","context":"default","number":"9980","outcome":"planned","route":"example","group":"2gw","numberAfterRoute":"1004","plan":[{"attempt":1,"gateway":"gw1","number":"1004"}]}';

describe('docs/simulate.md', () => {
  it('has commands', () => {
    expect(COMMANDS.length).toBeGreaterThanOrEqual(10);
    for (const [program] of COMMANDS) expect(program).toBe('trunkhunt');
  });

  it('has none that does not run with the example inventory as the page says', async () => {
    const example = readFileSync(join(ROOT, 'examples/inventory.sql'), 'utf8');
    const { folder, path } = temporaryInventory(example);
    writeFileSync(join(folder, 'other.db'), readFileSync(path));
    writeFileSync(join(folder, 'numbers.txt'), '9980\n9980,200\n');
    writeFileSync(join(folder, 'decisions.ndjson'), `${DECISION}\n${DECISION}\n`);
    for (const [, ...words] of COMMANDS) {
      const args = words.map((word) => (/^\w+\.(?:txt|db|ndjson|svg)$/.test(word) ? join(folder, word) : word));
      const { status, stdout, stderr } = await runProgram(args, { TRUNKHUNT_DATABASE: path });
      expect([args.join(' '), status, stderr]).toEqual([args.join(' '), 0, '']);
      expect(stdout).toContain('gw1');
    }
  });

  it('describes every option of both commands', async () => {
    for (const command of ['simulate', 'replay']) {
      const { stdout } = await runProgram([command, '--help']);
      const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = '']) => option);
      expect(options.length).toBeGreaterThan(5);
      for (const option of options) {
        if (option !== '--database') expect(PAGE).toContain(option);
      }
    }
  });
});
