/** What `Authorization: Digest` says (RFC 7616, 3.4), as it is on the wire: one character a byte. */
export type DigestParameters = ReadonlyMap<string, string>;

const PARAMETER = /[ \t]*([A-Za-z0-9*_-]{1,32})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",\\]+))[ \t]*(?:,|$)/sy;

/** A header with more is not a client's. */
const LENGTH_LIMIT = 8_192;

/**
 * The parameters by name, in lower case; undefined where the header is no Digest, is not written as RFC 9110 has it,
 * or says something twice.
 */
export function parseDigest(header: string): DigestParameters | undefined {
  const [scheme = ''] = /^digest[ \t]+/i.exec(header) ?? [];
  if (scheme === '' || header.length > LENGTH_LIMIT) return undefined;
  const parameters = new Map<string, string>();
  const expression = new RegExp(PARAMETER);
  expression.lastIndex = scheme.length;
  while (expression.lastIndex < header.length) {
    const [, name, quoted, token] = expression.exec(header) ?? [];
    if (name === undefined) return undefined;
    const key = name.toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, token ?? (quoted ?? '').replace(/\\(.)/gs, '$1'));
  }
  return parameters.size === 0 ? undefined : parameters;
}
