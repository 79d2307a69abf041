/** What a preprocessor directive asks for. */
export interface Directive {
  /** In lower case. */
  readonly command: string;
  readonly data: string;
}

/**
 * Reads `<X-PRE-PROCESS cmd="..." data="..."/>` as FreeSWITCH does, which is by searching: any `cmd`, then any `=`, then
 * any `"`, then the same for `data` (switch_xml.c, preprocess).
 * @returns undefined where FreeSWITCH finds nothing to do
 */
export function readElementDirective(element: string): Directive | undefined {
  const found = /cmd[^=]*=[^"]*"([^"]*)"(.*)$/is.exec(element);
  const [, command, rest = ''] = found ?? [];
  const data = /data[^=]*=[^"]*"([^"]*)/is.exec(rest)?.[1];
  return command === undefined || data === undefined ? undefined : { command: command.toLowerCase(), data };
}

/**
 * Reads what stands between `<!--#` and `-->`: a word, a blank, then the data, in quotes or not.
 * @returns undefined where FreeSWITCH finds nothing to do; `env-set` it does not know in this form
 */
export function readCommentDirective(comment: string): Directive | undefined {
  const [line = ''] = comment.split(/[\r\n]/);
  const blank = line.indexOf(' ');
  if (blank === -1) return undefined;
  const command = line.slice(0, blank).toLowerCase();
  const data = line.slice(blank + 1);
  return command === 'env-set' ? undefined : { command, data: /"([^"]*)"/.exec(data)?.[1] ?? data };
}
