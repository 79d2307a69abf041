import type { CompletedCommand, Values } from './completion-tree.ts';

/** A word that is offered, and what it is. */
export type Offer = readonly [word: string, description: string];

/**
 * What a completion script looks things up in. Keys are the command so far and the word after it, with a blank between
 * them: `switches reconcile`, and ` serve` below the program itself.
 */
export interface CompletionTables {
  /** Which command a word leads to. */
  readonly steps: readonly (readonly [keys: readonly string[], path: string])[];
  /** What the value of an option is; options that are not here take none. */
  readonly optionValues: readonly (readonly [keys: readonly string[], values: string])[];
  /** What the argument of a number is, from 0; a key that ends in `*` is for all of them. */
  readonly argumentValues: readonly (readonly [key: string, values: string])[];
  readonly options: readonly (readonly [path: string, offers: readonly Offer[]])[];
  readonly commands: readonly (readonly [path: string, offers: readonly Offer[]])[];
}

/** Turns the commands into the tables of a script. */
export function completionTables(commands: readonly CompletedCommand[]): CompletionTables {
  const descriptions = new Map(commands.map(({ path, description }) => [path, description]));
  return {
    steps: commands.flatMap(({ path, commands: below }) =>
      below.map((it) => [it.spellings.map((spelling) => `${path} ${spelling}`), it.path] as const),
    ),
    optionValues: commands.flatMap(({ path, options }) =>
      options.flatMap(({ spellings, values }) =>
        values === undefined ? [] : [[spellings.map((spelling) => `${path} ${spelling}`), wordsOf(values)] as const],
      ),
    ),
    argumentValues: commands.flatMap(({ path, arguments: all }) =>
      all.map(({ values, isVariadic }, at) => [`${path} ${isVariadic ? '*' : at}`, wordsOf(values)] as const),
    ),
    options: commands.map(({ path, options }) => [
      path,
      options.flatMap(({ spellings, description }) => spellings.map((it) => [it, description] as const)),
    ]),
    commands: commands.flatMap(({ path, commands: below }) =>
      below.length === 0
        ? []
        : [[path, below.map((it) => [it.spellings[0] ?? '', descriptions.get(it.path) ?? ''] as const)] as const],
    ),
  };
}

/** `words a b c`, `names gateway`, `files`, `folders` or `text`. */
function wordsOf(values: Values): string {
  if (values.kind === 'words') return ['words', ...values.words].join(' ');
  return values.kind === 'names' ? `names ${values.of}` : values.kind;
}

/** Branches of a `case` of bash and zsh. */
export function caseBranches(branches: readonly (readonly [patterns: readonly string[], run: string])[]): string {
  return branches.map(([patterns, run]) => `    ${patterns.map(quotePattern).join(' | ')}) ${run} ;;`).join('\n');
}

/** A text that bash and zsh read as it is. */
export function quoteWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quotePattern(pattern: string): string {
  return pattern.endsWith('*') ? `${quoteWord(pattern.slice(0, -1))}*` : quoteWord(pattern);
}
