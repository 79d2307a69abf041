import { compilePattern } from '../inventory/compile-pattern.ts';
import type { TableRow } from '../inventory/table-rows.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';

/** `^5000$`, `^(?:911|112)$`: an expression of nothing but numbers. */
const NUMBERS_ONLY = /^\^(?:\((?:\?:)?)?((?:[0-9A-Za-z#_-]|\\[*+.#-]|\|)+)\)?\$$/;

/** The only numbers that an extension can be for; undefined where they cannot be told. */
export function possibleNumbers(extension: ConfigurationElement): readonly string[] | undefined {
  for (const condition of extension.childrenNamed('condition')) {
    if (condition.attribute('field') !== 'destination_number') continue;
    const [, numbers] = NUMBERS_ONLY.exec(condition.attribute('expression') ?? '') ?? [];
    if (numbers !== undefined) return numbers.split('|').map((number) => number.replaceAll('\\', ''));
  }
  return undefined;
}

/** Whether a route of these columns may take a number. */
export function mayMatch(
  number: string,
  { destination_prefix: prefix, destination_pattern: pattern }: TableRow,
): boolean {
  if (typeof prefix === 'string' && !number.startsWith(prefix)) return false;
  return typeof pattern !== 'string' || compilePattern(pattern).matches(number);
}
