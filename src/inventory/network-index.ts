import ipaddr from 'ipaddr.js';

/** Networks with a value each, found by what they contain. Of two equal networks the first one's value is kept. */
export class NetworkIndex<Value> {
  /** By kind and number of bits, then by the bits themselves. */
  readonly #byBits = new Map<string, { readonly bits: number; readonly values: Map<string, Value> }>();

  /** @param cidr one that `parseNetwork` takes */
  add(cidr: string, value: Value): void {
    const [address, bits] = ipaddr.parseCIDR(cidr);
    const key = `${address.kind()}/${bits}`;
    const level = this.#byBits.get(key) ?? { bits, values: new Map<string, Value>() };
    this.#byBits.set(key, level);
    const base = leadingBits(address, bits);
    if (!level.values.has(base)) level.values.set(base, value);
  }

  /** The values of all networks that contain this one, or are it. */
  containing(cidr: string): readonly Value[] {
    const [address, bits] = ipaddr.parseCIDR(cidr);
    return [...this.#byBits].flatMap(([key, level]) => {
      if (level.bits > bits || !key.startsWith(address.kind())) return [];
      const value = level.values.get(leadingBits(address, level.bits));
      return value === undefined ? [] : [value];
    });
  }
}

function leadingBits(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  const binary = address.toByteArray().map((byte) => byte.toString(2).padStart(8, '0'));
  return binary.join('').slice(0, bits);
}
