import { caseBranches, type CompletionTables, quoteWord } from './completion-tables.ts';

const TAKES = ([key, values]: readonly [string | readonly string[], string]) =>
  [[key].flat(), `takes=${quoteWord(values)}`] as const;

/** How bash and zsh go along the line, word by word: both read these functions alike. */
export function completionSteps(tables: CompletionTables): string {
  return `# Sets at to the command to which the word leads.
_trunkhunt_command() {
  case "$at $1" in
${caseBranches(tables.steps.map(([keys, path]) => [keys, `at=${quoteWord(path)}`] as const))}
    *) return 1 ;;
  esac
}

# Sets takes to what the value of the option is.
_trunkhunt_option() {
  takes=
  case "$at $1" in
${caseBranches(tables.optionValues.map(TAKES))}
  esac
}

# Sets takes to what the next argument is.
_trunkhunt_argument() {
  takes=
  case "$at $args" in
${caseBranches(tables.argumentValues.map(TAKES))}
  esac
}`;
}
