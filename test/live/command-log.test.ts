import { describe, expect, it } from 'vitest';
import { CommandLog } from '../../src/live/command-log.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';

function commandLog() {
  const state = { nowMs: 5 };
  const [metrics, log] = [new NotedMetrics(), new CollectingLog()];
  return { state, metrics, log, commands: new CommandLog('fs1', metrics, log, () => state.nowMs) };
}

describe('a command that was sent', () => {
  it.each(['+OK gateway marked for deletion.', 'Reload XML [Success]\n+OK scan complete\n', '+OK reloaded.\n', ''])(
    'was done where the switch says %j',
    async (reply) => {
      const { commands, metrics, log } = commandLog();
      expect(await commands.note('do it', 'rescan', Promise.resolve(reply))).toBe(true);
      expect(metrics.news()).toEqual(['command fs1 rescan ok']);
      expect(log.news()).toEqual([`info switch fs1: do it: ${reply.trim().split('\n').at(-1) ?? ''}`]);
      expect(commands.recent).toEqual([{ command: 'do it', reply: reply.trim(), isOk: true, atMs: 5 }]);
    },
  );

  it.each([
    '-ERR no such gateway.\n',
    'Reload XML [Success]\n-ERR cannot find config for profile external\n',
    'Invalid Profile [nosuch]',
    '-ERR distributor_ctl Command not found!\n',
    '-err',
  ])('was refused where the switch says %j', async (reply) => {
    const { commands, metrics, log } = commandLog();
    expect(await commands.note('do it', 'killgw', Promise.resolve(reply))).toBe(false);
    expect(metrics.news()).toEqual(['command fs1 killgw refused']);
    expect(log.news()).toEqual([expect.stringMatching(/^warn /)]);
    expect(commands.recent).toMatchObject([{ isOk: false, reply: reply.trim() }]);
  });

  it('has failed where the connection broke: it is written down, and told on', async () => {
    const { commands, metrics } = commandLog();
    const error = new Error('the switch ended the connection');
    await expect(commands.note('do it', 'killgw', Promise.reject(error))).rejects.toBe(error);
    expect(metrics.news()).toEqual(['command fs1 killgw failed']);
    expect(commands.recent).toMatchObject([{ isOk: false, reply: error.message }]);
  });

  it('is among the last ten, newest first, with the time of its reply', async () => {
    const { commands, state } = commandLog();
    for (state.nowMs = 1; state.nowMs <= 12; state.nowMs += 1) {
      await commands.note(`command ${state.nowMs}`, 'rescan', Promise.resolve('+OK'));
    }
    expect(commands.recent.map(({ command, atMs }) => [command, atMs])).toEqual(
      [12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((atMs) => [`command ${atMs}`, atMs]),
    );
  });
});
