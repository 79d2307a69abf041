import type { ConfigurationElement } from '../xml/configuration-element.ts';
import { readExportedPattern } from './read-exported-pattern.ts';

/** The columns of a route that are in the conditions of an exported extension. */
export interface ExportedConditions {
  readonly columns: Readonly<Record<string, string | number | null>>;
  readonly actions: readonly ConfigurationElement[];
}

/** In front of a pattern on a text that may be anything. */
const GUARDS: ReadonlySet<string> = new Set(['^[\\x20-\\x7e]{0,256}\\z', '^[\\x20-\\x7e]{1,256}\\z']);

const WHOLE_NUMBER = /^\^\(\\\+\?\[0-9\*#(?:A-Za-z\._-)?\]\{1,64\}\)\\z$/;

/** Reads back what `export` writes; undefined where the conditions are none of its making. */
export function readExportedConditions(extension: ConfigurationElement): ExportedConditions | undefined {
  const conditions = extension.childrenNamed('condition');
  const last = conditions.at(-1);
  if (last === undefined) return undefined;
  const columns: Record<string, string | number | null> = {};
  for (const condition of conditions.slice(0, -1)) {
    if (!readCondition(condition, columns)) return undefined;
  }
  const expression = last.attribute('expression') ?? '';
  const proof = readNumberProof(expression);
  if (proof === undefined) return undefined;
  columns['destination_charset'] = proof.charset;
  const actions = last.childrenNamed('action');
  const dialled = dialledIn(actions);
  if (dialled === undefined) return undefined;
  if (last.attribute('field') === '${trunkhunt_number}') return { columns, actions };
  if (last.attribute('field') !== 'destination_number') return undefined;
  if (!dialled.includes('$')) columns['dial_number'] = dialled;
  else {
    columns['strip_digits'] = proof.strippedCharacters;
    columns['add_prefix'] = dialled.replace(/\$.*$/, '');
  }
  return { columns, actions };
}

function readCondition(condition: ConfigurationElement, columns: Record<string, string | number | null>): boolean {
  const field = condition.attribute('field') ?? '';
  const expression = condition.attribute('expression') ?? '';
  const [action, ...others] = condition.childrenNamed('action');
  if (condition.attribute('break') !== undefined || condition.child('anti-action') !== undefined) return false;
  if (action !== undefined) {
    const made = /^trunkhunt_number=(.*)$/.exec(action.attribute('data') ?? '')?.[1];
    if (made === undefined || others.length > 0) return false;
    columns['dial_number'] = made.replace(/\$\{(\d)\}/g, '$$$1');
  } else if (field === 'destination_number') {
    const prefix = /^\^((?:[0-9#A-Za-z_-]|\\[.*+])+)$/.exec(expression)?.[1];
    if (WHOLE_NUMBER.test(expression)) return true;
    if (
      prefix !== undefined &&
      columns['destination_prefix'] === undefined &&
      columns['destination_pattern'] === undefined
    ) {
      columns['destination_prefix'] = prefix.replaceAll('\\', '');
    } else columns['destination_pattern'] = readExportedPattern(expression);
  } else if (field === 'network_addr') columns['source_network'] = expression.includes('.*:') ? '::/0' : '0.0.0.0/0';
  else if (field.startsWith('${acl(${network_addr} ')) {
    columns['source_network'] = field.slice('${acl(${network_addr} '.length, -2);
  } else if (GUARDS.has(expression)) return true;
  else if (field === 'caller_id_number') columns['caller_pattern'] = readExportedPattern(expression);
  else if (field.startsWith('${sip_h_')) {
    columns['header_name'] = field.slice('${sip_h_'.length, -1);
    columns['header_pattern'] = readExportedPattern(expression);
  } else return false;
  return true;
}

interface ReadProof {
  readonly charset: 'digits' | 'user';
  readonly strippedCharacters: number;
}

/** `^(?:\+[0-9*#]{1}([0-9*#]{1,63})|[0-9*#]{2}([0-9*#]{1,62}))\z`: what stands before a capture is stripped. */
function readNumberProof(expression: string): ReadProof | undefined {
  const character = String.raw`\[0-9\*#(A-Za-z\._-)?\]`;
  const form = new RegExp(String.raw`^\^(?:\(\?:)?.*?(\\\+)?(${character}(?:\{(\d+)\})?)?\((?!\?:).*\\z$`);
  const found = form.exec(expression);
  if (found === null || !expression.includes('[0-9*#')) return undefined;
  const [, plus, before, , count = '1'] = found;
  const stripped = (plus === undefined ? 0 : 1) + (before === undefined ? 0 : Number(count));
  return { charset: expression.includes('A-Za-z') ? 'user' : 'digits', strippedCharacters: stripped };
}

/** What stands after the gateway in the first dial string. */
function dialledIn(actions: readonly ConfigurationElement[]): string | undefined {
  const bridge = actions.find((action) => action.attribute('application') === 'bridge');
  return /\/([^/]*)$/.exec(bridge?.attribute('data') ?? '')?.[1];
}
