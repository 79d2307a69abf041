import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Pattern } from '../routing/route.ts';

/**
 * Largest compiled program. Matching costs at most program size x text length steps, and texts are cut at
 * MATCH_LENGTH_LIMIT, so no pattern can hold a look-up up for more than a few milliseconds.
 */
const PROGRAM_LIMIT = 2_000;

export class PatternError extends Error {
  /** The character, counted from 1, at which the pattern stops making sense; 0 where it is the fault of the whole. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'PatternError';
    this.position = position;
  }
}

/**
 * Compiles a pattern in RE2's syntax: unanchored like FreeSWITCH's expressions, without look-around or
 * back-references, matched in time linear to the text.
 * @throws PatternError
 */
export function compilePattern(source: string): Pattern {
  const compiled = compile(source);
  if (compiled.programSize() > PROGRAM_LIMIT) {
    throw new PatternError(`it compiles to ${compiled.programSize()} steps, more than ${PROGRAM_LIMIT}`, 0);
  }
  return {
    source,
    groupCount: compiled.groupCount(),
    matches: (text) => compiled.test(text),
    captures: (text) => {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      return Array.from({ length: matcher.groupCount() }, (_, group) => matcher.group(group + 1) ?? '');
    },
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    throw new PatternError(reasonOf(error), positionOf(Array.from(source), error));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RE2JSSyntaxException) {
    const part = error.getPattern();
    return part === null ? error.getDescription() : `${error.getDescription()}: ${part}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * The engine names the offending part but not its place. It is the end of the shortest beginning that fails in the
 * same way, less the part's length; where the part is the whole pattern (brackets that do not pair), it is where the
 * longest beginning that is a pattern of its own ends.
 */
function positionOf(characters: readonly string[], error: unknown): number {
  const part = error instanceof RE2JSSyntaxException ? error.getPattern() : null;
  if (part === null) return characters.length;
  const beginning = (length: number): string => characters.slice(0, length).join('');
  if (part === characters.join('')) {
    let longest = characters.length - 1;
    while (longest > 0 && failureOf(beginning(longest)) !== undefined) longest -= 1;
    return longest + 1;
  }
  let shortest = 1;
  while (shortest < characters.length && reasonOf(failureOf(beginning(shortest))) !== reasonOf(error)) shortest += 1;
  return shortest - Array.from(part).length + 1;
}

function failureOf(source: string): unknown {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return error;
  }
}
