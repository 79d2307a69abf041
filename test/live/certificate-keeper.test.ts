import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CertificateKeeper } from '../../src/live/certificate-keeper.ts';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { copyPair, tlsFixture, tlsText } from '../support/tls-fixture.ts';
import { CollectingLog } from './collecting-log.ts';

const IN_2026 = Date.parse('2026-01-01T00:00:00Z');
const NOT_TAKEN = 'error the new certificate files are not taken, the last good ones are served';
const TAKEN = 'info a new certificate is served';

/** A keeper over copies of fixtures, whose next look comes when the test says so. */
async function keeperOf(name: string, clientCa?: 'client-ca.pem' | 'expired-client-ca.pem') {
  const folder = temporaryFolder();
  const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  const tlsClientCa = clientCa === undefined ? undefined : join(folder, 'ca.pem');
  copyPair(name, files);
  if (clientCa !== undefined) copyFileSync(tlsFixture(clientCa), join(folder, 'ca.pem'));
  const log = new CollectingLog();
  const metrics = new ServerMetrics('0', 'v0');
  let nowMs = IN_2026;
  let next: (() => void) | undefined;
  let scheduled: () => void = () => undefined;
  const keeper = await CertificateKeeper.open({
    paths: { ...files, tlsClientCa },
    log,
    metrics: metrics.tls,
    nowMs: () => nowMs,
    after: (_delayMs, run) => {
      next = run;
      scheduled();
      return () => {
        next = undefined;
      };
    },
  });
  const served: string[] = [];
  keeper.onRenewed(({ cert }) => served.push(cert));
  await keeper.start();
  return {
    keeper,
    folder,
    files,
    log,
    /** What is served from the start, and what was served since. */
    served: () => [keeper.served.cert, ...served],
    look: () =>
      new Promise<void>((resolve) => {
        scheduled = resolve;
        next!();
      }),
    isWaiting: () => next !== undefined,
    setDay: (day: string) => {
      nowMs = Date.parse(`${day}T00:00:00Z`);
    },
    metric: async (metric: string, labels = {}) =>
      sampleValue(parseMetrics(await metrics.text()), `trunkhunt_tls_${metric}`, labels),
  };
}

describe('certificates that are renewed', () => {
  it('are taken when both files fit, whichever was written first, and nothing is said in between', async () => {
    for (const first of ['tlsCert', 'tlsKey'] as const) {
      const { files, look, served, log, metric } = await keeperOf('server');
      await look();
      expect([served(), log.news()]).toEqual([[tlsText('server.pem')], []]);
      const part = first === 'tlsCert' ? 'renewed.pem' : 'renewed.key';
      copyFileSync(tlsFixture(part), files[first]);
      await look();
      expect(served()).toEqual([tlsText('server.pem')]);
      copyPair('renewed', files);
      await look();
      expect(served()).toEqual([tlsText('renewed.pem'), tlsText('renewed.pem')]);
      expect(log.news()).toEqual([TAKEN]);
      expect(await metric('certificate_expiry_timestamp_seconds', { certificate: 'server' })).toBe(
        Date.parse('2125-01-01T00:00:00Z') / 1000,
      );
      expect(await metric('last_reload_successful')).toBe(1);
    }
  });

  it('are noticed where a symlink is swapped', async () => {
    const { folder, files, look, served } = await keeperOf('server');
    for (const name of ['server', 'renewed']) {
      mkdirSync(join(folder, name));
      copyPair(name, { tlsCert: join(folder, name, 'cert.pem'), tlsKey: join(folder, name, 'key.pem') });
    }
    const link = (name: string) => {
      symlinkSync(name, join(folder, 'new'));
      renameSync(join(folder, 'new'), join(folder, 'live'));
    };
    link('server');
    for (const [file, path] of [
      ['cert.pem', files.tlsCert],
      ['key.pem', files.tlsKey],
    ] as const) {
      rmSync(path);
      symlinkSync(join('live', file), path);
    }
    await look();
    expect(served().length).toBe(1);
    link('renewed');
    await look();
    expect(served()).toEqual([tlsText('renewed.pem'), tlsText('renewed.pem')]);
  });

  it('that do not fit leave the last good ones serving, which is said once, and the next good ones are taken', async () => {
    const { files, look, served, log, metric } = await keeperOf('server');
    copyFileSync(tlsFixture('client.key'), files.tlsKey);
    await look();
    expect([log.news(), await metric('last_reload_successful')]).toEqual([[], 1]);
    await look();
    await look();
    await look();
    expect(log.news()).toEqual([NOT_TAKEN]);
    expect(await metric('last_reload_successful')).toBe(0);
    writeFileSync(files.tlsCert, '');
    await look();
    await look();
    expect(log.news()).toEqual([NOT_TAKEN]);
    rmSync(files.tlsCert);
    await look();
    await look();
    expect(log.news()).toEqual([NOT_TAKEN]);
    expect(served()).toEqual([tlsText('server.pem')]);
    copyPair('renewed', files);
    await look();
    expect([log.news(), await metric('last_reload_successful')]).toEqual([[TAKEN], 1]);
    expect(served()[0]).toBe(tlsText('renewed.pem'));
  });

  it('that are put back are what is served', async () => {
    const { files, look, log, metric } = await keeperOf('server');
    writeFileSync(files.tlsKey, 'x');
    await look();
    await look();
    copyPair('server', files);
    await look();
    expect(log.news()).toEqual([NOT_TAKEN, 'info the certificate files are again those that are served']);
    expect(await metric('last_reload_successful')).toBe(1);
  });

  it('are looked at, and objected to, at once when somebody asks for it', async () => {
    const { keeper, files, log, served } = await keeperOf('server');
    await keeper.lookNow();
    expect(log.news()).toEqual(['info the certificate files are those that are served']);
    copyFileSync(tlsFixture('renewed.pem'), files.tlsCert);
    await keeper.lookNow();
    expect(log.news()).toEqual([NOT_TAKEN]);
    copyPair('renewed', files);
    await Promise.all([keeper.lookNow(), keeper.lookNow()]);
    expect(served().length).toBe(2);
  });

  it('are not taken where they are out of date and those that are served are not', async () => {
    const { files, look, served, log, setDay } = await keeperOf('server');
    copyPair('expired', files);
    await look();
    await look();
    expect([served().length, log.news()]).toEqual([1, [NOT_TAKEN]]);
    copyPair('early', files);
    await look();
    await look();
    expect([served().length, log.news()]).toEqual([1, [NOT_TAKEN]]);
    // The time has come: nobody has to touch the files again.
    setDay('2125-06-01');
    await look();
    expect(served()[0]).toBe(tlsText('early.pem'));
  });

  it('include the authorities of clients', async () => {
    const { folder, look, keeper, metric } = await keeperOf('server', 'client-ca.pem');
    const expiry = () => metric('certificate_expiry_timestamp_seconds', { certificate: 'client_ca' });
    expect(await expiry()).toBe(Date.parse('2126-01-01T00:00:00Z') / 1000);
    const both = tlsText('client-ca.pem') + tlsText('expired-client-ca.pem');
    writeFileSync(join(folder, 'ca.pem'), both);
    await look();
    expect(keeper.served.clientCa).toBe(tlsText('client-ca.pem'));
    writeFileSync(join(folder, 'ca.pem'), tlsText('client-ca.pem') + tlsText('ca.pem'));
    await look();
    expect(keeper.served.clientCa).toContain(tlsText('ca.pem'));
  });
});

describe('what is doubtful', () => {
  it('is said at the start and served', async () => {
    const { log, served } = await keeperOf('expired');
    expect(log.news()).toEqual(['error a certificate is out of date']);
    expect(served()).toEqual([tlsText('expired.pem')]);
  });

  it('is said once when a certificate expires, and over when it is renewed', async () => {
    const { files, look, log, setDay, served, metric } = await keeperOf('server');
    expect(log.news()).toEqual([]);
    setDay('2126-06-01');
    await look();
    await look();
    expect(log.news()).toEqual(['error a certificate is out of date']);
    // It is no better, but no worse either.
    copyPair('renewed', files);
    await look();
    expect(log.news()).toEqual([TAKEN, 'error a certificate is out of date']);
    expect(served()[0]).toBe(tlsText('renewed.pem'));
    expect(await metric('certificate_expiry_timestamp_seconds', { certificate: 'server' })).toBeLessThan(4.92e9);
  });

  it('is a key that everybody can read', async () => {
    const { files, look, log } = await keeperOf('server');
    copyPair('renewed', files);
    chmodSync(files.tlsKey, 0o644);
    await look();
    expect(log.news()).toEqual([TAKEN, 'warn the certificate files are served, with doubts']);
  });
});

it('a keeper that is stopped looks no more', async () => {
  const { keeper, isWaiting, look } = await keeperOf('server');
  expect(isWaiting()).toBe(true);
  await look();
  keeper.stop();
  expect(isWaiting()).toBe(false);
});

it('files that do not do are refused at the start, all problems at once', async () => {
  const metrics = new ServerMetrics('0', 'v0');
  const paths = { tlsCert: tlsFixture('client.key'), tlsKey: tlsFixture('client.pem') };
  const opened = CertificateKeeper.open({
    paths,
    log: new CollectingLog(),
    metrics: metrics.tls,
    nowMs: () => 0,
    after: () => () => undefined,
  });
  await expect(opened).rejects.toThrow(/tls-file-invalid[^]*tls-file-invalid/);
  expect(await metrics.text()).not.toMatch(/^trunkhunt_tls/m);
});
