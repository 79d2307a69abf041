import { describe, expect, it } from 'vitest';

import { formatListenAddress, isLoopback, parseListenAddress } from '../../src/config/listen-address.ts';

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['[::ffff:192.0.2.1]:80', { host: '::ffff:192.0.2.1', port: 80 }],
    ['pbx-1.example.org:443', { host: 'pbx-1.example.org', port: 443 }],
  ])('%s is read, and written the same', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(formatListenAddress(address)).toBe(text);
  });

  it.each([
    '',
    '8080',
    ':8080',
    'localhost',
    'localhost:',
    'a:65536',
    'a:-1',
    'a:8080 ',
    'a b:1',
    '::1:8080',
    '[::1]',
    '[a]b:1',
    'a:1:2',
    'http://a:1',
    'a:1\n',
  ])('%j is none', (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  });
});

describe('loopback', () => {
  it.each(['127.0.0.1', '127.255.0.9', '::1', 'localhost'])('is %s', (host) => {
    expect(isLoopback({ host, port: 1 })).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '::',
    '192.0.2.1',
    '128.0.0.1',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '127.0.0',
    'example.org',
    '::11',
  ])('is not %s', (host) => {
    expect(isLoopback({ host, port: 1 })).toBe(false);
  });
});
