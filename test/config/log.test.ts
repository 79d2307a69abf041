import type * as Pino from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { createLog } from '../../src/config/log.ts';

/** What would go to standard error. */
const lines = vi.hoisted((): string[] => []);
vi.mock('pino', async (original) => ({
  ...(await original<typeof Pino>()),
  destination: ({ fd }: { fd: number }) => ({
    on: () => undefined,
    write: (line: string) => lines.push(`${fd} ${line}`),
  }),
}));

beforeEach(() => {
  lines.length = 0;
});

const onlyLine = (): string => {
  expect(lines).toHaveLength(1);
  return lines[0]!;
};

describe('the log', () => {
  it('has one line of JSON for each event, on standard error', () => {
    createLog('info').warn({ gateway: 'gw1' }, 'it is down');
    const line = onlyLine();
    expect(line).toMatch(/^2 \{.*\}\n$/);
    expect(JSON.parse(line.slice(2))).toMatchObject({ level: 40, gateway: 'gw1', msg: 'it is down' });
  });

  it('has what its level lets through', () => {
    const log = createLog('warn');
    log.debug({}, 'no');
    log.info({}, 'no');
    log.warn({}, 'yes');
    log.error({}, 'yes');
    createLog('silent').error({}, 'no');
    expect(lines.map((line) => (JSON.parse(line.slice(2)) as { msg: string }).msg)).toEqual(['yes', 'yes']);
  });

  it.each(['password', 'credentials', 'authorization', 'eslPassword'])(
    'never shows %s, as deep as events go',
    (name) => {
      const secret = { [name]: 'hushcanary', kept: 'shown' };
      const log = createLog('info');
      for (const data of [secret, { a: secret }, { a: { b: secret } }, { list: [secret] }]) {
        lines.length = 0;
        log.info(data, 'x');
        expect(onlyLine()).not.toContain('hushcanary');
        expect(onlyLine()).toContain('[redacted]');
        expect(onlyLine()).toContain('shown');
      }
    },
  );

  it('never shows a secret of settings that are logged whole', () => {
    createLog('info').info({ settings: { credentials: { user: 'fs', password: 'hushcanary' } } }, 'x');
    expect(onlyLine()).not.toContain('hushcanary');
  });

  it('cannot be given a second line by what is in an event', () => {
    createLog('info').info({ number: '1\n{"level":60}' }, 'a\nb');
    expect(onlyLine().trimEnd()).not.toContain('\n');
  });
});

describe('the log for people', () => {
  it('has one line for each event: time, level, message, data', () => {
    createLog('info', 'pretty').warn({ gateway: 'gw1', faults: 3, why: 'it fails' }, 'gateway gw1 is ejected');
    expect(onlyLine()).toMatch(
      /^2 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN {2}gateway gw1 is ejected gateway=gw1 faults=3 why="it fails"\n$/,
    );
  });

  it('takes out the same secrets', () => {
    createLog('info', 'pretty').info({ settings: { credentials: 'hushcanary' } }, 'x');
    expect(onlyLine()).toMatch(/ x settings=\{"credentials":"\[redacted\]"\}\n$/);
  });

  it('stays one line, and leaves the terminal alone, whatever is in an event', () => {
    createLog('info', 'pretty').info({ number: '1\n2\u001b[2J\u009b2J\u202e' }, 'a\nb\u001b[31m');
    expect(onlyLine().slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(onlyLine()).toContain('a\\u000ab\\u001b[31m number="1\\n2\\u001b[2J\\u009b2J\\u202e"');
  });
});
