/** The rules of all `abnf` blocks of a Markdown text. */
export function abnfIn(markdown: string): string {
  return [...markdown.matchAll(/^```abnf\n([^]*?)^```$/gm)].map(([, block = '']) => block).join('\n');
}

/** RFC 5234's own rules, as far as they are used. */
const CORE = `
ALPHA = %x41-5A / %x61-7A
DIGIT = %x30-39
SP = %x20
LF = %x0A
`;

const TOKEN =
  /\s+|(?<literal>%s"(?<text>[^"]*)")|(?<range>%x(?<from>[0-9A-F]+)(?:-(?<to>[0-9A-F]+))?)|(?<count>(?<least>\d*)\*(?<most>\d*))|(?<name>[a-zA-Z][a-zA-Z0-9-]*)|(?<mark>[()[\]/])/y;

type Groups = Readonly<Record<string, string | undefined>>;

/**
 * Makes regular expressions of a grammar in ABNF (RFC 5234, RFC 7405) whose rules do not call themselves. Literals have to
 * say that case matters (`%s"..."`); everything else that is not read here is an error.
 */
export function compileAbnf(text: string): (rule: string) => RegExp {
  const rules = rulesIn(CORE + text);
  const known = new Map<string, string>();
  const sourceOf = (rule: string): string => {
    const before = known.get(rule);
    if (before === '') throw new Error(`rule ${rule} calls itself`);
    if (before !== undefined) return before;
    const elements = rules.get(rule);
    if (elements === undefined) throw new Error(`there is no rule ${rule}`);
    known.set(rule, '');
    const source = `(?:${new RuleReader(elements, sourceOf).alternation()})`;
    known.set(rule, source);
    return source;
  };
  return (rule) => new RegExp(`^${sourceOf(rule)}$`, 'u');
}

function rulesIn(text: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  let last = '';
  for (const line of text.split('\n')) {
    const bare = line.replace(/(?:^|\s);.*$/, '').trimEnd();
    const [, name, elements = ''] = /^([a-zA-Z][a-zA-Z0-9-]*) += +(.*)$/.exec(bare) ?? [];
    if (name !== undefined) {
      if (rules.has(name)) throw new Error(`there are two rules ${name}`);
      rules.set(name, elements);
      last = name;
    } else if (/^\s+\S/.test(bare) && last !== '') rules.set(last, `${rules.get(last) ?? ''} ${bare}`);
    else if (bare !== '') throw new Error(`no rule: ${line}`);
  }
  return rules;
}

class RuleReader {
  readonly #tokens: readonly Groups[];
  readonly #sourceOf: (rule: string) => string;
  #at = 0;

  constructor(elements: string, sourceOf: (rule: string) => string) {
    this.#sourceOf = sourceOf;
    const sticky = new RegExp(TOKEN);
    const tokens: Groups[] = [];
    while (sticky.lastIndex < elements.length) {
      const at = sticky.lastIndex;
      const groups: Groups | undefined = sticky.exec(elements)?.groups;
      if (groups === undefined) throw new Error(`cannot read ${elements.slice(at)}`);
      if (Object.values(groups).some((it) => it !== undefined)) tokens.push(groups);
    }
    this.#tokens = tokens;
  }

  /** Of a whole rule; or up to the bracket that closes it. */
  alternation(closing?: string): string {
    const alternatives = [this.#concatenation()];
    while (this.#takeMark('/')) alternatives.push(this.#concatenation());
    if (closing === undefined ? this.#at < this.#tokens.length : !this.#takeMark(closing)) {
      throw new Error(`expected ${closing ?? 'the end'} at token ${this.#at}`);
    }
    return alternatives.join('|');
  }

  #takeMark(mark: string): boolean {
    if (this.#tokens[this.#at]?.['mark'] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #concatenation(): string {
    let source = '';
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || '/)]'.includes(token['mark'] ?? 'x')) return source;
      source += this.#repetition();
    }
  }

  #repetition(): string {
    const { count, least = '', most = '' } = this.#tokens[this.#at] ?? {};
    if (count === undefined) return this.#element();
    this.#at += 1;
    return `${this.#element()}{${least === '' ? 0 : least},${most}}`;
  }

  #element(): string {
    if (this.#takeMark('(')) return `(?:${this.alternation(')')})`;
    if (this.#takeMark('[')) return `(?:${this.alternation(']')})?`;
    const { literal, text = '', range, from = '', to = from, name } = this.#tokens[this.#at] ?? {};
    this.#at += 1;
    if (literal !== undefined) return `(?:${text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll('\\-', '-')})`;
    if (range !== undefined) return `[${classCharacter(from)}-${classCharacter(to)}]`;
    if (name !== undefined) return this.#sourceOf(name);
    throw new Error(`expected an element at token ${this.#at - 1}`);
  }
}

/** As fast-check's reader of regular expressions takes them, too. */
function classCharacter(hex: string): string {
  const character = String.fromCodePoint(Number.parseInt(hex, 16));
  return /[ -~]/.test(character)
    ? character.replace(/[\\\]^-]/, '\\$&')
    : hex.length > 4
      ? character
      : `\\u${hex.padStart(4, '0')}`;
}
