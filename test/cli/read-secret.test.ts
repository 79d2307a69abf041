import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readSecret } from '../../src/cli/read-secret.ts';

/** A terminal, as far as reading a line needs one. */
function terminal(): PassThrough & { readonly isTTY: true; setRawMode(isRaw: boolean): void } {
  return Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => undefined });
}

function collected(): { readonly shown: () => string; readonly write: (text: string) => void } {
  let shown = '';
  return { shown: () => shown, write: (text) => void (shown += text) };
}

describe('a secret', () => {
  it('that comes in is taken whole, but for the end of its last line', async () => {
    const output = collected();
    const read = (...chunks: readonly string[]) =>
      readSecret('password: ', Readable.from(chunks.map((it) => Buffer.from(it))), output);
    expect(await read('s3', 'cret \r\n')).toBe('s3cret ');
    expect(await read('a\nb\n')).toBe('a\nb');
    expect(await read()).toBe('');
    await expect(read('x'.repeat(70_000))).rejects.toThrow(/more than 65536 bytes/);
    expect(output.shown()).toBe('');
  });

  it('that is typed is not shown, and can be corrected', async () => {
    const input = terminal();
    const output = collected();
    const typed = readSecret('password: ', input, output);
    input.write('s3crex');
    input.write('\u007ft');
    input.write('\r');
    expect(await typed).toBe('s3cret');
    expect(output.shown()).toBe('password: \n');
  });

  it.each([['\u0003'], ['\u0004']])('that is not typed in the end is an error: %j', async (key) => {
    const input = terminal();
    const typed = readSecret('password: ', input, collected());
    input.write(key);
    await expect(typed).rejects.toThrow('nothing was typed');
  });
});
