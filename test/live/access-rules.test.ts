import { describe, expect, it } from 'vitest';
import { ACCESS_ROLES, type AccessRole, ruleForAll } from '../../src/live/access-rule.ts';
import { AccessRules } from '../../src/live/access-rules.ts';
import { parseAccessFile } from '../../src/live/parse-access-file.ts';

const SALT = Buffer.from('salt');
const rulesOf = (text: string) => new AccessRules(parseAccessFile({ path: 'f', text, listen: undefined }).rules, SALT);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** The roles that credentials, or nothing, may do from an address. */
function rolesOf(rules: AccessRules, text: string | undefined, address: string): readonly AccessRole[] {
  const known = text === undefined ? undefined : rules.ofText(text);
  return ACCESS_ROLES.filter(
    (role) => rules.isOpen(role, () => address) || (known !== undefined && rules.isAllowed(known, role, () => address)),
  );
}

describe('access rules', () => {
  const rules = rulesOf(`
    switch   fs:old   10.0.0.0/8 fd00::/8
    switch   fs:new   10.0.0.0/8
    switch   edge:old 192.0.2.1
    metrics  -        127.0.0.1 ::1
    read     bob:pw   any
    operator alice:pw 10.0.0.0/8
    read     alice:pw any`);

  it.each([
    ['fs:old', '10.1.2.3', ['switch']],
    ['fs:new', '10.1.2.3', ['switch']],
    ['fs:new', '11.1.2.3', []],
    ['fs:old', 'fd00::1', ['switch']],
    ['fs:new', 'fd00::1', []],
    ['fs:old', '::ffff:10.9.9.9', ['switch']],
    ['fs:old', '::ffff:11.9.9.9', []],
    ['edge:old', '192.0.2.1', ['switch']],
    ['edge:new', '192.0.2.1', []],
    ['bob:pw', '203.0.113.9', ['read']],
    ['bob:pw', '::ffff:127.0.0.1', ['metrics', 'read']],
    ['alice:pw', '10.0.0.1', ['metrics', 'read', 'operator']],
    ['alice:pw', '203.0.113.9', ['read']],
    [undefined, '127.0.0.1', ['metrics']],
    [undefined, '::1', ['metrics']],
    [undefined, '127.0.0.2', []],
    ['nobody:pw', '10.0.0.1', []],
    ['fs:old', '', []],
    ['fs:old', 'fe80::1%eth0', []],
  ] as const)('%s from %s may %j', (text, address, roles) => {
    expect(rolesOf(rules, text, address)).toEqual(roles);
    // Asked again, from memory.
    expect(rolesOf(rules, text, address)).toEqual(roles);
  });

  it('know the header that carries credentials, and no other text for it', () => {
    expect(rules.ofHeader(basic('fs:new'))?.password).toBe('new');
    for (const header of ['', 'fs:new', basic('fs:newer'), basic('fs:new').toLowerCase(), ` ${basic('fs:new')}`]) {
      expect(rules.ofHeader(header)).toBeUndefined();
    }
    expect(rules.ofText(basic('fs:new'))).toBeUndefined();
  });

  it('know all passwords of a user, each with an id that lasts as long as the salt', () => {
    expect(rules.ofUser('fs').map(({ password }) => password)).toEqual(['old', 'new']);
    expect(rules.ofUser('')).toEqual([]);
    const [before, after] = [rules, rulesOf('switch fs:new any')].map((it) => it.ofText('fs:new')?.id);
    expect(after).toBe(before);
    expect(rules.ofText('fs:old')?.id).not.toBe(before);
  });

  it('tell a wrong role from a wrong place', () => {
    const alice = rules.ofText('alice:pw')!;
    expect(ACCESS_ROLES.filter((role) => rules.isFor(alice, role))).toEqual(['metrics', 'read', 'operator']);
  });

  it('remember a bounded number of addresses, and are right about each', () => {
    for (let at = 0; at < 3_000; at += 1) {
      const address = `${at % 2 === 0 ? 10 : 11}.0.${at >> 8}.${at & 255}`;
      expect(rolesOf(rules, 'fs:new', address)).toEqual(at % 2 === 0 ? ['switch'] : []);
    }
  });
});

describe('the one credential', () => {
  it('may do everything from everywhere, and without it everybody may', () => {
    const one = new AccessRules([ruleForAll({ user: 'fs', password: 'a:b' })], SALT);
    expect(rolesOf(one, 'fs:a:b', '203.0.113.9')).toEqual(ACCESS_ROLES);
    expect(rolesOf(one, undefined, '203.0.113.9')).toEqual([]);
    expect(rolesOf(new AccessRules([ruleForAll(undefined)], SALT), undefined, '')).toEqual(ACCESS_ROLES);
  });
});
