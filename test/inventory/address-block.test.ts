import { expect, it } from 'vitest';
import { addressBlock } from '../../src/inventory/address-block.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['', ''],
  ['no address', 'no address'],
])('the block of %j is %j', (address, block) => {
  expect(addressBlock(address)).toBe(block);
});
