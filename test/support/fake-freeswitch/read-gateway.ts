import { childrenNamed, type XmlNode } from '../xml-node.ts';

/** What `<gateway>` says, with sofia's defaults filled in (contract 5.1). */
export interface GatewaySettings {
  readonly name: string;
  readonly register: boolean;
  readonly scheme: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  readonly fromUser: string;
  readonly fromDomain: string;
  readonly extension: string;
  readonly proxy: string;
  readonly context: string;
  readonly transport: string;
  readonly callerIdInFrom: boolean;
  readonly destinationPrefix: string;
  /** As written; `frequencySeconds` is the number. */
  readonly expireSeconds: string;
  readonly frequencySeconds: number;
  readonly retrySeconds: number;
  readonly timeoutSeconds: number;
  /** 0 = no pings. */
  readonly pingSeconds: number;
  readonly pingMin: number;
  readonly pingMax: number;
  readonly pingMonitoring: boolean;
  readonly outbound: readonly (readonly [name: string, value: string])[];
}

const trueWords = new Set(['yes', 'on', 'true', 't', 'enabled', 'active', 'allow']);
const transports = new Set(['udp', 'tcp', 'sctp']);

/** @returns undefined where sofia drops the gateway, and it alone (contract 5.1) */
export function readGateway(element: XmlNode): GatewaySettings | undefined {
  const name = element.attributes.get('name') ?? '';
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const parameters = new Map<string, string>();
  for (const param of childrenNamed(childrenNamed(element, 'params')[0] ?? element, 'param')) {
    // Of two with one name the later counts; names are case-sensitive.
    parameters.set(param.attributes.get('name') ?? '', param.attributes.get('value') ?? '');
  }
  return settingsOf(name, parameters, outboundVariables(element));
}

/** The same from parameters by their names, as a local file would hold them. */
export function settingsOf(
  name: string,
  parameters: ReadonlyMap<string, string>,
  outbound: GatewaySettings['outbound'] = [],
): GatewaySettings | undefined {
  const said = (parameter: string): string | undefined => parameters.get(parameter);
  const text = (parameter: string, otherwise: string): string => nonEmpty(said(parameter)) ?? otherwise;
  const register = isTrue(said('register') ?? 'true');
  const realm = text('realm', text('proxy', name));
  const transport = said('register-transport') ?? 'udp';
  if (!transports.has(transport)) return undefined;
  if (register && (text('username', '') === '' || text('password', '') === '')) return undefined;
  const username = text('username', 'FreeSWITCH');
  const expireSeconds = said('expire-seconds') ?? '3600';
  const pingSeconds = atoi(said('ping') ?? '0');
  const pinged = pingSeconds >= 5;
  return {
    name,
    register,
    scheme: said('scheme') ?? 'Digest',
    realm,
    username,
    password: said('password') ?? '',
    fromUser: text('from-user', username),
    fromDomain: text('from-domain', ''),
    extension: text('extension', username),
    proxy: text('proxy', realm),
    context: said('context') ?? 'public',
    transport,
    callerIdInFrom: isTrue(said('caller-id-in-from') ?? 'false'),
    destinationPrefix: said('destination-prefix') ?? '',
    expireSeconds,
    frequencySeconds: atLeastFive(expireSeconds, 3600),
    retrySeconds: atLeastFive(said('retry-seconds') ?? said('retry_seconds') ?? '30', 30),
    timeoutSeconds: atLeastFive(said('timeout-seconds') ?? '60', 60),
    pingSeconds: pinged ? pingSeconds : 0,
    pingMin: pinged ? atoi(said('ping-min') ?? '1') : 0,
    pingMax: pinged ? atoi(said('ping-max') ?? '1') : 0,
    pingMonitoring: pinged && isTrue(said('ping-monitoring') ?? 'false'),
    outbound,
  };
}

/** FreeSWITCH's switch_true, as far as anybody writes it. */
export function isTrue(word: string): boolean {
  return trueWords.has(word.toLowerCase()) || (/^-?[0-9]+$/.test(word) && Number(word) !== 0);
}

/** Those set on an outgoing channel: without a direction, or with this one (contract 5.1). */
function outboundVariables(element: XmlNode): GatewaySettings['outbound'] {
  return childrenNamed(childrenNamed(element, 'variables')[0] ?? element, 'variable')
    .filter(({ attributes }) => (attributes.get('direction') ?? 'outbound').toLowerCase() === 'outbound')
    .map(({ attributes }) => [attributes.get('name') ?? '', attributes.get('value') ?? ''] as const)
    .filter(([variable]) => variable !== '');
}

function atLeastFive(text: string, otherwise: number): number {
  const seconds = atoi(text);
  return seconds < 5 ? otherwise : seconds;
}

function atoi(text: string): number {
  return Number(/^\s*([+-]?[0-9]+)/.exec(text)?.[1] ?? '0');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
