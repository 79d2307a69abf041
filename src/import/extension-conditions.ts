import { parseNetwork } from '../inventory/parse-network.ts';
import type { TableRow } from '../inventory/table-rows.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';
import { NotCarriedError } from './not-carried-error.ts';
import { type NumberExpression, readExpression, readNumberExpression } from './number-expression.ts';

/** When an extension is taken, in the columns of a route. */
export interface ExtensionConditions {
  readonly columns: TableRow;
  readonly wantsLetters: boolean;
  /** The last condition's, where that is on the called number: `$1` in an action is its capture. */
  readonly captures: NumberExpression | undefined;
  /** Whether `$1` is replaced at all: only where the last expression has a bracket (contract 6.2). */
  readonly replacesCaptures: boolean;
  /** Those of the last condition: an earlier one's would be done even where a later one fails. */
  readonly actions: readonly ConfigurationElement[];
}

const TIME_ATTRIBUTES: ReadonlySet<string> = new Set(
  `date-time year yday mon mday week mweek wday hour minute minute-of-day time-of-day tz-offset dst`.split(' '),
);

const FIELDS: Readonly<Record<string, string>> = {
  '${destination_number}': 'destination_number',
  '${caller_id_number}': 'caller_id_number',
  '${network_addr}': 'network_addr',
};

/** Reads the conditions of an extension. @throws NotCarriedError where a route cannot ask the same */
export function readConditions(extension: ConfigurationElement, context: string): ExtensionConditions {
  const conditions = extension.childrenNamed('condition');
  const last = conditions.at(-1);
  if (last === undefined) throw new NotCarriedError(extension.place, 'it has no condition, so it is never taken');
  const reader = new ConditionReader(context);
  for (const condition of conditions) reader.read(condition, condition === last);
  const expression = last.attribute('field') === undefined ? '' : expressionOf(last);
  return {
    columns: reader.columns,
    wantsLetters: reader.wantsLetters,
    captures: fieldOf(last) === 'destination_number' ? reader.latest : undefined,
    replacesCaptures: expression.includes('('),
    actions: last.childrenNamed('action'),
  };
}

class ConditionReader {
  readonly #context: string;
  readonly #columns: Record<string, string> = {};
  wantsLetters = false;
  latest: NumberExpression | undefined;

  constructor(context: string) {
    this.#context = context;
  }

  get columns(): TableRow {
    return this.#columns;
  }

  read(condition: ConfigurationElement, isLast: boolean): void {
    checkShape(condition, isLast);
    this.latest = undefined;
    const field = fieldOf(condition);
    if (field === undefined) return;
    const expression = expressionOf(condition);
    const refuse = (why: string): never => {
      throw new NotCarriedError(condition.place, why);
    };
    if (field === 'destination_number') this.#number(expression, refuse);
    else if (field === 'network_addr') this.#network(networkOf(expression), refuse);
    else if (field.startsWith('${acl(')) this.#network(networkOfAcl(field, expression), refuse);
    else {
      const pattern = readExpression(expression);
      if (typeof pattern === 'string') return refuse(pattern);
      const header = /^\$\{sip_h_([A-Za-z0-9_.-]+)\}$/.exec(field)?.[1];
      if (field === 'context') {
        if (!pattern.matches(this.#context))
          refuse(`it wants another context than '${this.#context}', so it is never taken`);
      } else if (field === 'caller_id_number') this.#set('caller_pattern', pattern.source, refuse);
      else if (header === undefined) refuse(`it looks at '${field}', at which a route cannot look`);
      else {
        if (pattern.matches('')) refuse(`it takes calls without the header '${header}' too, which a route cannot`);
        this.#set('header_name', header, refuse);
        this.#set('header_pattern', pattern.source, refuse);
      }
    }
  }

  #number(expression: string, refuse: (why: string) => never): void {
    const read = readNumberExpression(expression);
    if (typeof read === 'string') return refuse(read);
    this.latest = read;
    this.wantsLetters ||= read.wantsLetters;
    if (read.prefix !== '') this.#set('destination_prefix', read.prefix, refuse);
    if (read.pattern !== undefined) this.#set('destination_pattern', read.pattern, refuse);
  }

  #network(cidr: string | undefined, refuse: (why: string) => never): void {
    if (cidr === undefined) return refuse('its expression on the address is none of one address or network');
    this.#set('source_network', cidr, refuse);
  }

  #set(column: string, value: string, refuse: (why: string) => never): void {
    const other = this.#columns[column];
    if (other !== undefined && other !== value) refuse(`it has two conditions for ${column}, and a route has one`);
    this.#columns[column] = value;
  }
}

function checkShape(condition: ConfigurationElement, isLast: boolean): void {
  const refuse = (why: string): never => {
    throw new NotCarriedError(condition.place, why);
  };
  if (condition.attributeNames.some((name) => TIME_ATTRIBUTES.has(name))) refuse('it depends on the time');
  if (condition.attribute('regex') !== undefined) refuse('it has a condition with regex=');
  if (condition.child('condition') !== undefined) refuse('it has conditions within conditions');
  if (condition.child('anti-action') !== undefined) refuse('it has an anti-action');
  const stop = condition.attribute('break')?.toLowerCase() ?? '';
  if (['on-true', 'always', 'never'].includes(stop)) refuse(`it has a condition with break="${stop}"`);
  if (!isLast && condition.child('action') !== undefined) {
    refuse('it has an action in a condition that others follow, which is done even where those fail');
  }
}

function fieldOf(condition: ConfigurationElement): string | undefined {
  const field = condition.attribute('field');
  return field === undefined ? undefined : (FIELDS[field] ?? field);
}

function expressionOf(condition: ConfigurationElement): string {
  return condition.child('expression')?.text ?? condition.attribute('expression') ?? '';
}

/** `^192\.0\.2\.1$` is an address, `^192\.0\.2\.` a network; anything else would be a guess. */
function networkOf(expression: string): string | undefined {
  const parts = /^\^((?:\d{1,3}\\\.){0,3}\d{1,3})\$$/.exec(expression)?.[1]?.split('\\.');
  const beginning = /^\^((?:\d{1,3}\\\.){1,3})$/.exec(expression)?.[1]?.split('\\.').slice(0, -1);
  const octets = parts ?? beginning;
  if (octets === undefined || (parts !== undefined && parts.length !== 4)) return undefined;
  const address = [...octets, '0', '0', '0'].slice(0, 4).join('.');
  const cidr = `${address}/${8 * octets.length}`;
  return parseNetwork(cidr) === undefined ? undefined : cidr;
}

/** FreeSWITCH takes a CIDR where it expects a list's name. */
function networkOfAcl(field: string, expression: string): string | undefined {
  const cidr = /^\$\{acl\(\$\{network_addr\} ([0-9A-Fa-f.:]+\/\d+)\)\}$/.exec(field)?.[1];
  if (cidr === undefined || !['true', '^true', '^true$', '^true\\z'].includes(expression)) return undefined;
  return parseNetwork(cidr) === undefined ? undefined : cidr;
}
