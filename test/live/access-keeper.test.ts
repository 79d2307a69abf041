import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ListenAddress } from '../../src/config/listen-address.ts';
import type { OperatorError } from '../../src/errors/operator-error.ts';
import { AccessKeeper } from '../../src/live/access-keeper.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';

const PASSWORD = 'canary-of-some-length';
const EVERYWHERE: ListenAddress = { host: '0.0.0.0', port: 80 };

describe('the file of access rules', () => {
  let path: string;
  let log: CollectingLog;
  let isInForce: boolean;
  let look: (() => void) | undefined;

  beforeEach(() => {
    path = join(temporaryFolder(), 'access');
    log = new CollectingLog();
    isInForce = true;
    look = undefined;
  });

  const write = (text: string, mode = 0o600) => {
    writeFileSync(path, text);
    chmodSync(path, mode);
  };
  const keep = (listen?: ListenAddress) =>
    new AccessKeeper({
      path,
      credentials: undefined,
      listen,
      salt: Buffer.from('salt'),
      log,
      fileRead: (is) => (isInForce = is),
      after: (_delayMs, run) => {
        look = run;
        return () => (look = undefined);
      },
    });
  const knows = (keeper: AccessKeeper, user: string) => keeper.rules.ofUser(user).length > 0;

  it('is in force as it is written, beside the one credential', () => {
    write(`switch fs:${PASSWORD} any`);
    const keeper = keep();
    expect([knows(keeper, 'fs'), knows(keeper, 'other'), log.news()]).toEqual([true, false, []]);
  });

  it('has to be right at the start', () => {
    const codes = (listen?: ListenAddress) => {
      try {
        keep(listen);
        return [];
      } catch (error) {
        expect((error as OperatorError).message).not.toContain('canary');
        return (error as OperatorError).findings.map(({ code, where }) => `${code} ${where.replace(path, 'f')}`);
      }
    };
    expect(codes()).toEqual(['settings-file-unreadable TRUNKHUNT_ACCESS_FILE']);
    write(`switch canary\nread - any\nroot fs:${PASSWORD} any`);
    expect(codes()).toEqual(['access-rule-invalid f:1', 'access-rule-invalid f:1', 'access-rule-invalid f:3']);
    write('read - any');
    expect([codes(), codes(EVERYWHERE)]).toEqual([[], ['listen-without-credentials f:1']]);
  });

  it('is warned of where everybody can read it, and where a password is short', () => {
    write('switch fs:canary any', 0o644);
    keep();
    const news = log.news();
    expect(news.map((line) => line.split(' at ')[0])).toEqual([
      'warn warning access-file-exposed',
      'warn warning access-password-short',
    ]);
    expect(news.join()).not.toContain('canary');
  });

  it('is taken over once it has changed and stays so', () => {
    write(`switch fs:${PASSWORD} any`);
    const keeper = keep();
    keeper.start();
    look?.();
    expect(log.news()).toEqual([]);
    writeFileSync(`${path}.new`, `switch other:${PASSWORD} any`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    look?.();
    expect(knows(keeper, 'other')).toBe(false);
    look?.();
    expect([knows(keeper, 'other'), knows(keeper, 'fs')]).toEqual([true, false]);
    expect(log.news()).toEqual(['info access rules taken over']);
    look?.();
    expect(log.news()).toEqual([]);
  });

  it.each([
    [
      'broken',
      () => {
        write('switch canary any');
      },
    ],
    [
      'emptied',
      () => {
        write('');
      },
    ],
    [
      'open to everybody',
      () => {
        write('read - any');
      },
    ],
    [
      'gone',
      () => {
        rmSync(path);
      },
    ],
  ])('is not taken over where it is %s: the rules before stay, and it is told once', (_what, harm) => {
    write(`switch fs:${PASSWORD} any`);
    const keeper = keep(EVERYWHERE);
    keeper.start();
    harm();
    for (let at = 0; at < 5; at += 1) look?.();
    const news = log.news();
    expect([knows(keeper, 'fs'), isInForce, news.length]).toEqual([true, false, 1]);
    expect(news[0]).toMatch(/^error access rules not taken over, those before stay in force:\nproblem /);
    expect(news[0]).not.toContain('canary');
    write(`switch again:${PASSWORD} any`);
    for (let at = 0; at < 5; at += 1) look?.();
    expect([knows(keeper, 'again'), isInForce]).toEqual([true, true]);
  });

  it('is read at once where that is asked for, changed or not', () => {
    write(`switch fs:${PASSWORD} any`);
    const keeper = keep();
    keeper.readAgain();
    write(`switch other:${PASSWORD} any`);
    keeper.readAgain();
    expect([knows(keeper, 'other'), log.news()]).toEqual([
      true,
      ['info access rules taken over', 'info access rules taken over'],
    ]);
  });

  it('is not looked at after the end', () => {
    write(`switch fs:${PASSWORD} any`);
    const keeper = keep();
    keeper.start();
    keeper.stop();
    expect(look).toBeUndefined();
    keeper.start();
    expect(look).toBeUndefined();
  });
});
