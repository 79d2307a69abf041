import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { startServer } from '../support/start-server.ts';

describe('health', () => {
  const health = (port: number, ...args: string[]) => runProgram(['health', '--listen', `127.0.0.1:${port}`, ...args]);

  it('is 0 while an inventory is served, whatever the password is', async () => {
    const server = await startServer('', { credentials: { user: 'fs', password: 'secret-hushcanary' } });
    try {
      expect(await health(server.port)).toEqual({ status: 0, stdout: 'ready, generation 1\n', stderr: '' });
      const { stdout, stderr } = await health(server.port, '--json');
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({ ready: true, message: 'ready, generation 1' });
      // A container has the address in a variable; what is listened on everywhere is asked at loopback.
      const environment = { TRUNKHUNT_LISTEN: `0.0.0.0:${server.port}` };
      expect(await runCli(['health'], { environment })).toMatchObject({ status: 0, signal: null });
    } finally {
      await server.stop();
    }
  });

  it('is 1 while none is served', async () => {
    const server = await startServer("INSERT INTO routes (context, group_name) VALUES ('default', 'nobody')");
    try {
      expect(await health(server.port)).toMatchObject({ status: 1, stdout: '' });
      const { status, stdout } = await health(server.port, '--json');
      expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ ready: false })]);
    } finally {
      await server.stop();
    }
  });

  it('is 1 where nobody listens, and says so', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const { status, stdout, stderr } = await health(port);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/does not answer: .*ECONNREFUSED/);
    const json = await health(port, '--json');
    expect(json).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ ready: false });
  });

  it('is 1 where somebody listens who never answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      expect(await health((silent.address() as AddressInfo).port)).toMatchObject({ status: 1, stdout: '' });
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});
