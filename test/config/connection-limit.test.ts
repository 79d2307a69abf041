import { expect, it } from 'vitest';
import { connectionLimit } from '../../src/config/connection-limit.ts';

/** As Linux writes it. */
const limits = (soft: string) => (path: string) => {
  expect(path).toBe('/proc/self/limits');
  return [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max processes             96000                96000                processes ',
    `Max open files            ${soft.padEnd(20)} 1048576              files     `,
    '',
  ].join('\n');
};

it('as many connections as are wanted, where there are descriptors for them', () => {
  expect(connectionLimit(12_000, limits('20000'))).toEqual({ connections: 12_000, openFiles: undefined });
});

it('fewer than the system lets files be open, with some to spare', () => {
  expect(connectionLimit(12_000, limits('4096'))).toEqual({ connections: 3_840, openFiles: 4_096 });
});

it('a few, however low the limit is', () => {
  expect(connectionLimit(12_000, limits('64'))).toEqual({ connections: 16, openFiles: 64 });
  expect(connectionLimit(3, limits('64'))).toEqual({ connections: 3, openFiles: undefined });
});

it('what was asked for, where the system has no limit or does not say', () => {
  expect(connectionLimit(500, limits('unlimited')).connections).toBe(500);
  const missing = (): string => {
    throw new Error('ENOENT');
  };
  expect(connectionLimit(500, missing).connections).toBe(500);
});
