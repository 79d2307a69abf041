import ipaddr from 'ipaddr.js';
import type { Network } from '../routing/route.ts';
import { isAddress, spell } from './proxy-address.ts';

/**
 * A CIDR as a matcher of addresses; undefined where it is none, has bits set beyond its prefix, or is IPv4 written as
 * IPv6, which no caller's address is.
 */
export function parseNetwork(cidr: string): Network | undefined {
  if (!isAddress(cidr.split('/')[0] ?? '') || !ipaddr.isValidCIDR(cidr)) return undefined;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return undefined;
  const base =
    address instanceof ipaddr.IPv6
      ? ipaddr.IPv6.networkAddressFromCIDR(cidr)
      : ipaddr.IPv4.networkAddressFromCIDR(cidr);
  if (spell(base) !== spell(address)) return undefined;
  return {
    cidr,
    contains: (text) => {
      if (!isAddress(text)) return false;
      const candidate = ipaddr.process(text);
      return candidate.kind() === address.kind() && candidate.match(address, bits);
    },
  };
}
