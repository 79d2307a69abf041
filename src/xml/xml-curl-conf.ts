import { element, writeDocument, type XmlElement } from './write-document.ts';

/**
 * The fields of a request that any inventory can need, beyond the five that are always sent. `Event-Name` is not among
 * them: a request that has it was not cut down.
 */
export const STANDARD_FIELDS: readonly string[] = [
  'Unique-ID',
  'Hunt-Context',
  'Hunt-Destination-Number',
  'Hunt-Caller-ID-Number',
  'Hunt-Caller-ID-Name',
  'Hunt-Network-Addr',
  'purpose',
  'profile',
  'user',
];

/** In the URL's query: the headers that a binding sends, so that the server knows what it cannot see. */
export const HEADERS_QUERY = 'headers';

/** What a binding with an https URL checks, and what it shows of itself. Paths are the switch's. */
export interface XmlCurlTls {
  /** Whether the server's certificate has to be signed by an authority that the switch trusts, and has the URL's name. */
  readonly isVerified: boolean;
  /** Authorities in place of the file that the switch's libcurl comes with; a folder that it comes with counts as well. */
  readonly cacertFile: string | undefined;
  readonly certPath: string | undefined;
  readonly keyPath: string | undefined;
}

export const AUTH_SCHEMES = ['basic', 'digest'] as const;
export type AuthScheme = (typeof AUTH_SCHEMES)[number];

export interface XmlCurlConf {
  /** Where the server is reached, without a query. */
  readonly url: string;
  /** Further servers, each asked where those before it fail or have nothing (contract 1.5, 2.1). */
  readonly otherUrls?: readonly string[];
  /** `user:password` */
  readonly credentials: string | undefined;
  /** `basic` is what mod_xml_curl does by itself. */
  readonly authScheme: AuthScheme;
  /** Names of SIP headers, as callers write them: mod_xml_curl compares them with regard to case. */
  readonly headers: readonly string[];
  /** For an https URL. */
  readonly tls?: XmlCurlTls | undefined;
}

/** How long a call waits for an answer before FreeSWITCH uses its local files; without this it waits for ever. */
const TIMEOUT_SECONDS = 2;

/** The least that mod_xml_curl knows: where another server is asked next, giving up early costs nothing. */
const TIMEOUT_SECONDS_BEFORE_OTHERS = 1;

/** The `xml_curl.conf.xml` that makes FreeSWITCH ask here, and send only what can matter (contract 1.1). */
export function xmlCurlConf({ url, otherUrls = [], credentials, authScheme, headers, tls }: XmlCurlConf): string {
  const query = headers.length === 0 ? '' : `?${HEADERS_QUERY}=${headers.join(',')}`;
  const paramsFor = (server: string, timeoutSeconds: number): readonly XmlElement[] => [
    element('param', { name: 'gateway-url', value: server + query, bindings: 'configuration|directory|dialplan' }),
    ...(credentials === undefined ? [] : [element('param', { name: 'gateway-credentials', value: credentials })]),
    // Without the equals sign it would be added to basic (contract 1.1).
    ...(authScheme === 'basic' ? [] : [element('param', { name: 'auth-scheme', value: `=${authScheme}` })]),
    ...(tls === undefined || !/^https:/i.test(server) ? [] : tlsParams(tls)),
    element('param', { name: 'timeout', value: String(timeoutSeconds) }),
    ...[...STANDARD_FIELDS, ...headers.map((header) => `variable_sip_h_${header}`)].map((field) =>
      element('param', { name: 'enable-post-var', value: field }),
    ),
  ];
  const servers = [url, ...otherUrls];
  const bindings = servers.map((server, at) => {
    const name = at === 0 ? 'trunkhunt' : `trunkhunt-${at + 1}`;
    const timeoutSeconds = at === servers.length - 1 ? TIMEOUT_SECONDS : TIMEOUT_SECONDS_BEFORE_OTHERS;
    return element('binding', { name }, paramsFor(server, timeoutSeconds));
  });
  return writeDocument(
    element('configuration', { name: 'xml_curl.conf', description: 'ask trunkhunt' }, [
      element('bindings', {}, bindings),
    ]),
  );
}

/** Nothing is verified by default, and the name only where that is asked for as well (contract 1.1). */
function tlsParams({ isVerified, cacertFile, certPath, keyPath }: XmlCurlTls): readonly XmlElement[] {
  const values = {
    ...(isVerified ? { 'enable-cacert-check': 'true', 'enable-ssl-verifyhost': 'true' } : {}),
    'ssl-cacert-file': cacertFile,
    'ssl-cert-path': certPath,
    'ssl-key-path': keyPath,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [element('param', { name, value })],
  );
}
