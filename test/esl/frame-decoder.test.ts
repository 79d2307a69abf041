import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EslError } from '../../src/esl/esl-error.ts';
import { FrameDecoder, type Frame } from '../../src/esl/frame-decoder.ts';
import { recording, recordingNames } from './recordings.ts';

/** Frames that can be compared: a buffer that is part of another compares badly. */
const plain = (frames: readonly Frame[]) =>
  frames.map(({ headers, body }) => ({ headers: Object.fromEntries(headers), body: body.toString('latin1') }));

const decode = (bytes: Buffer | string) => plain(new FrameDecoder().push(Buffer.from(bytes as string)));

function decodeInPieces(bytes: Buffer, sizeOf: (at: number) => number) {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  for (let from = 0, at = 0; from < bytes.length; at += 1) {
    const to = from + sizeOf(at);
    // A copy that is wiped afterwards: nothing may be kept of a chunk.
    const chunk = Buffer.from(bytes.subarray(from, to));
    frames.push(...decoder.push(chunk));
    chunk.fill(0x58);
    from = to;
  }
  return plain(frames);
}

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a frame decoder', () => {
  it('reads all twelve recordings', () => {
    const counts = recordingNames.map((name) => `${name.slice(0, 2)}: ${decode(recording(name.slice(0, 2))).length}`);
    expect(counts.join(', ')).toBe(
      '01: 11, 02: 13, 03: 16, 04: 12, 05: 10, 06: 18, 07: 19, 08: 17, 09: 3, 10: 13, 11: 16, 12: 12',
    );
  });

  it.each(recordingNames)('reads %s byte by byte as it reads it whole', (name) => {
    const bytes = recording(name.slice(0, 2));
    expect(decodeInPieces(bytes, () => 1)).toEqual(decode(bytes));
  });

  it.each(recordingNames)('reads %s in any pieces as it reads it whole', (name) => {
    const bytes = recording(name.slice(0, 2));
    const whole = decode(bytes);
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9000 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(sizes, (pieces) => {
        expect(decodeInPieces(bytes, (at) => pieces[at % pieces.length]!)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('reads frames of any bytes in any pieces', () => {
    const body = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
    const gap = fc.constantFrom('', '\n', '\n\n', '\r\n');
    const frames = fc.array(fc.tuple(gap, fc.constantFrom('\n', '\r\n'), body), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, pieces) => {
        const bytes = Buffer.concat(
          sent.flatMap(([before, newline, content], at) => {
            const length = content === undefined ? '' : `Content-Length: ${content.length}${newline}`;
            return [Buffer.from(`${before}Number: ${at}${newline}${length}${newline}`), content ?? Buffer.alloc(0)];
          }),
        );
        const read = decodeInPieces(bytes, (at) => pieces[at % pieces.length]!);
        expect(read.map(({ headers, body: content }) => [headers['number'], content])).toEqual(
          sent.map(([, , content], at) => [String(at), Buffer.from(content ?? []).toString('latin1')]),
        );
      }),
    );
  });

  it('counts a body in bytes, not in characters', () => {
    const text = 'grün %s 漢字';
    const sent = `Content-Length: ${Buffer.byteLength(text)}\n\n${text}Next: 1\n\n`;
    const [first, second] = new FrameDecoder().push(Buffer.from(sent));
    expect(first!.body.toString('utf8')).toBe(text);
    expect([...second!.headers]).toEqual([['next', '1']]);
  });

  it('keeps a header value whole, colons and all', () => {
    expect(decode('Reply-Text: +OK a: b:c: \nJob-UUID:x\n\n')).toEqual([
      { headers: { 'reply-text': '+OK a: b:c: ', 'job-uuid': 'x' }, body: '' },
    ]);
  });

  it('takes the first of two headers with one name, and no line without a colon', () => {
    expect(decode('Content-Type: a\nnonsense\ncontent-type: b\n\n')).toEqual([
      { headers: { 'content-type': 'a' }, body: '' },
    ]);
  });

  it('waits for a blank line that comes in another packet', () => {
    const decoder = new FrameDecoder();
    expect(decoder.push(Buffer.from('Content-Type: command/reply\n'))).toEqual([]);
    expect(plain(decoder.push(Buffer.from('\nContent-Type: x\n')))).toEqual([
      { headers: { 'content-type': 'command/reply' }, body: '' },
    ]);
    expect(plain(decoder.push(Buffer.from('\n')))).toEqual([{ headers: { 'content-type': 'x' }, body: '' }]);
  });

  it.each(['-1', '1e3', '0x10', '12 ', '', 'many', '1,000', String(64 * 1024 * 1024 + 1), '9'.repeat(400)])(
    'refuses a Content-Length of %j',
    (length) => {
      const error = thrownBy(() => decode(`Content-Length: ${length}\n\n`));
      expect(error).toBeInstanceOf(EslError);
      expect((error as EslError).reason).toBe('protocol');
    },
  );

  it('believes a Content-Length of 64 MiB without setting memory aside for it', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(decode(`Content-Length: ${64 * 1024 * 1024}\n\nabc`)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it.each([
    ['one endless line', 'a'.repeat(100)],
    ['endless lines', 'Name: value\n'],
  ])('refuses %s instead of a header block', (_, piece) => {
    const decoder = new FrameDecoder();
    let sent = 0;
    const error = thrownBy(() => {
      for (; sent < 1_000_000; sent += piece.length) decoder.push(Buffer.from(piece));
    });
    expect((error as EslError).reason).toBe('protocol');
    expect(sent).toBeGreaterThan(64 * 1024 - 2 * piece.length);
    expect(sent).toBeLessThanOrEqual(64 * 1024);
  });

  it('reads a header block of exactly 64 KiB', () => {
    const block = `Name: ${'v'.repeat(64 * 1024 - 7)}\n`;
    expect(block).toHaveLength(64 * 1024);
    expect(decode(`${block}\n`)[0]!.headers['name']).toHaveLength(64 * 1024 - 7);
    expect(thrownBy(() => decode(`x${block}\n`))).toBeInstanceOf(EslError);
  });

  it('does work in proportion to the bytes, however small the pieces', () => {
    // Going over everything held for each byte would take many minutes, and so fail by the time limit.
    const bytes = 4 * 1024 * 1024;
    const decoder = new FrameDecoder();
    decoder.push(Buffer.from(`Content-Length: ${bytes}\n\n`));
    const piece = Buffer.from('x');
    let frames = 0;
    for (let at = 1; at < bytes; at += 1) frames += decoder.push(piece).length;
    expect(frames).toBe(0);
    expect(decoder.push(piece)[0]!.body).toHaveLength(bytes);
  });

  it('goes on well after a big body', () => {
    const decoder = new FrameDecoder();
    const big = Buffer.alloc(3 * 1024 * 1024, 'b');
    const frames = decoder.push(
      Buffer.concat([Buffer.from(`Content-Length: ${big.length}\n\n`), big, Buffer.from('N')]),
    );
    expect(frames.map(({ body }) => body.equals(big))).toEqual([true]);
    expect(plain(decoder.push(Buffer.from('ext: 1\n\n')))).toEqual([{ headers: { next: '1' }, body: '' }]);
  });
});
