import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseNetwork } from '../../src/inventory/parse-network.ts';
import { canonicalAddress, proxyAddress } from '../../src/inventory/proxy-address.ts';

/** An address as one number, spelled and masked without the library that the code uses. */
const v4Text = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
const groupsOf = (bits: bigint): bigint[] =>
  Array.from({ length: 8 }, (_, at) => (bits >> BigInt(112 - 16 * at)) & 0xffffn);

/** RFC 5952: lower case, no leading zeros, `::` for the first of the longest runs of two or more zeros. */
function v6Text(bits: bigint): string {
  const groups = groupsOf(bits);
  let [from, length] = [0, 1];
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === 0n) end += 1;
    if (end - start > length) [from, length] = [start, end - start];
  }
  const spelled = groups.map((group) => group.toString(16));
  if (length < 2) return spelled.join(':');
  return `${spelled.slice(0, from).join(':')}::${spelled.slice(from + length).join(':')}`;
}

const isMapped = (bits: bigint): boolean => bits >> 32n === 0xffffn || bits >> 32n === 0n;
const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 2, arbitrary: fc.bigInt(0n, 0xffffn) });
const v6Bits = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((bits, each) => (bits << 16n) | each, 0n))
  .filter((bits) => !isMapped(bits));
const v4Bits = fc.bigInt(0n, 0xffff_ffffn);

describe('the canonical spelling of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['fe80:0:0:0:0:0:0:1', 'fe80::1'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '2130706433',
    '256.0.0.1',
    '1.2.3',
    ' 1.2.3.4',
    '1.2.3.4\n',
    ':::',
    '1::2::3',
    '12345::',
  ])('does not exist of %j', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });

  it('is RFC 5952, however it was spelled', () => {
    fc.assert(
      fc.property(v6Bits, fc.boolean(), (bits, isUpper) => {
        const long = groupsOf(bits)
          .map((each) => each.toString(16).padStart(4, '0'))
          .join(':');
        for (const text of [long, v6Text(bits)]) {
          expect(canonicalAddress(isUpper ? text.toUpperCase() : text)).toBe(v6Text(bits));
        }
      }),
    );
  });

  it('is the dotted one for IPv4, mapped into IPv6 or not', () => {
    fc.assert(
      fc.property(v4Bits, (bits) => {
        for (const text of [v4Text(bits), `::ffff:${v4Text(bits)}`, v6Text((0xffffn << 32n) | bits)]) {
          expect(canonicalAddress(text)).toBe(v4Text(bits));
        }
      }),
    );
  });
});

describe('the address of a proxy', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5060', '192.0.2.1'],
    ['192.0.2.1:5061;transport=tls', '192.0.2.1'],
    ['192.0.2.1;transport=tcp;x=1:2', '192.0.2.1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['[2001:db8::1]:5060;transport=tcp', '2001:db8::1'],
    ['[::ffff:192.0.2.1]:5060', '192.0.2.1'],
    ['2001:db8::a', '2001:db8::a'],
  ])('%s is %s', (proxy, address) => {
    expect(proxyAddress(proxy)).toBe(address);
  });

  it.each([
    'sip.example.org',
    'sip.example.org:5060',
    '192.0.2.1.example.org',
    '[2001:db8::1',
    '[]:5060',
    ';x=192.0.2.1',
    '192.0.2:5060',
  ])('%s has none', (proxy) => {
    expect(proxyAddress(proxy)).toBeUndefined();
  });
});

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['9.255.255.255', '11.0.0.0', '2001:db8::1']],
    ['192.0.2.7/32', ['192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::1']],
    ['2001:DB8::/32', ['2001:db8::', '2001:db8:ffff:ffff::1'], ['2001:db9::', '10.0.0.1']],
    ['::/0', ['::1', 'ffff::'], ['10.0.0.1', '::ffff:10.0.0.1']],
  ])('%s contains %j and not %j', (cidr, inside, outside) => {
    const network = parseNetwork(cidr);
    expect(network?.cidr).toBe(cidr);
    expect(inside.filter((address) => network?.contains(address) !== true)).toEqual([]);
    expect(outside.filter((address) => network?.contains(address) !== false)).toEqual([]);
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'a.b/8',
    '10.0.0.1/8',
    '2001:db8::1/32',
    '1.2.3.4/0',
  ])('%j is none', (cidr) => {
    expect(parseNetwork(cidr)).toBeUndefined();
  });

  it.each(['010.0.0.0/8', '0/8', '167772160/8', '10.0.0/24', '192.0.02.0/24'])(
    '%s is none: an octet in octal is another network than whoever wrote it meant',
    (cidr) => {
      expect(parseNetwork(cidr)).toBeUndefined();
    },
  );

  it.each(['::ffff:192.0.2.0/120', '::ffff:0:0/96'])(
    '%s, which is IPv4 in other clothes, contains its addresses or is none',
    (cidr) => {
      const network = parseNetwork(cidr);
      expect(network === undefined || network.contains('192.0.2.1')).toBe(true);
    },
  );

  it.each(['', 'localhost', '10.0.0', '10', '010.0.0.1', '0xa.0.0.1', ' 10.0.0.1', '10.0.0.1:5060'])(
    'contains no %j, which is no address',
    (text) => {
      expect(parseNetwork('0.0.0.0/0')?.contains(text)).toBe(false);
    },
  );

  it.each([
    ['IPv4', v4Bits, 32n, v4Text],
    ['IPv6', v6Bits, 128n, v6Text],
  ] as const)('of %s contains what its first bits say, and has none after them', (_family, address, width, spell) => {
    const prefix = fc.bigInt(0n, width);
    fc.assert(
      fc.property(address, address, prefix, fc.bigInt(0n, width - 1n), (bits, other, length, flipped) => {
        const shift = width - length;
        const base = (bits >> shift) << shift;
        fc.pre(width === 32n || !isMapped(base));
        const network = parseNetwork(`${spell(base)}/${length}`);
        const near = bits ^ (1n << flipped);
        for (const candidate of [bits, other, near]) {
          if (width === 128n && isMapped(candidate)) continue;
          expect(network?.contains(spell(candidate))).toBe(candidate >> shift === base >> shift);
        }
        if (base !== bits) expect(parseNetwork(`${spell(bits)}/${length}`)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
