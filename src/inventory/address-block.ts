import ipaddr from 'ipaddr.js';
import { isAddress } from './proxy-address.ts';

/**
 * What one caller of the Internet has for itself: an IPv4 address, or the /64 of an IPv6 one, in which it may take any
 * address it likes. What is no address stands for itself.
 */
export function addressBlock(text: string): string {
  if (!isAddress(text)) return text;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toRFC5952String()}/64`;
}
