import { type Charset, type DialNumber, parseDialNumber } from './dial-number.ts';

/** What is done to a number: the first `stripDigits` characters (a `+` counts) go, then `addPrefix` comes before. */
export interface NumberRules {
  readonly stripDigits: number;
  readonly addPrefix: string;
}

/** Applies the rules to a text, without judging the result. */
export function applyNumberRules(text: string, rules: NumberRules): string {
  return rules.addPrefix + (rules.stripDigits === 0 ? text : text.slice(rules.stripDigits));
}

/** Applies the rules and proves that the result may be dialled; undefined where it may not. */
export function ruleNumber(text: string, rules: NumberRules, charset: Charset): DialNumber | undefined {
  return parseDialNumber(applyNumberRules(text, rules), charset);
}

/** A text that is the same for the same rules, and only for them. */
export function numberRulesKey({ stripDigits, addPrefix }: NumberRules): string {
  return `${stripDigits} ${addPrefix}`;
}

/** Whether two sets of rules make the same of every number. */
export function sameNumberRules(a: NumberRules, b: NumberRules): boolean {
  return a.stripDigits === b.stripDigits && a.addPrefix === b.addPrefix;
}

/**
 * Fills `$1` to `$9` of a `dial_number` with the captures of the route's pattern; a group that took no part in the
 * match is empty. `$` before anything else stands for itself (the schema refuses it).
 */
export function fillCaptures(template: string, captures: readonly string[]): string {
  return template.replace(/\$([1-9])/g, (_, digit: string) => captures[Number(digit) - 1] ?? '');
}
