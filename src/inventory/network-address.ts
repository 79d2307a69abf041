import ipaddr from 'ipaddr.js';
import type { Network } from '../routing/route.ts';

/** An address in the one spelling that FreeSWITCH uses for it (RFC 5952), or undefined where the text is none. */
export function canonicalAddress(text: string): string | undefined {
  return ipaddr.isValid(text) && (text.includes(':') || ipaddr.IPv4.isValidFourPartDecimal(text))
    ? spell(ipaddr.process(text))
    : undefined;
}

/** The address of a sofia `proxy` that is written as one: `192.0.2.1:5060;transport=tcp`, `[2001:db8::1]:5060`. */
export function proxyAddress(proxy: string): string | undefined {
  const hostPort = proxy.split(';')[0] ?? '';
  const bracketed = /^\[([^\]]*)\]/.exec(hostPort)?.[1];
  return canonicalAddress(bracketed ?? hostPort.replace(/:\d+$/, ''));
}

/** A CIDR as a matcher of addresses; undefined where it is none, or has bits set beyond its prefix. */
export function parseNetwork(cidr: string): Network | undefined {
  if (!ipaddr.isValidCIDR(cidr)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const base =
    address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  if (spell(base) !== spell(address)) return undefined;
  return {
    cidr,
    contains: (text) => {
      if (!ipaddr.isValid(text)) return false;
      const candidate = ipaddr.process(text);
      return candidate.kind() === address.kind() && candidate.match(address, bits);
    },
  };
}

function spell(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
}
