import { posix } from 'node:path';

import type { LocalFile } from '../../src/export/local-files.ts';
import { isAddress } from '../../src/inventory/proxy-address.ts';
import { parseNetwork } from '../../src/inventory/parse-network.ts';
import { listsIn, ModDistributor } from './mod-distributor.ts';
import { parseDialString } from './parse-local-dial-string.ts';
import { asJavascript } from './pcre-expression.ts';
import { parseLikeFreeswitch } from './parse-like-freeswitch.ts';
import { preprocessLikeFreeswitch } from './preprocess-like-freeswitch.ts';
import { childrenNamed, type XmlNode } from './xml-node.ts';

export interface LocalCall {
  readonly context: string;
  readonly number: string;
  readonly caller?: string;
  readonly networkAddress?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Try {
  readonly gateway: string;
  readonly number: string;
}

export interface LocalRun {
  /** The extension that matched; undefined = none. */
  readonly extension: string | undefined;
  /** The legs that were sent out, in order. */
  readonly tried: readonly Try[];
  readonly outcome: 'no_extension' | 'answered' | { readonly hangup: string } | { readonly respond: number };
  readonly variables: ReadonlyMap<string, string>;
}

interface Hunted {
  readonly name: string;
  readonly actions: readonly { readonly application: string; readonly data: string }[];
}

/**
 * A switch that has nothing but its own files, as far as they can make it do something: the preprocessor, the dialplan
 * (contract 6.1, 6.2), expansion of variables and of the commands that plans use (6.3), mod_distributor, and whether a
 * gateway is there and up (5.9).
 */
export class LocalSwitch {
  readonly #files: ReadonlyMap<string, string>;
  readonly #dialplan: XmlNode;
  readonly distributor: ModDistributor;
  /** The profile of each gateway that is defined. */
  readonly gateways: ReadonlyMap<string, string>;
  readonly down = new Set<string>();
  /** What a leg ends with. */
  dial: (gateway: string, number: string) => string = () => 'answer';

  constructor(files: readonly LocalFile[]) {
    this.#files = new Map(files.map(({ path, content }) => [path, content]));
    this.#dialplan = this.#read('dialplan/zz_trunkhunt_contexts.xml');
    this.distributor = new ModDistributor(
      listsIn(childrenNamed(this.#read('autoload_configs/distributor.conf.xml'), 'configuration')[0]),
    );
    this.gateways = new Map(
      childrenNamed(this.#read('directory/trunkhunt.xml'), 'domain').flatMap((domain) =>
        below(domain, ['user', 'gateways', 'gateway']).map((gateway): readonly [string, string] => [
          gateway.attributes.get('name') ?? '',
          (domain.attributes.get('name') ?? '').replace('trunkhunt-', ''),
        ]),
      ),
    );
  }

  /** A whole call: reads the dialplan, then does what it found. */
  call(call: LocalCall): LocalRun {
    const variables = new Map(Object.entries(call.headers ?? {}).map(([name, value]) => [`sip_h_${name}`, value]));
    const hunted = this.#hunt(call, variables);
    if (hunted === undefined) return { extension: undefined, tried: [], outcome: 'no_extension', variables };
    return { extension: hunted.name, ...this.#execute(hunted, call, variables), variables };
  }

  #execute(hunted: Hunted, call: LocalCall, variables: Map<string, string>): Pick<LocalRun, 'tried' | 'outcome'> {
    const tried: Try[] = [];
    for (const { application, data } of hunted.actions) {
      const expanded = this.#expand(data, call, variables);
      if (application === 'respond') return { tried, outcome: { respond: Number(expanded) } };
      if (application !== 'bridge') {
        setOrUnset(application, expanded, variables);
        continue;
      }
      const { gateway, number } = parseDialString(expanded);
      const cause = this.#leg(gateway, number, tried);
      if (cause === 'answer') {
        if (variables.get('hangup_after_bridge') !== 'true') throw new Error('the plan would go on after an answer');
        return { tried, outcome: 'answered' };
      }
      variables.set('originate_disposition', cause);
      if (variables.get('continue_on_fail')?.split(',').includes(cause) !== true) {
        return { tried, outcome: { hangup: cause } };
      }
    }
    throw new Error('the plan runs out of actions');
  }

  #leg(gateway: string, number: string, tried: Try[]): string {
    if (!this.gateways.has(gateway)) return 'INVALID_GATEWAY';
    if (this.down.has(gateway)) return 'GATEWAY_DOWN';
    tried.push({ gateway, number });
    return this.dial(gateway, number);
  }

  #hunt(call: LocalCall, variables: Map<string, string>): Hunted | undefined {
    const context = childrenNamed(this.#dialplan, 'context').find(
      ({ attributes }) => attributes.get('name')?.toLowerCase() === call.context.toLowerCase(),
    );
    for (const extension of context === undefined ? [] : childrenNamed(context, 'extension')) {
      const actions: { application: string; data: string }[] = [];
      if (this.#matches(extension, call, variables, actions)) {
        return { name: extension.attributes.get('name') ?? '', actions };
      }
    }
    return undefined;
  }

  /** `parse_exten` of mod_dialplan_xml: collects actions, does the inline ones at once. */
  #matches(
    extension: XmlNode,
    call: LocalCall,
    variables: Map<string, string>,
    actions: { application: string; data: string }[],
  ): boolean {
    let proceed = false;
    for (const condition of childrenNamed(extension, 'condition')) {
      const field = condition.attributes.get('field');
      const match = field === undefined ? /^/.exec('') : this.#test(field, condition, call, variables);
      const kind = match === null ? 'anti-action' : 'action';
      proceed = match !== null;
      const substitutes =
        field !== undefined && match !== null && (condition.attributes.get('expression') ?? '').includes('(');
      for (const { attributes } of childrenNamed(condition, kind)) {
        const application = attributes.get('application') ?? '';
        const written = attributes.get('data') ?? '';
        const data = substitutes ? substitute(written, match) : written;
        proceed = true;
        if (attributes.get('inline') === 'true') {
          setOrUnset(application, this.#expand(data, call, variables), variables);
        } else actions.push({ application, data });
      }
      if (match === null && condition.attributes.get('break') !== 'never') break;
    }
    return proceed;
  }

  #test(field: string, condition: XmlNode, call: LocalCall, variables: Map<string, string>): RegExpExecArray | null {
    const expression = condition.attributes.get('expression') ?? '';
    if (/\$\{|\\[\\ns't]/.test(expression)) throw new Error(`FreeSWITCH would expand the expression ${expression}`);
    if (/^[_/]/.test(expression)) throw new Error(`FreeSWITCH would not read ${expression} as an expression`);
    const text = field.includes('$') ? this.#expand(field, call, variables) : callerField(field, call);
    // FreeSWITCH's engine sees bytes.
    return asJavascript(expression).exec(Buffer.from(text, 'utf8').toString('latin1'));
  }

  /** Replaces `${...}` from within, and runs the commands among them. */
  #expand(text: string, call: LocalCall, variables: Map<string, string>): string {
    let expanded = '';
    for (let at = 0; at < text.length;) {
      if (!text.startsWith('${', at)) {
        expanded += text.charAt(at);
        at += 1;
        continue;
      }
      const end = closing(text, at + 1);
      expanded += this.#value(this.#expand(text.slice(at + 2, end), call, variables), call, variables);
      at = end + 1;
    }
    return expanded;
  }

  #value(name: string, call: LocalCall, variables: Map<string, string>): string {
    const [, command, words] = /^([a-z]+)\((.*)\)$/s.exec(name) ?? [];
    if (command === undefined || words === undefined) return variables.get(name) ?? callerField(name, call);
    switch (command) {
      case 'expand':
        return this.#distributorCommand(words);
      case 'sofia':
        return this.#sofia(words);
      case 'cond':
        return condition(words);
      case 'acl':
        return acl(words);
      default:
        throw new Error(`the plan runs ${command}`);
    }
  }

  #distributorCommand(words: string): string {
    if (!words.startsWith('distributor ')) throw new Error(`the plan runs ${words}`);
    return this.distributor.command(words.slice('distributor '.length));
  }

  #sofia(words: string): string {
    const [, profile] = /^profile (\S+) gwlist down$/.exec(words) ?? [];
    if (profile === undefined) throw new Error(`the plan runs sofia ${words}`);
    const names = [...this.gateways].filter(([name, of]) => of === profile && this.down.has(name));
    return names.map(([name]) => `${name} `).join('');
  }

  #read(path: string): XmlNode {
    return parseLikeFreeswitch(Buffer.from(`<files>\n${this.#preprocessed(path)}</files>\n`));
  }

  /** A file with what it includes; nothing else in it may be for the preprocessor. */
  #preprocessed(path: string): string {
    const content = this.#files.get(path) ?? '';
    const included = content.replace(/^ *<X-PRE-PROCESS cmd="include" data="([^"]*)"\/>\n/gm, (_, data: string) =>
      this.#preprocessed(posix.join(posix.dirname(path), decodeReferences(data))),
    );
    const { text, incidents } = preprocessLikeFreeswitch(Buffer.from(included));
    const lines = included.split('\n');
    const strays = incidents.filter(
      ({ kind, line }) => kind !== 'dropped-markup' || !/^ *<\/?include>$/.test(lines[line - 1] ?? ''),
    );
    if (strays.length > 0) throw new Error(`the preprocessor acts on ${path}: ${JSON.stringify(strays)}`);
    return Buffer.from(text).toString('utf8');
  }
}

function below(node: XmlNode, path: readonly string[]): readonly XmlNode[] {
  const [name, ...rest] = path;
  return name === undefined ? [node] : childrenNamed(node, name).flatMap((child) => below(child, rest));
}

function decodeReferences(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

function callerField(name: string, call: LocalCall): string {
  const fields: Readonly<Record<string, string | undefined>> = {
    destination_number: call.number,
    caller_id_number: call.caller,
    network_addr: call.networkAddress,
  };
  return fields[name] ?? '';
}

/** `switch_perform_substitution`: `$1` and `${1}`, all digits that follow belong to the number. */
function substitute(data: string, match: RegExpExecArray): string {
  return data.replace(
    /\$(?:(\d+)|\{(\d+)\})/g,
    (_, bare?: string, braced?: string) => match[Number(bare ?? braced)] ?? '',
  );
}

function setOrUnset(application: string, data: string, variables: Map<string, string>): void {
  const at = data.indexOf('=');
  const [name, value] = at === -1 ? [data, ''] : [data.slice(0, at), data.slice(at + 1)];
  if (application !== 'set' && application !== 'unset') throw new Error(`the plan runs the application ${application}`);
  if (application === 'unset' || value === '') variables.delete(name);
  else variables.set(name, value);
}

/** `cond` of mod_commands, for words without quotes; numbers are compared as numbers. */
function condition(words: string): string {
  const [, left = '', right = '', results] = /^(\S+) == (\S+) \?(.*)$/s.exec(words) ?? [];
  if (results === undefined) return '-ERR';
  const isNumber = (it: string): boolean => /^[+-]?[0-9.]+$/.test(it);
  if (isNumber(left) || isNumber(right)) throw new Error(`numbers are compared: ${words}`);
  const [then = '', otherwise = ''] = results.split(':').map((it) => it.trim());
  return left === right ? then : otherwise;
}

function acl(words: string): string {
  const [address = '', cidr = ''] = words.split(' ');
  if (cidr === '') return 'false';
  const network = parseNetwork(cidr);
  if (network === undefined || !isAddress(address)) throw new Error(`acl is asked for ${words}`);
  return network.contains(address) ? 'true' : 'false';
}

function closing(text: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`a brace is not closed in ${text}`);
}
