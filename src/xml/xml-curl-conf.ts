import { element, writeDocument } from './write-document.ts';

/**
 * The fields of a request that any inventory can need, beyond the five that are always sent. `Event-Name` is not among
 * them: a request that has it was not cut down.
 */
export const STANDARD_FIELDS: readonly string[] = [
  'Unique-ID',
  'Hunt-Context',
  'Hunt-Destination-Number',
  'Hunt-Caller-ID-Number',
  'Hunt-Network-Addr',
  'purpose',
  'profile',
];

/** In the URL's query: the headers that a binding sends, so that the server knows what it cannot see. */
export const HEADERS_QUERY = 'headers';

export const AUTH_SCHEMES = ['basic', 'digest'] as const;
export type AuthScheme = (typeof AUTH_SCHEMES)[number];

export interface XmlCurlConf {
  /** Where the server is reached, without a query. */
  readonly url: string;
  /** `user:password` */
  readonly credentials: string | undefined;
  /** `basic` is what mod_xml_curl does by itself. */
  readonly authScheme: AuthScheme;
  /** Names of SIP headers, as callers write them: mod_xml_curl compares them with regard to case. */
  readonly headers: readonly string[];
}

/** How long a call waits for an answer before FreeSWITCH uses its local files; without this it waits for ever. */
const TIMEOUT_SECONDS = 2;

/** The `xml_curl.conf.xml` that makes FreeSWITCH ask here, and send only what can matter (contract 1.1). */
export function xmlCurlConf({ url, credentials, authScheme, headers }: XmlCurlConf): string {
  const query = headers.length === 0 ? '' : `?${HEADERS_QUERY}=${headers.join(',')}`;
  const params = [
    element('param', { name: 'gateway-url', value: url + query, bindings: 'configuration|directory|dialplan' }),
    ...(credentials === undefined ? [] : [element('param', { name: 'gateway-credentials', value: credentials })]),
    // Without the equals sign it would be added to basic (contract 1.1).
    ...(authScheme === 'basic' ? [] : [element('param', { name: 'auth-scheme', value: `=${authScheme}` })]),
    element('param', { name: 'timeout', value: String(TIMEOUT_SECONDS) }),
    ...[...STANDARD_FIELDS, ...headers.map((header) => `variable_sip_h_${header}`)].map((field) =>
      element('param', { name: 'enable-post-var', value: field }),
    ),
  ];
  return writeDocument(
    element('configuration', { name: 'xml_curl.conf', description: 'ask trunkhunt' }, [
      element('bindings', {}, [element('binding', { name: 'trunkhunt' }, params)]),
    ]),
  );
}
