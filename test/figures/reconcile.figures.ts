import { expect, it } from 'vitest';
import { liveSwitches } from '../support/live-switch.ts';
import { printFigure } from './print-figure.ts';

const GATEWAYS = 1_000;

it(`reconciles ${GATEWAYS} gateways of which three changed`, async () => {
  const rows = Array.from({ length: GATEWAYS }, (_, at) => `('gw${at}', '127.1.${at >> 8}.${at & 255}:5060')`);
  const live = await liveSwitches(`INSERT INTO gateways (name, proxy) VALUES ${rows.join(', ')};`, { speed: 1 });
  const before = live.fs().log.commandsSoFar;
  const startedMs = live.timers.nowMs();
  await live.server.change("UPDATE gateways SET proxy = '127.2.0.1:5060' WHERE name IN ('gw1', 'gw500', 'gw999')");
  await live.until(async () => {
    expect(await live.fs().command('sofia xmlstatus gateway gw999')).toContain('sip:127.2.0.1:5060');
    expect(live.report()).toMatchObject({ drift: [], synced: true });
    expect(live.report().commands).toHaveLength(4);
  });
  const seconds = (live.timers.nowMs() - startedMs) / 1000;
  const commands = live
    .fs()
    .log.commands.slice(before - live.fs().log.commandsSoFar)
    .map(({ command }) => command);
  const changes = commands.filter((command) => /killgw|rescan/.test(command));
  expect(changes).toHaveLength(4);
  printFigure(
    `reconcile of ${GATEWAYS} gateways of which 3 changed: seconds from the commit to the end`,
    seconds.toFixed(2),
  );
  printFigure('  commands that change something', `${changes.length} (3 killgw, 1 rescan)`);
  printFigure('  questions besides', commands.length - changes.length);
});
