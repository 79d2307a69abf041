import { expect, it, vi } from 'vitest';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { startCli } from '../support/run-cli.ts';
import { sharing } from '../support/live-switch.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

it('a gateway is drained by one process, while another serves: Ctrl-C, the countdown, and safe to unplug', async () => {
  const inventory = temporaryInventory(sharing({ gw1: 1 }, 'answer_timeout_seconds = 1'));
  const server = await serveProcess(['--database', inventory.path]);
  const fs = await FakeFreeswitch.start({
    hostname: 'fs1',
    timers: scaledTimers(1),
    lookup: { port: server.port },
  });
  try {
    inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
    await vi.waitFor(() => {
      expect(server.stderr()).toContain('switch fs1 is listened to');
    }, 10_000);
    fs.setGateway('gw1', { answerAfterMs: 100 });
    const call = fs.startCall({ number: '9980' });
    const args = ['gateway', 'drain', 'gw1', '--wait', '--database', inventory.path];
    const drain = () => startCli([...args, '--listen', `127.0.0.1:${server.port}`], { timeoutMs: 20_000 });
    const interrupted = drain();
    await vi.waitFor(() => {
      expect(interrupted.stderr()).toContain('1 call on fs1');
    }, 10_000);
    interrupted.child.kill('SIGINT');
    const first = await interrupted.ended;
    expect(first).toMatchObject({ status: 1, signal: null });
    expect(first.stderr).toMatch(
      /no longer watched; .*\n(?: {2}.*\n)*it still drains; .*: trunkhunt gateway enable gw1\n$/,
    );
    const second = drain();
    await vi.waitFor(() => {
      expect(second.stderr()).toContain('1 call on fs1');
    }, 10_000);
    // It takes a look every second: whoever hangs up in between is seen to have gone.
    call.hangUp();
    const end = await second.ended;
    expect(end).toMatchObject({ status: 0, stdout: 'gw1: safe to unplug: no call is left on fs1\n' });
    expect(await fs.call({ number: '9980' })).toMatchObject({ answered: false, tried: [] });
  } finally {
    await server.stop();
    await fs.stop();
  }
});
