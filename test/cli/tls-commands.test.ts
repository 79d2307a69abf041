import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { curl, isCurlMissing } from '../support/curl.ts';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { copyPair, tlsFixture, tlsFlags } from '../support/tls-fixture.ts';

const SQL = "INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1')";
const CLIENT = ['--tls-client-cert', tlsFixture('client.pem'), '--tls-client-key', tlsFixture('client.key')];

describe('a server that speaks TLS, and the commands that ask it', () => {
  it('find each other by the very certificate, or by its authority and the name', async () => {
    const { path } = temporaryInventory(SQL);
    const server = await serveProcess(['--database', path, ...tlsFlags('server')]);
    const ask = (...flags: string[]) => {
      const listen = flags.includes('--listen') ? [] : ['--listen', `127.0.0.1:${server.port}`];
      return runProgram(['gateway', 'list', '--live', ...listen, ...flags], { TRUNKHUNT_DATABASE: path });
    };
    const certOf = (name: string) => ['--tls-cert', tlsFixture(`${name}.pem`)];
    const caOf = (name: string) => ['--tls-ca', tlsFixture(`${name}.pem`)];
    try {
      for (const flags of [certOf('server'), caOf('ca'), [...caOf('ca'), ...certOf('elsewhere')]]) {
        const { status, stdout, stderr } = await ask(...flags);
        expect([status, stderr]).toEqual([0, '']);
        expect(stdout).toContain('gw1');
      }
      expect((await ask(...caOf('ca'), '--listen', `localhost:${server.port}`)).status).toBe(0);
      for (const flags of [certOf('renewed'), caOf('client-ca'), certOf('elsewhere')]) {
        const { status, stdout, stderr } = await ask(...flags);
        expect([status, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(/server-untrusted at https:\/\/127\.0\.0\.1:\d+\n[^]*Fix: /);
      }
      expect((await ask()).stderr).toMatch(/server-unreachable at http:[^]*speaks https/);
      expect((await ask('--tls-cert', '/nowhere')).stderr).toMatch(/tls-file-unreadable[^]*--tls-ca/);
      expect((await ask('--tls-ca', tlsFixture('client.key'))).stderr).toContain('tls-file-invalid');
      const health = (...flags: string[]) => runProgram(['health', '--listen', `127.0.0.1:${server.port}`, ...flags]);
      expect(await health(...certOf('server'))).toMatchObject({ status: 0, stdout: 'ready, generation 1\n' });
      const doubted = await health(...certOf('renewed'));
      expect([doubted.status, doubted.stderr]).toEqual([1, expect.stringContaining('another certificate')]);
    } finally {
      await server.stop();
    }
  });

  it('show certificates to it where it wants them', async () => {
    const { path } = temporaryInventory(SQL);
    // Beyond loopback without a password: whoever has a certificate is known.
    const flags = ['--database', path, '--listen', '0.0.0.0:0', '--tls-client-ca', tlsFixture('client-ca.pem')];
    const server = await serveProcess([...flags, ...tlsFlags('server')]);
    try {
      const TRUNKHUNT_TLS_CERT = tlsFixture('server.pem');
      const ask = (...args: string[]) =>
        runProgram(['switches', '--json', '--listen', `127.0.0.1:${server.port}`, ...args], { TRUNKHUNT_TLS_CERT });
      expect(await ask(...CLIENT)).toMatchObject({ status: 0, stderr: '' });
      const environment = {
        TRUNKHUNT_TLS_CERT,
        TRUNKHUNT_TLS_CLIENT_CERT: tlsFixture('client.pem'),
        TRUNKHUNT_TLS_CLIENT_KEY: tlsFixture('client.key'),
        TRUNKHUNT_LISTEN: `0.0.0.0:${server.port}`,
      };
      expect(await runCli(['health'], { environment })).toMatchObject({ status: 0, stderr: '' });
      const without = await ask();
      expect([without.status, without.stdout]).toEqual([
        1,
        expect.stringContaining('wants to see a client certificate'),
      ]);
      const pair = (cert: string, key: string) => [
        ...['--tls-client-cert', tlsFixture(`${cert}.pem`), '--tls-client-key', tlsFixture(`${key}.key`)],
      ];
      expect((await ask(...pair('stranger', 'stranger'))).stdout).toContain('server-unreachable');
      expect((await ask(...pair('stranger', 'client'))).stdout).toContain('tls-file-invalid');
    } finally {
      await server.stop();
    }
  });

  it('says what is in force, and nothing of the key', async () => {
    const { status, stdout } = await runCli(['serve', '--print-config', ...tlsFlags('server')]);
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({
        tlsCert: tlsFixture('server.pem'),
        tlsKey: tlsFixture('server.key'),
        tlsClientCa: 'none',
      }),
    ]);
    const broken = ['serve', '--tls-cert', tlsFixture('server.pem'), '--tls-key', tlsFixture('client.key')];
    const refused = await runCli(broken);
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('tls-key-mismatch at TRUNKHUNT_TLS_KEY');
  });
});

describe.skipIf(isCurlMissing())('a server whose certificate is renewed', () => {
  it('serves the new one by itself, or at once on a SIGHUP', async () => {
    const { path, folder } = temporaryInventory(SQL);
    const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
    copyPair('expired', files);
    const server = await serveProcess(['--database', path, '--tls-cert', files.tlsCert, '--tls-key', files.tlsKey]);
    const url = `https://127.0.0.1:${server.port}/readyz`;
    const verified = async () => (await curl('--cacert', tlsFixture('ca.pem'), url)).error;
    try {
      // It expired: loud in the log, and whoever does not verify goes on.
      expect(server.stderr()).toMatch(/"level":50[^\n]*tls-out-of-date[^\n]*a certificate is out of date/);
      expect([await verified(), (await curl('--insecure', url)).error]).toEqual([60, 0]);
      copyPair('server', files);
      await vi.waitFor(
        async () => {
          expect(await verified()).toBe(0);
        },
        { timeout: 15_000, interval: 200 },
      );
      copyFileSync(tlsFixture('renewed.pem'), files.tlsCert);
      server.child.kill('SIGHUP');
      await vi.waitFor(
        () => {
          expect(server.stderr()).toContain('tls-key-mismatch');
        },
        { timeout: 10_000 },
      );
      expect(await verified()).toBe(0);
      copyPair('renewed', files);
      server.child.kill('SIGHUP');
      await vi.waitFor(
        () => {
          expect(server.stderr().match(/a new certificate is served/g)?.length).toBe(2);
        },
        { timeout: 10_000 },
      );
      expect(await verified()).toBe(0);
      expect(server.stderr()).not.toContain('PRIVATE KEY');
    } finally {
      expect(await server.stop()).toMatchObject({ status: 0, signal: null });
    }
  });
});
