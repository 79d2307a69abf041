/** Where in somebody's files something stands. */
export interface TextPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Text put together from lines of many files, that still knows where each of them came from. */
export class SourceText {
  readonly #pieces: string[] = [];
  readonly #starts: number[] = [];
  readonly #files: string[] = [];
  readonly #lines: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds what is left of a line. */
  add(text: string, file: string, line: number): void {
    if (text === '') return;
    this.#pieces.push(text);
    this.#starts.push(this.#length);
    this.#files.push(file);
    this.#lines.push(line);
    this.#length += text.length;
  }

  /** All of it. */
  join(): string {
    return this.#pieces.join('');
  }

  /** Where the character at this offset came from; the last line's place beyond the end. */
  placeAt(offset: number): TextPlace {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#files[low] ?? '', line: this.#lines[low] ?? 1 };
  }
}
