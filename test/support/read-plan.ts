import { equalIgnoringAsciiCase } from './ascii-case.ts';
import { parseDialString, type DialString, type NumberCharset } from './parse-dial-string.ts';
import type { XmlNode } from './xml-node.ts';

export interface PlanAction {
  readonly application: 'set' | 'unset' | 'bridge' | 'respond' | 'hangup';
  readonly data: string;
}

export interface Plan {
  readonly actions: readonly PlanAction[];
  /** The parsed data of the bridge actions, in order. */
  readonly legs: readonly DialString[];
}

const settable: ReadonlySet<string> = new Set([
  'hangup_after_bridge',
  'continue_on_fail',
  'call_timeout',
  'effective_caller_id_number',
  'effective_caller_id_name',
  'trunkhunt_gateway',
]);

const downGateways = String.raw`\$\{sofia\(profile [A-Za-z0-9_.-]+ gwlist down\)\}`;
const causes = '[A-Z_]+(?:,[A-Z_]+)*';
const conditionalCauses = new RegExp(
  String.raw`^\$\{cond\(x\$\{trunkhunt_gateway\} == x-err \? ${causes} : ${causes}\)\}$`,
);
const distributorExpansion = new RegExp(
  String.raw`^\$\{expand\(distributor [A-Za-z0-9_.-]+(?: (?:[A-Za-z0-9_.-]+|${downGateways}))*\)\}$`,
);

/**
 * Reads a dialplan answer of the shape contract 6.2 advises: one context, one extension, one unconditional condition,
 * literal actions. Throws on anything else, so that a test that reads a plan has checked it. The only `${` allowed are
 * the gateway variable of a bridge and the `${expand(distributor ...)}` that sets it (contract 6.3 and 6.4).
 */
export function readPlan(root: XmlNode, context: string, charset: NumberCharset = 'user'): Plan {
  const section = onlyChild(root, 'section', ['name']);
  checkName(section, (name) => equalIgnoringAsciiCase(name, 'dialplan'));
  const contextNode = onlyChild(section, 'context', ['name']);
  checkName(contextNode, (name) => equalIgnoringAsciiCase(name, context));
  const extension = onlyChild(contextNode, 'extension', ['name']);
  const condition = onlyChild(extension, 'condition', []);
  checkText(condition);

  const actions = condition.children.map(readAction);
  const legs = actions
    .filter(({ application }) => application === 'bridge')
    .map(({ data }) => parseDialString(data, charset));
  return { actions, legs };
}

function readAction(node: XmlNode): PlanAction {
  if (node.name !== 'action' || node.children.length > 0 || hasText(node)) {
    throw new Error(`expected an empty <action>, got <${node.name}>`);
  }
  checkAttributes(node, ['application', 'data']);
  const application = node.attributes.get('application') ?? '';
  const data = node.attributes.get('data');
  if (data === undefined) {
    throw new Error('an <action> has no data');
  }
  switch (application) {
    case 'bridge':
      // Parsed by readPlan, which knows the character set.
      break;
    case 'set':
      checkSet(data);
      break;
    case 'unset':
      checkData(application, data, /^last_bridge_proto_specific_hangup_cause$/);
      break;
    case 'respond':
      checkData(application, data, /^[3-6][0-9]{2}(?: [A-Za-z ]+)?$/);
      break;
    case 'hangup':
      checkData(application, data, /^[A-Z][A-Z0-9_]*$/);
      break;
    default:
      throw new Error(`application ${JSON.stringify(application)} is not allowed`);
  }
  return { application, data };
}

function checkSet(data: string): void {
  const equals = data.indexOf('=');
  const name = data.slice(0, Math.max(equals, 0));
  const value = data.slice(equals + 1);
  if (!settable.has(name)) {
    throw new Error(`set ${JSON.stringify(data)} does not set one of ${[...settable].join(', ')}`);
  }
  if (name === 'trunkhunt_gateway' && distributorExpansion.test(value)) {
    return;
  }
  if (name === 'continue_on_fail' && conditionalCauses.test(value)) {
    return;
  }
  // FreeSWITCH expands `$` forms and backslash escapes twice on the way into the variable (contract 6.3).
  checkData('set', value, /^[^$\\\x00-\x1f\x7f]*$/);
}

function checkData(application: string, data: string, pattern: RegExp): void {
  if (!pattern.test(data)) {
    throw new Error(`${application} has the data ${JSON.stringify(data)}, expected ${pattern.source}`);
  }
}

/** The one child a node has: with this name, with no attribute but these. */
function onlyChild(parent: XmlNode, name: string, attributes: readonly string[]): XmlNode {
  checkText(parent);
  const [child, ...others] = parent.children;
  if (child?.name !== name || others.length > 0) {
    const names = parent.children.map((node) => `<${node.name}>`).join(' ');
    throw new Error(`<${parent.name}> holds ${names === '' ? 'nothing' : names}, expected exactly one <${name}>`);
  }
  checkAttributes(child, attributes);
  return child;
}

function checkName(node: XmlNode, isRight: (name: string) => boolean): void {
  const name = node.attributes.get('name');
  if (name === undefined || !isRight(name)) {
    throw new Error(`<${node.name}> has the name ${JSON.stringify(name)}`);
  }
}

function checkAttributes(node: XmlNode, allowed: readonly string[]): void {
  const unexpected = [...node.attributes.keys()].filter((name) => !allowed.includes(name));
  if (unexpected.length > 0) {
    throw new Error(`<${node.name}> has the attributes ${unexpected.join(', ')}`);
  }
}

function checkText(node: XmlNode): void {
  if (hasText(node)) {
    throw new Error(`<${node.name}> holds the text ${JSON.stringify(node.text)}`);
  }
}

function hasText(node: XmlNode): boolean {
  return /[^\t\r\n ]/.test(node.text);
}
