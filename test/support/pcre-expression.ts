/**
 * An expression of the small part of PCRE's syntax that the project writes, for JavaScript's engine: `\z` and `\A`, and
 * `(?i)` at the beginning. What the two engines read otherwise is refused.
 */
export function asJavascript(expression: string): RegExp {
  if (/(?<!\\)\$/.test(expression)) throw new Error(`${expression} lets a line's end through`);
  const isAnyCase = expression.startsWith('(?i)');
  const rest = expression.slice(isAnyCase ? '(?i)'.length : 0);
  if (rest.includes('(?i)') || rest.includes('[:')) throw new Error(`${expression} is not modelled`);
  const source = rest.replaceAll('\\z', '(?![^])').replaceAll('\\A', '(?<![^])');
  return new RegExp(source, isAnyCase ? 'i' : '');
}
