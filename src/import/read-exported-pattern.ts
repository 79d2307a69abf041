/** What an exported expression has for RE2's `\s`. */
const SPACES = '\\x09\\x0a\\x0c\\x0d\\x20';

/**
 * The pattern that `export` made an expression of: characters that it wrote as codes are themselves again. What it wrote
 * for several things alike becomes the usual one of them (`\z` is `$`), which matches the same.
 */
export function readExportedPattern(expression: string): string {
  const spaced = expression
    .replaceAll(`[${SPACES}]`, '\\s')
    .replaceAll(`[^${SPACES}]`, '\\S')
    .replaceAll(SPACES, '\\s');
  let isInClass = false;
  return spaced.replace(/\\x([0-9a-f]{2})|\\z|\\[^]|\[:\w+:\]|[^]/g, (token, code: string | undefined) => {
    if (token === '\\z') return '$';
    if (code !== undefined) return written(parseInt(code, 16), token, isInClass);
    if (token === '[') isInClass = true;
    if (token === ']') isInClass = false;
    return token;
  });
}

function written(code: number, token: string, isInClass: boolean): string {
  if (code < 0x20 || code > 0x7e) return token;
  const character = String.fromCharCode(code);
  return (isInClass ? /[\\\]^[-]/ : /[.*+?()[\]|^$\\{}]/).test(character) ? `\\${character}` : character;
}
