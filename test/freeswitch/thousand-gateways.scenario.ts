import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FreeswitchLab, insert } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

const COUNT = 1_000;
const PATIENCE = { timeout: 90_000, interval: 50 };

let lab: FreeswitchLab;

const nameOf = (at: number): string => `many-${String(at).padStart(4, '0')}`;

beforeAll(async () => {
  lab = await FreeswitchLab.start();
});
afterAll(() => lab.stop());

async function commands(): Promise<ReadonlyMap<string, number>> {
  const samples = (await lab.metrics()).filter(({ name }) => name === 'trunkhunt_reconcile_commands_total');
  return new Map(samples.map(({ labels, value }) => [`${labels['command']} ${labels['result']}`, value]));
}

it('1,000 gateways come by one rescan, and 3 that change by three killgw and one rescan', async () => {
  const rows = Array.from({ length: COUNT }, (_, at) => insert('gateways', { name: nameOf(at), proxy: '127.0.0.1:9' }));
  const addedAt = performance.now();
  lab.sql(`BEGIN; ${rows.join('\n')} COMMIT;`);
  await vi.waitFor(async () => {
    const { gateways, drift } = await lab.report();
    expect(drift).toEqual([]);
    expect(gateways).toEqual({ wanted: COUNT, running: COUNT, up: COUNT, down: [] });
  }, PATIENCE);
  reportFigure(`1,000 new gateways: ${secondsSince(addedAt)}, ${[...(await commands())].join(' ')}`);
  expect(await commands()).toEqual(new Map([['rescan ok', 1]]));

  const log = lab.freeswitch.log.length;
  const changed = [3, 500, 999].map(nameOf);
  const changedAt = performance.now();
  lab.sql(`UPDATE gateways SET proxy = '127.0.0.2:9' WHERE name IN ('${changed.join("', '")}')`);
  await vi.waitFor(async () => {
    for (const name of changed) expect(await lab.freeswitch.gatewayField(name, 'proxy')).toBe('sip:127.0.0.2:9');
    expect((await commands()).get('rescan ok')).toBe(2);
  }, PATIENCE);
  reportFigure(`3 of 1,000 changed: the switch has them after ${secondsSince(changedAt)}`);
  await vi.waitFor(async () => {
    const { gateways, drift, commands: sent } = await lab.report();
    expect(sent).toHaveLength(5);
    expect(drift).toEqual([]);
    expect(gateways).toEqual({ wanted: COUNT, running: COUNT, up: COUNT, down: [] });
  }, PATIENCE);
  reportFigure(`and nothing drifts after ${secondsSince(changedAt)}: ${[...(await commands())].join(' ')}`);
  expect(await commands()).toEqual(
    new Map([
      ['killgw ok', 3],
      ['rescan ok', 2],
    ]),
  );
  expect(lab.freeswitch.log.slice(log).match(/Added gateway '/g)).toHaveLength(3);

  const lookedAt = performance.now();
  expect((await lab.cli('switches', 'reconcile', '--dry-run')).stdout).toContain('all is as SQL wants it');
  reportFigure(`a look at 1,000 that are right, by the command line: ${secondsSince(lookedAt)}`);
});
