import { compilePattern } from '../inventory/compile-pattern.ts';
import { literalBeginning } from '../inventory/literal-beginning.ts';
import type { TableRow } from '../inventory/table-rows.ts';
import type { Pattern } from '../routing/route.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';

/** What conditions of an extension let through: these numbers alone, or those with this beginning. */
export type NumbersTaken = readonly ConditionNumbers[];

type ConditionNumbers = { readonly numbers: readonly string[] } | { readonly beginning: string };

/** `^5000$`, `^(?:911|112)$`: an expression of nothing but numbers. */
const NUMBERS_ONLY = /^\^(?:\((?:\?:)?)?((?:[0-9A-Za-z#_-]|\\[*+.#-]|\|)+)\)?\$$/;

/** `^\+49`, `^(00\d*)$`: what a number has to begin with, where there is no other way to match. */
const BEGINNING = /^\^\(?((?:(?:[0-9A-Za-z#_-]|\\[*+.#-])(?![*+?{]))+)[^|]*$/;

/** What is known of the numbers that an extension takes; a condition of which nothing is known is not among it. */
export function numbersTaken(extension: ConfigurationElement): NumbersTaken {
  return extension
    .childrenNamed('condition')
    .filter((condition) => condition.attribute('field') === 'destination_number')
    .flatMap((condition): readonly ConditionNumbers[] => {
      const expression = condition.attribute('expression') ?? '';
      const numbers = NUMBERS_ONLY.exec(expression)?.[1];
      if (numbers !== undefined) return [{ numbers: numbers.split('|').map(unescape) }];
      const beginning = BEGINNING.exec(expression)?.[1];
      return beginning === undefined ? [] : [{ beginning: unescape(beginning) }];
    });
}

/** The numbers of a route; one is asked about many extensions. */
export class RouteNumbers {
  readonly #prefix: string | undefined;
  readonly #source: string | undefined;
  readonly #patternBeginning: string;
  #pattern: Pattern | undefined;

  constructor({ destination_prefix: prefix, destination_pattern: pattern }: TableRow) {
    this.#prefix = typeof prefix === 'string' ? prefix : undefined;
    this.#source = typeof pattern === 'string' ? pattern : undefined;
    this.#patternBeginning = literalBeginning(this.#source ?? '');
  }

  /** Whether a call may be for an extension as well as for the route, by its number. Where that cannot be told, it may. */
  mayOverlap(taken: NumbersTaken): boolean {
    return taken.every((it) =>
      'numbers' in it ? it.numbers.some((number) => this.#takes(number)) : this.#mayBegin(it.beginning),
    );
  }

  #mayBegin(beginning: string): boolean {
    const prefix = this.#prefix;
    return prefix === undefined || beginning.startsWith(prefix) || prefix.startsWith(beginning);
  }

  #takes(number: string): boolean {
    if (this.#prefix !== undefined && !number.startsWith(this.#prefix)) return false;
    if (this.#source === undefined) return true;
    if (!number.startsWith(this.#patternBeginning)) return false;
    this.#pattern ??= compilePattern(this.#source);
    return this.#pattern.matches(number);
  }
}

function unescape(text: string): string {
  return text.replaceAll('\\', '');
}
