import ipaddr from 'ipaddr.js';

/** Four numbers without leading zeros: what inet_aton reads beyond that (octal, 10.1) means different things to people. */
const FOUR_PARTS = /^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/;

/** An address in the one spelling that FreeSWITCH uses for it (RFC 5952), or undefined where the text is none. */
export function canonicalAddress(text: string): string | undefined {
  return isAddress(text) ? spell(ipaddr.process(text)) : undefined;
}

/** The address of a sofia `proxy` that is written as one: `192.0.2.1:5060;transport=tcp`, `[2001:db8::1]:5060`. */
export function proxyAddress(proxy: string): string | undefined {
  const hostPort = proxy.split(';')[0] ?? '';
  const bracketed = /^\[([^\]]*)\]/.exec(hostPort)?.[1];
  return canonicalAddress(bracketed ?? hostPort.replace(/:\d+$/, ''));
}

/** Whether the text is an address, in the notation that everybody reads alike. */
export function isAddress(text: string): boolean {
  return text.includes(':') ? ipaddr.IPv6.isValid(text) : FOUR_PARTS.test(text) && ipaddr.IPv4.isValid(text);
}

/** The spelling of RFC 5952, which is FreeSWITCH's. */
export function spell(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}
