import { describe, expect, it } from 'vitest';

import { LOG_LEVELS } from '../../src/config/given-settings.ts';
import type { SettingFlags } from '../../src/config/setting-sources.ts';
import { describeSettings, readSettings, type SettingPurpose, type Settings } from '../../src/config/settings.ts';
import type { Finding } from '../../src/errors/finding.ts';
import { OperatorError } from '../../src/errors/operator-error.ts';

type Environment = Readonly<Record<string, string>>;
const FILES: Readonly<Record<string, string>> = {
  '/run/secrets/c': 'fs:hushcanary:x\n',
  '/crlf': 'fs:hushcanary\r\n',
  '/two': 'a:b\nc:d\n',
};

function read(environment: Environment = {}, flags: SettingFlags = {}, purpose: SettingPurpose = 'listen'): Settings {
  const readFile = (path: string): string => {
    const text = FILES[path];
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return text;
  };
  return readSettings({ flags, environment, readFile }, purpose);
}

function findingsOf(environment: Environment, flags: SettingFlags = {}): readonly Finding[] {
  try {
    read(environment, flags);
  } catch (error) {
    if (error instanceof OperatorError) return error.findings;
    throw error;
  }
  return [];
}

const placesOf = (environment: Environment, flags: SettingFlags = {}): string[] =>
  findingsOf(environment, flags).map(({ code, where }) => `${code} ${where}`);

describe('settings', () => {
  it('have defaults that reach no other machine', () => {
    expect(read()).toEqual({
      database: './data/inventory.db',
      state: './data/inventory.db.state',
      listen: { host: '127.0.0.1', port: 8080 },
      credentials: undefined,
      logLevel: 'info',
      logFormat: 'json',
      decisionLog: undefined,
      decisionLogMegabytes: 100,
      decisionLogFiles: 10,
      maskNumbers: 0,
      maxInWork: 1_000,
      maxWaitMs: 250,
      maxConnections: 12_000,
    });
  });

  const variables = {
    TRUNKHUNT_DATABASE: '/v.db',
    TRUNKHUNT_STATE: '/v.state',
    TRUNKHUNT_LISTEN: '[::1]:1',
    TRUNKHUNT_LOG_LEVEL: 'debug',
    TRUNKHUNT_LOG_FORMAT: 'pretty',
    TRUNKHUNT_CREDENTIALS_FILE: '/nowhere',
    TRUNKHUNT_DECISION_LOG: '/v.ndjson',
    TRUNKHUNT_DECISION_LOG_MEGABYTES: '7',
    TRUNKHUNT_DECISION_LOG_FILES: '0',
    TRUNKHUNT_MASK_NUMBERS: '4',
    TRUNKHUNT_MAX_IN_WORK: '0',
    TRUNKHUNT_MAX_WAIT_MS: '100',
    TRUNKHUNT_MAX_CONNECTIONS: '1',
  };

  it("come from variables, and others are nobody's business", () => {
    expect(
      read({ ...variables, TRUNKHUNT_CREDENTIALS_FILE: '/run/secrets/c', PATH: '/bin', trunkhunt_x: 'y' }),
    ).toEqual({
      database: '/v.db',
      state: '/v.state',
      listen: { host: '::1', port: 1 },
      credentials: { user: 'fs', password: 'hushcanary:x' },
      logLevel: 'debug',
      logFormat: 'pretty',
      decisionLog: '/v.ndjson',
      decisionLogMegabytes: 7,
      decisionLogFiles: 0,
      maskNumbers: 4,
      maxInWork: 0,
      maxWaitMs: 100,
      maxConnections: 1,
    });
  });

  it('come from flags before variables', () => {
    const paths = { database: '/f.db', state: '/f.state' };
    const flags = {
      ...paths,
      listen: 'localhost:0',
      logLevel: 'silent',
      logFormat: 'json',
      credentialsFile: '/run/secrets/c',
      decisionLog: '/f.ndjson',
      decisionLogMegabytes: '1',
      decisionLogFiles: '1000',
      maskNumbers: '64',
      maxInWork: '7',
      maxWaitMs: '0',
      maxConnections: '1000000',
    };
    expect(read(variables, flags)).toEqual({
      ...paths,
      listen: { host: 'localhost', port: 0 },
      credentials: { user: 'fs', password: 'hushcanary:x' },
      logLevel: 'silent',
      logFormat: 'json',
      decisionLog: '/f.ndjson',
      decisionLogMegabytes: 1,
      decisionLogFiles: 1000,
      maskNumbers: 64,
      maxInWork: 7,
      maxWaitMs: 0,
      maxConnections: 1_000_000,
    });
  });

  it('name a key file, by flag before variable, and show its name', () => {
    const given = { TRUNKHUNT_KEY_FILE: '/v.keys' };
    expect([read(given).keyFile, read(given, { keyFile: '/f.keys' }).keyFile, read().keyFile]).toEqual([
      '/v.keys',
      '/f.keys',
      undefined,
    ]);
    expect(describeSettings(read(given))).toMatchObject({ keyFile: '/v.keys' });
    expect(placesOf({ TRUNKHUNT_KEY_FILE: '' })).toEqual(['settings-invalid TRUNKHUNT_KEY_FILE']);
  });

  it('name a folder for exports and the switch that they are for, each by flag before variable', () => {
    const given = { TRUNKHUNT_EXPORT_TO: '/v', TRUNKHUNT_EXPORT_SWITCH: 'fs1' };
    expect(read(given)).toMatchObject({ exportTo: '/v', exportSwitch: 'fs1' });
    expect(read(given, { exportTo: '/f', exportSwitch: 'fs2' })).toMatchObject({ exportTo: '/f', exportSwitch: 'fs2' });
    expect(describeSettings(read(given))).toMatchObject({ exportTo: '/v', exportSwitch: 'fs1' });
    expect(describeSettings(read())).not.toHaveProperty('exportTo');
    expect(placesOf({ TRUNKHUNT_EXPORT_TO: '' })).toEqual(['settings-invalid TRUNKHUNT_EXPORT_TO']);
  });

  it('say that a limit of 0 is none', () => {
    const settings = read({ TRUNKHUNT_MAX_IN_WORK: '0', TRUNKHUNT_MAX_WAIT_MS: '0' });
    expect(describeSettings(settings)).toMatchObject({ maxInWork: 'any number', maxWaitMs: 'any time' });
    expect(placesOf({ TRUNKHUNT_MAX_CONNECTIONS: '0' })).toEqual(['settings-invalid TRUNKHUNT_MAX_CONNECTIONS']);
  });

  it('name a file of access rules, which protects as credentials do', () => {
    const beyond = { TRUNKHUNT_LISTEN: '0.0.0.0:80' };
    expect(placesOf(beyond)).toEqual(['listen-without-credentials TRUNKHUNT_LISTEN']);
    const given = { ...beyond, TRUNKHUNT_ACCESS_FILE: '/v' };
    expect(read(given).accessFile).toBe('/v');
    expect(read(given, { accessFile: '/f' }).accessFile).toBe('/f');
    expect(describeSettings(read(given))).toMatchObject({ accessFile: '/v', authentication: 'by the access file' });
    const both = describeSettings(read({ ...given, TRUNKHUNT_CREDENTIALS: 'fs:canary' }));
    expect(both['authentication']).toBe('basic or digest, user fs, password [redacted], and by the access file');
    expect(describeSettings(read())).toMatchObject({ authentication: 'none' });
    expect(placesOf({ TRUNKHUNT_ACCESS_FILE: '' })).toEqual(['settings-invalid TRUNKHUNT_ACCESS_FILE']);
  });

  it.each(LOG_LEVELS)('know the log level %s', (logLevel) => {
    expect(read({ TRUNKHUNT_LOG_LEVEL: logLevel }).logLevel).toBe(logLevel);
  });
});

describe('the file of what is learned', () => {
  it('lies beside the database, wherever that is', () => {
    expect(read({ TRUNKHUNT_DATABASE: '/v.db' }).state).toBe('/v.db.state');
    expect(read({ TRUNKHUNT_DATABASE: '/v.db' }, { database: '/f.db' }).state).toBe('/f.db.state');
    expect(read({ TRUNKHUNT_DATABASE: '/v.db' }, { state: '/f.state' })).toMatchObject({
      database: '/v.db',
      state: '/f.state',
    });
  });

  it.each([
    [{ TRUNKHUNT_DATABASE: '/v.db', TRUNKHUNT_STATE: '/v.db' }, {}],
    [{ TRUNKHUNT_DATABASE: '/v.db', TRUNKHUNT_STATE: '/run/../v.db' }, {}],
    [{ TRUNKHUNT_STATE: 'data/inventory.db' }, {}],
    [{ TRUNKHUNT_DATABASE: '/v.db' }, { state: '//v.db' }],
  ])('is not the inventory, however that is spelt: %j %j', (environment: Environment, flags) => {
    expect(placesOf(environment, flags)).toEqual(['settings-conflict TRUNKHUNT_STATE']);
  });
});

describe('the file of decisions', () => {
  it('is neither the inventory nor what is learned', () => {
    for (const path of ['/v.db', '/v.db.state', '/x/../v.db']) {
      const environment = { TRUNKHUNT_DATABASE: '/v.db', TRUNKHUNT_DECISION_LOG: path };
      expect(placesOf(environment)).toEqual(['settings-conflict TRUNKHUNT_DECISION_LOG']);
    }
    expect(read({ TRUNKHUNT_DATABASE: '/v.db', TRUNKHUNT_DECISION_LOG: '/v.ndjson' }).decisionLog).toBe('/v.ndjson');
    expect(placesOf({ TRUNKHUNT_DECISION_LOG: '' })).toEqual(['settings-invalid TRUNKHUNT_DECISION_LOG']);
  });

  it.each([
    ['TRUNKHUNT_DECISION_LOG_MEGABYTES', '0', '1 to 100000'],
    ['TRUNKHUNT_DECISION_LOG_MEGABYTES', '1.5', '1 to 100000'],
    ['TRUNKHUNT_DECISION_LOG_FILES', '-1', '0 to 1000'],
    ['TRUNKHUNT_DECISION_LOG_FILES', '', '0 to 1000'],
    ['TRUNKHUNT_MASK_NUMBERS', '65', '0 to 64'],
    ['TRUNKHUNT_MASK_NUMBERS', 'four', '0 to 64'],
  ])('%s=%j is no number of these', (name, value, range) => {
    const [finding, ...others] = findingsOf({ [name]: value });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'settings-invalid', where: name });
    expect(finding?.what).toBe(`'${value}' is no whole number from ${range}`);
  });
});

describe('credentials', () => {
  it.each([
    ['fs:p', { user: 'fs', password: 'p' }],
    ['fs:p:q ', { user: 'fs', password: 'p:q ' }],
    ['fs:pässwörd', { user: 'fs', password: 'pässwörd' }],
  ])('%j are user and password', (text, credentials) => {
    expect(read({ TRUNKHUNT_CREDENTIALS: text }).credentials).toEqual(credentials);
  });

  it.each(['', 'fs', 'fs:', ':p', 'a:b\nc:d'])('%j are none', (text) => {
    expect(placesOf({ TRUNKHUNT_CREDENTIALS: text })).toEqual(['settings-invalid TRUNKHUNT_CREDENTIALS']);
  });

  it('from a file may end in a line break, of either kind, and that is no part of the password', () => {
    expect(read({ TRUNKHUNT_CREDENTIALS_FILE: '/run/secrets/c' }).credentials?.password).toBe('hushcanary:x');
    expect(read({ TRUNKHUNT_CREDENTIALS_FILE: '/crlf' }).credentials?.password).toBe('hushcanary');
    expect(placesOf({ TRUNKHUNT_CREDENTIALS_FILE: '/two' })).toEqual(['settings-invalid TRUNKHUNT_CREDENTIALS']);
  });

  it('from a file that cannot be read are a problem, and so are two of them', () => {
    expect(placesOf({ TRUNKHUNT_CREDENTIALS_FILE: '/nowhere' })).toEqual([
      'settings-file-unreadable TRUNKHUNT_CREDENTIALS_FILE',
    ]);
    expect(placesOf({ TRUNKHUNT_CREDENTIALS: 'a:b', TRUNKHUNT_CREDENTIALS_FILE: '/run/secrets/c' })).toEqual([
      'settings-conflict TRUNKHUNT_CREDENTIALS',
    ]);
  });
});

describe('listening beyond loopback', () => {
  const OPEN = 'listen-without-credentials TRUNKHUNT_LISTEN';

  it.each(['0.0.0.0:8080', '[::]:8080', '192.0.2.1:80', 'pbx.example.org:8080'])(
    'at %s takes credentials',
    (listen) => {
      expect(placesOf({ TRUNKHUNT_LISTEN: listen })).toEqual([OPEN]);
      expect(placesOf({ TRUNKHUNT_LISTEN: listen, TRUNKHUNT_CREDENTIALS: 'a:b' })).toEqual([]);
      expect(placesOf({ TRUNKHUNT_LISTEN: listen }, { insecureNoAuth: true })).toEqual([]);
    },
  );

  it('is told of together with whatever else is wrong', () => {
    const open = { TRUNKHUNT_LISTEN: '0.0.0.0:8080' };
    expect(placesOf({ ...open, TRUNKHUNT_TYPO: '1' })).toEqual(['settings-unknown TRUNKHUNT_TYPO', OPEN]);
    expect(placesOf({ TRUNKHUNT_DATABASE: '/v.db', TRUNKHUNT_STATE: '/v.db', TRUNKHUNT_LOG_LEVEL: 'loud' })).toEqual([
      'settings-invalid TRUNKHUNT_LOG_LEVEL',
      'settings-conflict TRUNKHUNT_STATE',
    ]);
    expect(placesOf({ ...open, TRUNKHUNT_LOG_LEVEL: 'loud' }).sort()).toEqual([
      OPEN,
      'settings-invalid TRUNKHUNT_LOG_LEVEL',
    ]);
  });

  it('does not matter to a command that does not listen', () => {
    expect(read({ TRUNKHUNT_LISTEN: '0.0.0.0:8080' }, {}, 'read').listen.host).toBe('0.0.0.0');
  });

  it('is not told of where credentials were meant and are wrong', () => {
    const open = { TRUNKHUNT_LISTEN: '0.0.0.0:8080' };
    expect(placesOf({ ...open, TRUNKHUNT_CREDENTIALS: 'fs' })).toEqual(['settings-invalid TRUNKHUNT_CREDENTIALS']);
    expect(placesOf({ ...open, TRUNKHUNT_CREDENTIALS_FILE: '/nowhere' })).toHaveLength(1);
  });
});

describe('what is wrong with settings', () => {
  it('is told all at once, each with its place and cure', () => {
    const environment = {
      TRUNKHUNT_DATABASE: '',
      TRUNKHUNT_STATE: '',
      TRUNKHUNT_LISTEN: '8080',
      TRUNKHUNT_CREDENTIALS: 'fs',
      TRUNKHUNT_LOG_LEVEL: 'loud',
      TRUNKHUNT_DATABSE: 'x',
      TRUNKHUNT_: 'y',
    };
    expect(placesOf(environment)).toEqual([
      'settings-unknown TRUNKHUNT_',
      'settings-unknown TRUNKHUNT_DATABSE',
      'settings-invalid TRUNKHUNT_DATABASE',
      'settings-invalid TRUNKHUNT_STATE',
      'settings-invalid TRUNKHUNT_LISTEN',
      'settings-invalid TRUNKHUNT_CREDENTIALS',
      'settings-invalid TRUNKHUNT_LOG_LEVEL',
    ]);
    const [, unknown, , , listen, , level] = findingsOf(environment);
    expect(unknown?.fix).toContain('TRUNKHUNT_DATABASE');
    expect(listen?.what).toContain("'8080' is not host:port");
    expect(listen?.fix).toBe('correct TRUNKHUNT_LISTEN or --listen');
    expect(level?.what).toContain('silent');
    expect(level?.fix).toBe('correct TRUNKHUNT_LOG_LEVEL or --log-level');
  });

  it('repeats no secret', () => {
    const secret = 'hushcanary';
    const environments: Environment[] = [
      { TRUNKHUNT_CREDENTIALS: secret },
      { TRUNKHUNT_CREDENTIALS: `a:${secret}\nb:${secret}` },
      { TRUNKHUNT_CREDENTIALS: `a:${secret}`, TRUNKHUNT_CREDENTIALS_FILE: '/run/secrets/c' },
      { TRUNKHUNT_CREDENTIAL: `a:${secret}` },
      { TRUNKHUNT_CREDENTIALS: `a:${secret}`, TRUNKHUNT_LISTEN: 'x' },
    ];
    for (const environment of environments) {
      const findings = findingsOf(environment);
      expect(findings).not.toEqual([]);
      expect(JSON.stringify(findings)).not.toContain(secret);
    }
  });
});

describe('described settings', () => {
  it('say everything but the password', () => {
    const settings = read({ TRUNKHUNT_CREDENTIALS: 'fs:hushcanary', TRUNKHUNT_LISTEN: '[::]:9' });
    expect(describeSettings(settings)).toEqual({
      database: './data/inventory.db',
      state: './data/inventory.db.state',
      listen: '[::]:9',
      authentication: 'basic or digest, user fs, password [redacted]',
      logLevel: 'info',
      logFormat: 'json',
      decisionLog: 'none',
      decisionLogMegabytes: '100',
      decisionLogFiles: '10',
      maskNumbers: '0',
      maxInWork: '1000',
      maxWaitMs: '250',
      maxConnections: '12000',
    });
    expect(JSON.stringify(describeSettings(settings))).not.toContain('hushcanary');
    expect(describeSettings(read())['authentication']).toBe('none');
  });
});

describe('settings of TLS', () => {
  it.each([
    [{ TRUNKHUNT_TLS_CERT: '/c' }, 'settings-incomplete TRUNKHUNT_TLS_CERT'],
    [{ TRUNKHUNT_TLS_KEY: '/k' }, 'settings-incomplete TRUNKHUNT_TLS_KEY'],
    [{ TRUNKHUNT_TLS_CLIENT_CA: '/ca' }, 'settings-incomplete TRUNKHUNT_TLS_CLIENT_CA'],
  ])('%o lack another', (environment, place) => {
    expect(placesOf(environment)).toEqual([place]);
  });

  it('name files that have to do, and all that do not are told at once', () => {
    const environment = { TRUNKHUNT_TLS_CERT: '/crlf', TRUNKHUNT_TLS_KEY: '/nowhere', TRUNKHUNT_TLS_CLIENT_CA: '/two' };
    expect(placesOf(environment).sort()).toEqual([
      'tls-file-invalid TRUNKHUNT_TLS_CERT',
      'tls-file-invalid TRUNKHUNT_TLS_CLIENT_CA',
      'tls-file-unreadable TRUNKHUNT_TLS_KEY',
    ]);
  });

  it("are not read by a command that only asks: the key is the server's", () => {
    const environment = { TRUNKHUNT_TLS_CERT: '/nowhere', TRUNKHUNT_TLS_KEY: '/nowhere' };
    expect(read(environment, {}, 'read')).toMatchObject({ tlsCert: '/nowhere' });
    expect(() => read({ TRUNKHUNT_TLS_CLIENT_CERT: '/c' }, {}, 'read')).toThrow('settings-incomplete');
  });

  it('do not repeat a key that was put in the place of its path', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIGHcanary\n-----END PRIVATE KEY-----\n';
    const findings = findingsOf({ TRUNKHUNT_TLS_CERT: '/c', TRUNKHUNT_TLS_KEY: key });
    expect(findings.map(({ code }) => code)).toEqual(['settings-invalid']);
    expect(JSON.stringify(findings)).not.toContain('canary');
  });

  it('that have clients show certificates let a server listen without a password', () => {
    const environment = { TRUNKHUNT_LISTEN: '0.0.0.0:1', TRUNKHUNT_TLS_CERT: '/c', TRUNKHUNT_TLS_KEY: '/k' };
    expect(placesOf(environment)).toContain('listen-without-credentials TRUNKHUNT_LISTEN');
    const both = { ...environment, TRUNKHUNT_TLS_CLIENT_CA: '/ca' };
    expect(placesOf(both).filter((it) => it.startsWith('listen'))).toEqual([]);
  });
});
