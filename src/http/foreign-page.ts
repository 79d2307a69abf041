import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Methods that change nothing. */
const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** This machine's own names and all addresses: what no other site can have as its name. */
const OWN_NAME = /^(?:localhost|[a-z0-9.-]*\.localhost|[0-9.]+|\[[0-9a-f:.%a-z]*\])(?::\d+)?$/i;

/**
 * Whether a browser asks for a page of another site: it sends the passwords that it remembers along, and where none is
 * asked for it needs none. Browsers name the site (RFC 6454, section 7.3); FreeSWITCH and curl do not.
 */
export function isForeignPage({ method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  const { origin, host = '' } = headers;
  if (origin !== undefined) return origin.replace(/^https?:\/\//, '').toLowerCase() !== host.toLowerCase();
  return headers['sec-fetch-site'] === 'cross-site' && !LOOKS.has(method);
}

/**
 * Whether a browser on this machine was led here by a name of another site that points to loopback (DNS rebinding):
 * to the browser it is that site itself. Browsers always say which encodings they take; mod_xml_curl never does.
 */
export function isRebound(headers: IncomingHttpHeaders, peer: string): boolean {
  if (headers['accept-encoding'] === undefined) return false;
  return isLoopbackPeer(peer) && !OWN_NAME.test(headers.host ?? 'localhost');
}

function isLoopbackPeer(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./i.test(address);
}
