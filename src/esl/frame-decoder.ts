import { EslError } from './esl-error.ts';

const LF = 0x0a;
const CR = 0x0d;

const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const SMALLEST_BUFFER = 16 * 1024;
/** A buffer that one big body made larger than this is not kept. */
const LARGEST_KEPT_BUFFER = 1024 * 1024;

/** One message of the switch (contract 7.2). */
export interface Frame {
  /** By lower-case name; of several lines with one name the first counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/**
 * Cuts a byte stream into frames. What arrives in one chunk and what in the next means nothing, and the work is linear
 * in the bytes: each is held once, looked at once and copied out once. Of no use any more after it has thrown, and what
 * else ended in that chunk is lost.
 */
export class FrameDecoder {
  #held = Buffer.allocUnsafe(SMALLEST_BUFFER);
  /** What is held and not yet used lies between these two. */
  #from = 0;
  #to = 0;
  /** Up to here there is no end of a line. */
  #scanned = 0;
  #headers = new Map<string, string>();
  #headerBytes = 0;
  /** -1 while the header block is still coming. */
  #bodyBytes = -1;

  /** @returns the frames that end in this chunk */
  push(chunk: Buffer): readonly Frame[] {
    this.#hold(chunk);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    this.#moveToFront();
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#bodyBytes < 0 && !this.#readHeaderBlock()) return undefined;
    const end = this.#from + this.#bodyBytes;
    if (end > this.#to) return undefined;
    const frame = { headers: this.#headers, body: Buffer.from(this.#held.subarray(this.#from, end)) };
    this.#from = end;
    this.#scanned = end;
    this.#headers = new Map();
    this.#headerBytes = 0;
    this.#bodyBytes = -1;
    return frame;
  }

  /** Uses up whole lines; true once the empty one after the headers has been read. */
  #readHeaderBlock(): boolean {
    const held = this.#held.subarray(0, this.#to);
    for (;;) {
      const lf = held.indexOf(LF, this.#scanned);
      if (lf === -1) {
        this.#scanned = this.#to;
        this.#checkHeaderBytes(this.#to - this.#from);
        return false;
      }
      const start = this.#from;
      const end = lf > start && held[lf - 1] === CR ? lf - 1 : lf;
      this.#from = lf + 1;
      this.#scanned = lf + 1;
      if (end > start) {
        this.#checkHeaderBytes(lf + 1 - start);
        this.#headerBytes += lf + 1 - start;
        this.#addHeader(held.toString('utf8', start, end));
      } else if (this.#headerBytes > 0) {
        this.#bodyBytes = bodyBytesOf(this.#headers);
        return true;
      }
      // Newlines before a header block belong to nothing.
    }
  }

  #checkHeaderBytes(more: number): void {
    if (this.#headerBytes + more > MAX_HEADER_BYTES) {
      throw new EslError('protocol', `the switch sent headers of more than ${MAX_HEADER_BYTES} bytes`);
    }
  }

  #addHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon === -1) return;
    const name = line.slice(0, colon).toLowerCase();
    if (!this.#headers.has(name)) this.#headers.set(name, line.slice(colon + 1).replace(/^[ \t]+/, ''));
  }

  #hold(chunk: Buffer): void {
    const needed = this.#to + chunk.length;
    if (needed > this.#held.length) {
      // Doubling keeps the copying linear; it grows with what came, not with what a Content-Length promises.
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#held.length));
      this.#held.copy(larger, 0, 0, this.#to);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#to);
    this.#to = needed;
  }

  /** Something was used up only if it ended in the chunk just held, so that what is left is no longer than that chunk. */
  #moveToFront(): void {
    if (this.#from === 0) return;
    const left = this.#held.subarray(this.#from, this.#to);
    const target =
      this.#held.length > LARGEST_KEPT_BUFFER ? Buffer.allocUnsafe(Math.max(SMALLEST_BUFFER, left.length)) : this.#held;
    left.copy(target);
    this.#held = target;
    this.#scanned -= this.#from;
    this.#to -= this.#from;
    this.#from = 0;
  }
}

function bodyBytesOf(headers: ReadonlyMap<string, string>): number {
  const length = headers.get('content-length');
  if (length === undefined) return 0;
  const bytes = /^\d+$/.test(length) ? Number(length) : Infinity;
  if (bytes > MAX_BODY_BYTES) {
    throw new EslError('protocol', 'the switch sent a Content-Length that cannot be');
  }
  return bytes;
}
