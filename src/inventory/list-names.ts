/** Names in quotes, the first few of them: `'a', 'b', 'c' and 4 more`. */
export function listNames(names: readonly string[], most = 3): string {
  const quoted = names.slice(0, most).map((name) => `'${name}'`);
  const rest = names.length - quoted.length;
  if (rest > 0) return `${quoted.join(', ')} and ${rest} more`;
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`;
}
