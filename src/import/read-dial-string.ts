/** A gateway of a dial string, and the number that it is to call. */
export interface DialStringLeg {
  /** Exactly one of the two: a gateway by name, or whomever a list of mod_distributor names. */
  readonly gateway: string | undefined;
  readonly list: string | undefined;
  /** As it is written, with captures and variables. */
  readonly number: string;
  /** Channel variables of this leg, those of all legs included. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Reads a dial string that only picks gateways: `{a=b}[c=d]sofia/gateway/NAME/NUMBER|...` (contract 6.5).
 * @param lists the lists of mod_distributor that variables hold the choice of
 * @returns why it is no such dial string, where it is not
 */
export function readDialString(text: string, lists: ReadonlyMap<string, string>): readonly DialStringLeg[] | string {
  if (text.includes(':_:')) return 'it rings several gateways at once (:_:)';
  if (/['\\]/.test(text)) return 'its dial string has quotes or backslashes';
  if (text.startsWith('<')) return 'its dial string has variables in < >';
  const common = new Map<string, string>();
  const rest = takeVariables(text, '{', '}', common);
  if (typeof rest !== 'string') return rest.why;
  const parts = splitOutsideBrackets(rest);
  if (parts === undefined) return 'it rings several gateways at once (,)';
  const legs: DialStringLeg[] = [];
  for (const part of parts) {
    const leg = readLeg(part.trim(), common, lists);
    if (typeof leg === 'string') return leg;
    legs.push(leg);
  }
  return legs;
}

/** The list that an expansion asks; undefined where it is something else, or has exceptions of its own. */
export function listAskedBy(text: string): string | undefined {
  const down = String.raw`(?:\s+\$\{sofia\(profile \S+ gwlist down\)\})*\s*`;
  const forms = [
    String.raw`^\$\{distributor\(\s*([^\s()$]+)${down}\)\}$`,
    String.raw`^\$\{distributor ([^\s()$]+)${down}\}$`,
    String.raw`^\$\{expand\(\s*distributor ([^\s()$]+)${down}\)\}$`,
    String.raw`^\$\{expand distributor ([^\s()$]+)${down}\}$`,
  ];
  return forms.map((form) => new RegExp(form).exec(text)?.[1]).find((list) => list !== undefined);
}

function readLeg(
  text: string,
  common: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, string>,
): DialStringLeg | string {
  const own = new Map<string, string>();
  const rest = takeVariables(text, '[', ']', own);
  if (typeof rest !== 'string') return rest.why;
  const beginning = 'sofia/gateway/';
  if (!rest.startsWith(beginning)) return `it calls '${rest.split(/[/@]/).slice(0, 2).join('/')}', which is no gateway`;
  const [, name = '', number = ''] =
    /^((?:\$\{(?:[^{}]|\{[^{}]*\})*\}|[^/])*)\/(.*)$/s.exec(rest.slice(beginning.length)) ?? [];
  // What stands in {} wins over what stands in [] (contract 6.5).
  const variables = new Map([...own, ...common]);
  if (name === '' || number === '') return 'its dial string has no number after the gateway';
  if (!name.includes('$')) return { gateway: name.replace(/^.*::/, ''), list: undefined, number, variables };
  const list = listAskedBy(name) ?? lists.get(/^\$\{([^{}]+)\}$/.exec(name)?.[1] ?? '');
  if (list === undefined) return `which gateway it calls is in '${name}', whose value only a call knows`;
  return { gateway: undefined, list, number, variables };
}

/** Takes `{a=b,c=d}` off the beginning, as often as there is one. */
function takeVariables(
  text: string,
  open: string,
  close: string,
  into: Map<string, string>,
): string | { readonly why: string } {
  let rest = text;
  while (rest.startsWith(open)) {
    const end = rest.indexOf(close);
    if (end === -1) return { why: `its dial string lacks a ${close}` };
    const inner = rest.slice(1, end);
    if (inner.startsWith('^^')) return { why: 'its dial string has variables with a delimiter of their own (^^)' };
    if (inner.includes('$')) return { why: 'its dial string has variables whose values only a call knows' };
    if (inner.includes('|'))
      return { why: 'its dial string has a | within brackets, which FreeSWITCH reads as two legs' };
    for (const one of inner.split(',')) {
      const equals = one.indexOf('=');
      if (one.trim() !== '')
        into.set(one.slice(0, equals === -1 ? undefined : equals).trim(), equals === -1 ? '' : one.slice(equals + 1));
    }
    rest = rest.slice(end + 1).trimStart();
  }
  return rest;
}

/** The parts between `|`; undefined where a `,` stands between two. */
function splitOutsideBrackets(text: string): readonly string[] | undefined {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if ('[{('.includes(character)) depth += 1;
    else if (']})'.includes(character)) depth -= 1;
    if (depth === 0 && character === ',') return undefined;
    if (depth === 0 && character === '|') parts.push('');
    else parts[parts.length - 1] = (parts.at(-1) ?? '') + character;
  }
  return parts;
}
