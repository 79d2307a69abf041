/** A pattern as FreeSWITCH's engine reads it, or why it has to be left out. */
export type TranslatedPattern =
  | {
      readonly expression: string;
      /**
       * Whether a capture stands within a repetition, or beside one of what may be empty, as in `(?:|a){1,2}(a*)`: the two
       * engines may then disagree on what it holds.
       */
      readonly hasRepeatedCapture: boolean;
    }
  | { readonly reason: string };

/** What must be refused, since PCRE reads it otherwise than RE2 or not at all. */
class Untranslatable extends Error {}

/** RE2's `\s`: PCRE's has the vertical tab as well. */
const SPACES = '\\x09\\x0a\\x0c\\x0d\\x20';

/**
 * Written as its code: FreeSWITCH expands an expression before it is compiled, and reads `${`, `\\`, `\'` and a
 * beginning `_` or `/` as its own (contract 6.2, 6.3).
 */
const CODED = /[^A-Za-z0-9 "#%&,:;<=>@~!.*+?()[\]|^-]/;

/** `\xHH`. */
const CODE_LENGTH = 4;

/** Of letters escaped within RE2, those that mean a character. */
const CONTROLS: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 };

/**
 * Translates a pattern of RE2's syntax into an expression that PCRE matches exactly where RE2 does, on texts of
 * printable ASCII. `$` becomes `\z`, since PCRE's also matches before a line's end.
 * @param source a pattern that RE2 compiles
 */
export function translatePattern(source: string): TranslatedPattern {
  try {
    return new PatternReader(source).read();
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message };
    throw error;
  }
}

/** A group that is being read, or the whole pattern. */
interface OpenGroup {
  hasCapture: boolean;
  /** Whether a branch that is over matches the empty text, as far as can be told without looking at the text. */
  mayBeEmpty: boolean;
  /** Whether the branch that is being read takes at least a character. */
  takesOne: boolean;
}

class PatternReader {
  readonly #source: string;
  #at = 0;
  /** The outermost first, which is the whole pattern. */
  readonly #open: OpenGroup[] = [newGroup(false)];
  #hasRepeatedCapture = false;

  constructor(source: string) {
    this.#source = source;
  }

  read(): TranslatedPattern {
    if (/[^\x20-\x7e]/.test(this.#source)) {
      throw new Untranslatable('it holds characters beyond ASCII, which FreeSWITCH matches byte by byte');
    }
    let expression = '';
    while (this.#at < this.#source.length) expression += this.#piece();
    return { expression, hasRepeatedCapture: this.#hasRepeatedCapture };
  }

  /** One atom with its quantifier, or a bracket or bar. */
  #piece(): string {
    const character = this.#take();
    if (character === '(') return this.#openGroup();
    if (character === ')') return `)${this.#closeGroup()}`;
    if (character === '|') return this.#nextBranch();
    if (character === '^') return this.#assertion('^');
    if (character === '$') return this.#assertion('\\z');
    if (character === '.') return `.${this.#quantifier()}`;
    if (character === '[') return this.#class() + this.#quantifier();
    if (character === '\\') return this.#escape();
    return literal(character) + this.#quantifier();
  }

  #openGroup(): string {
    const named = this.#match(/\?P?<[A-Za-z_][A-Za-z0-9_]*>/y);
    const flags = named === undefined ? this.#match(/\?[A-Za-z^-]*[:)]/y) : undefined;
    if (flags === undefined) {
      for (const group of this.#open) group.hasCapture = true;
      this.#open.push(newGroup(true));
      return '(';
    }
    const letters = flags.slice(1, -1);
    // With `m` and `s` nothing changes where a text has no line breaks.
    if (/[^ims]/.test(letters)) throw new Untranslatable(`it has the flags (${flags}`);
    const kept = letters.includes('i') ? '(?i' : '(?';
    if (flags.endsWith(')')) return letters.includes('i') ? '(?i)' : '';
    this.#open.push(newGroup(false));
    return `${kept}:`;
  }

  /** @returns the quantifier */
  #closeGroup(): string {
    this.#nextBranch();
    const { hasCapture, mayBeEmpty } = this.#open.pop() ?? newGroup(false);
    return this.#quantifier(hasCapture, mayBeEmpty);
  }

  #nextBranch(): string {
    const group = this.#open.at(-1);
    if (group !== undefined) {
      group.mayBeEmpty ||= !group.takesOne;
      group.takesOne = false;
    }
    return '|';
  }

  #assertion(written: string): string {
    if (this.#quantifier(false, true) !== '') throw new Untranslatable('it repeats an anchor');
    return written;
  }

  #quantifier(hasCapture = false, mayBeEmpty = false): string {
    const found = this.#match(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    const group = this.#open.at(-1);
    if (group !== undefined && !mayBeEmpty && !/^(?:[*?]|\{0+[,}])/.test(found ?? '')) group.takesOne = true;
    if (found === undefined) return '';
    if (mayBeEmpty) this.#hasRepeatedCapture = true;
    if (this.#match(/[*+?]|\{\d+(?:,\d*)?\}/y) !== undefined) throw new Untranslatable('it repeats a repetition');
    if (hasCapture && !found.startsWith('?')) this.#hasRepeatedCapture = true;
    return found;
  }

  #escape(): string {
    const character = this.#take();
    if (/[dDwW]/.test(character)) return `\\${character}${this.#quantifier()}`;
    if (character === 's') return `[${SPACES}]${this.#quantifier()}`;
    if (character === 'S') return `[^${SPACES}]${this.#quantifier()}`;
    if (/[bBAz]/.test(character)) return this.#assertion(`\\${character}`);
    if (character === 'Q') return this.#quoted();
    return this.#escapedCharacter(character, literal) + this.#quantifier();
  }

  /** `\Q...\E`; a quantifier after it applies to the last character. */
  #quoted(): string {
    const end = this.#source.indexOf('\\E', this.#at);
    const text = this.#source.slice(this.#at, end === -1 ? undefined : end);
    this.#at += text.length + (end === -1 ? 0 : 2);
    return text.replace(/[^]/g, literal) + (text === '' ? '' : this.#quantifier());
  }

  #escapedCharacter(character: string, write: (character: string) => string): string {
    const control = CONTROLS[character];
    if (control !== undefined) return hex(control);
    if (character === 'x') {
      const digits = this.#match(/[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\}/y) ?? '';
      const code = Number.parseInt(digits.replace('{', ''), 16);
      if (code < 0x80) return hex(code);
    }
    if (/[A-Za-z0-9]/.test(character)) throw new Untranslatable(`PCRE may read \\${character} otherwise`);
    return write(character);
  }

  #class(): string {
    let written = this.#match(/\^/y) === undefined ? '[' : '[^';
    for (let isFirst = true; isFirst || this.#source[this.#at] !== ']'; isFirst = false) {
      const named = this.#match(/\[:\^?[a-z]+:\]/y);
      written += named ?? this.#classItem();
    }
    this.#at += 1;
    return `${written}]`;
  }

  #classItem(): string {
    const from = this.#classCharacter();
    // A hyphen is a range's only between two characters.
    if (from.length !== CODE_LENGTH || this.#match(/-(?!\])/y) === undefined) return from;
    const to = this.#classCharacter();
    if (to.length !== CODE_LENGTH) throw new Untranslatable('it has a range that ends with a class');
    return `${from}-${to}`;
  }

  /** As its code, so that nothing in a class can mean anything else. */
  #classCharacter(): string {
    const character = this.#take();
    const code = (it: string): string => hex(it.charCodeAt(0));
    if (character !== '\\') return code(character);
    const escaped = this.#take();
    if (/[dDwW]/.test(escaped)) return `\\${escaped}`;
    if (escaped === 's') return SPACES;
    if (escaped === 'S') throw new Untranslatable('it has \\S within a class');
    return this.#escapedCharacter(escaped, code);
  }

  #take(): string {
    const character = this.#source[this.#at];
    if (character === undefined) throw new Untranslatable('it ends too early');
    this.#at += 1;
    return character;
  }

  #match(sticky: RegExp): string | undefined {
    const expression = new RegExp(sticky, 'y');
    expression.lastIndex = this.#at;
    const [found] = expression.exec(this.#source) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function newGroup(hasCapture: boolean): OpenGroup {
  return { hasCapture, mayBeEmpty: false, takesOne: false };
}

function hex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}

function literal(character: string): string {
  if (CODED.test(character)) return hex(character.charCodeAt(0));
  return /[.*+?()[\]|^]/.test(character) ? `\\${character}` : character;
}
