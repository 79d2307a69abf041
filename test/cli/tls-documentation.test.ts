import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { curl, isCurlMissing } from '../support/curl.ts';
import { runProgram } from '../support/run-program.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { HANDSHAKE_FAILURES } from '../../src/metrics/tls-metrics.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/tls.md', import.meta.url)), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block);

/** The program of Debian's package openssl, which CI has. */
function isOpensslMissing(): boolean {
  if (process.env['CI'] === 'true' || spawnSync('openssl', ['version']).status === 0) return false;
  process.stdout.write('skipped: these tests need openssl (Debian: apt-get install openssl)\n');
  return true;
}

const words = (line: string) => line.trim().split(/ +/).slice(1);

describe('docs/tls.md', () => {
  it.skipIf(isOpensslMissing() || isCurlMissing())('has an authority in six commands that work', async () => {
    const { folder, path } = temporaryInventory();
    const commands = BLOCKS.find((block) => block.startsWith('openssl'))!;
    expect(commands.trim().split('\n').length).toBe(6);
    const script = commands.replace('IP:192.0.2.20', 'IP:127.0.0.1');
    const made = spawnSync('sh', ['-ec', script], { cwd: folder, encoding: 'utf8' });
    expect([made.status, made.stdout]).toEqual([0, 'server.pem: OK\nfs1.pem: OK\n']);
    const serve = words(BLOCKS.find((block) => block.startsWith('trunkhunt serve'))!).slice(1);
    const server = await serveProcess(['--database', path, ...serve], { folder });
    const url = `https://127.0.0.1:${server.port}/readyz`;
    const shown = ['--cert', join(folder, 'fs1.pem'), '--key', join(folder, 'fs1.key')];
    try {
      const ca = ['--cacert', join(folder, 'ca.pem')];
      expect(await curl(...ca, ...shown, url)).toMatchObject({ error: 0, body: 'ready, generation 1\n' });
      expect((await curl(...ca, url)).error).toBeGreaterThan(0);
      // The server's own certificate is none of a client, though the authority is the same.
      const own = ['--cert', join(folder, 'server.pem'), '--key', join(folder, 'server.key')];
      expect((await curl(...ca, ...own, url)).error).toBeGreaterThan(0);
      const asked = words(BLOCKS.find((block) => block.startsWith('trunkhunt gateway list'))!)
        .map((word) => word.replace('trunkhunt.example.org:8080', `127.0.0.1:${server.port}`).replace(/^jo/, 'fs1'))
        .map((word) => (/\.(?:pem|key)$/.test(word) ? join(folder, word) : word));
      const list = await runProgram(asked, { TRUNKHUNT_DATABASE: path });
      expect([list.status, list.stderr]).toEqual([0, '']);
    } finally {
      await server.stop();
    }
  });

  it('has a configuration of FreeSWITCH that verifies both sides', async () => {
    const { status, stdout } = await runProgram(words(BLOCKS.find((it) => it.startsWith('trunkhunt xml-curl-conf'))!));
    expect(status).toBe(0);
    const table = [...PAGE.matchAll(/^\| `((?:enable|ssl)[^|]*)` \|/gm)].flatMap(([, names = '']) =>
      names.split('`, `'),
    );
    expect(table.length).toBe(5);
    for (const name of table) expect(stdout).toContain(`name="${name}"`);
  });

  it('explains each reason that a handshake fails for', () => {
    const section = PAGE.slice(PAGE.indexOf('## What goes wrong'));
    const reasons = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason);
    expect(reasons).toEqual([...HANDSHAKE_FAILURES]);
  });
});
