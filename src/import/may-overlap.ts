import { compilePattern } from '../inventory/compile-pattern.ts';
import type { TableRow } from '../inventory/table-rows.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';

/** `^5000$`, `^(?:911|112)$`: an expression of nothing but numbers. */
const NUMBERS_ONLY = /^\^(?:\((?:\?:)?)?((?:[0-9A-Za-z#_-]|\\[*+.#-]|\|)+)\)?\$$/;

/** `^\+49`, `^(00\d*)$`: what a number has to begin with, where there is no other way to match. */
const BEGINNING = /^\^\(?((?:(?:[0-9A-Za-z#_-]|\\[*+.#-])(?![*+?{]))+)[^|]*$/;

/**
 * Whether a call may be for an extension as well as for a route of these columns, by its number. Where that cannot be
 * told, it may.
 */
export function mayOverlap(extension: ConfigurationElement, columns: TableRow): boolean {
  const expressions = extension
    .childrenNamed('condition')
    .filter((condition) => condition.attribute('field') === 'destination_number')
    .map((condition) => condition.attribute('expression') ?? '');
  return expressions.every((expression) => mayMeet(expression, columns));
}

function mayMeet(expression: string, columns: TableRow): boolean {
  const [, numbers] = NUMBERS_ONLY.exec(expression) ?? [];
  if (numbers !== undefined) return numbers.split('|').some((number) => takes(unescape(number), columns));
  const [, written] = BEGINNING.exec(expression) ?? [];
  const prefix = columns['destination_prefix'];
  if (written === undefined || typeof prefix !== 'string') return true;
  const beginning = unescape(written);
  return beginning.startsWith(prefix) || prefix.startsWith(beginning);
}

function takes(number: string, { destination_prefix: prefix, destination_pattern: pattern }: TableRow): boolean {
  if (typeof prefix === 'string' && !number.startsWith(prefix)) return false;
  return typeof pattern !== 'string' || compilePattern(pattern).matches(number);
}

function unescape(text: string): string {
  return text.replaceAll('\\', '');
}
