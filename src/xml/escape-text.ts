/** Text that may stand between the quotes of an attribute. Only `escapeText` makes it. */
export type EscapedText = string & { readonly brand: 'EscapedText' };

const REPLACED = /[&<>"'$#\u0000-\u001f\ufffe\uffff]|x-pre-process/gi;

const BY_NAME: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Escapes text by the recipe of contract 2.3: for XML, and against FreeSWITCH's preprocessor, which reads HTTP answers
 * line by line before they are XML and would run commands. `$` keeps `$${` from being replaced, `#` keeps `<!--#` from
 * being a directive, the hyphen keeps a line with `x-pre-process` from being dropped, and no line break is left.
 * What XML cannot hold at all (other control characters, halves of surrogate pairs) becomes U+FFFD.
 */
export function escapeText(text: string): EscapedText {
  return text.toWellFormed().replace(REPLACED, replacement) as EscapedText;
}

function replacement(match: string): string {
  if (match.length > 1) return `${match.slice(0, 1)}&#45;${match.slice(2)}`;
  const named = BY_NAME[match];
  if (named !== undefined) return named;
  return '$#\t\n\r'.includes(match) ? `&#${match.charCodeAt(0)};` : '\ufffd';
}
