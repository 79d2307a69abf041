import { expect, it, onTestFinished } from 'vitest';
import { FakeFreeswitch } from '../support/fake-freeswitch/fake-freeswitch.ts';
import { scaledTimers } from '../support/fake-freeswitch/scaled-timers.ts';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sharing } from '../support/live-switch.ts';
import { parseMetrics, sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';
import { SupervisedServe } from './supervised-serve.ts';

const RUN = 'restart';
const SIZES = ofThisRun({ quick: [10, 1_000], long: [10, 1_000, 10_000] });
const KILLS = ofThisRun({ quick: 2, long: 20 });
const CALL = lookupRequest({ body: dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '9980' }) });
/** So often somebody calls. */
const EVERY_MS = 10;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Gateways in groups of ten, the first of which the calls go to. */
function inventoryOf(gateways: number): string {
  const numbers = Array.from({ length: gateways }, (_, at) => at);
  return `
    INSERT INTO gateways (name, proxy) VALUES ${numbers.map((at) => `('gw${at}', '192.0.2.1:${1024 + at}')`).join(', ')};
    INSERT INTO gateway_groups (name) VALUES ${numbers
      .filter((at) => at % 10 === 0)
      .map((at) => `('g${at / 10}')`)
      .join(', ')};
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ${numbers.map((at) => `('g${Math.floor(at / 10)}', 'gw${at}')`).join(', ')};
    INSERT INTO routes (context, group_name) VALUES ('default', 'g0');`;
}

const isPlanned = async (port: number): Promise<boolean> => {
  try {
    return (await sendRaw(port, CALL, 1_000)).body.includes('bridge');
  } catch {
    return false;
  }
};

it.each(SIZES)('with %i gateways a call is answered again soon after kill -9', async (gateways) => {
  const { path } = temporaryInventory(inventoryOf(gateways));
  const server = await SupervisedServe.start(['--database', path]);
  onTestFinished(() => server.stop());
  const waits: number[] = [];
  let refused = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    while (!(await isPlanned(server.port))) await sleep(EVERY_MS);
    const killedMs = performance.now();
    const restarted = server.kill().then(() => server.again());
    // The port is free until the next one listens: those who call meanwhile are refused, and go to local files.
    await sleep(EVERY_MS);
    while (!(await isPlanned(server.port))) {
      refused += 1;
      await sleep(EVERY_MS);
    }
    waits.push(performance.now() - killedMs);
    await restarted;
  }
  waits.sort((a, b) => a - b);
  const [median, longest] = [waits[waits.length >> 1] ?? 0, waits.at(-1) ?? 0];
  reportFigure(
    RUN,
    `${gateways.toLocaleString('en-US')} gateways: kill -9 until a plan, median of ${KILLS}, longest, ms`,
    `${Math.round(median)}, ${Math.round(longest)}`,
  );
  reportFigure(
    RUN,
    `${gateways.toLocaleString('en-US')} gateways: calls that were refused at once meanwhile, of ${1000 / EVERY_MS} a second`,
    Math.round(refused / KILLS),
  );
});

it('what was learned is known again, as it was last written', async () => {
  const inventory = temporaryInventory(sharing({ gw1: 2, gw2: 1, gw3: 1 }, 'eject_seconds = 600'));
  const server = await SupervisedServe.start(['--database', inventory.path]);
  const timers = scaledTimers(1);
  const fs = await FakeFreeswitch.start({ hostname: 'fs1', timers, lookup: { port: server.port } });
  onTestFinished(async () => {
    await fs.stop();
    await server.stop();
  });
  inventory.run(`INSERT INTO switches (hostname, esl_host, esl_port) VALUES ('fs1', '127.0.0.1', ${fs.eslPort})`);
  const ejected = async (): Promise<number | undefined> => {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    return sampleValue(parseMetrics(text), 'trunkhunt_gateway_ejected', {
      switch: 'fs1',
      gateway: 'gw2',
      reason: 'faults',
    });
  };
  for (const gateway of ['gw1', 'gw3']) fs.setGateway(gateway, { ringAfterMs: 5, answerAfterMs: 10 });
  fs.setGateway('gw2', { refuse: 503 });
  const call = async (): Promise<string> => (await fs.call({ number: '9980', hangupAfterMs: 1 })).tried[0]!.gateway;
  await expect.poll(async () => (await call(), ejected()), { timeout: 30_000 }).toBe(1);
  // What calls taught is written every five seconds.
  await sleep(6_000);
  const commands = (): number => fs.log.commands.filter(({ command }) => /killgw|rescan/.test(command)).length;
  const before = commands();
  await server.kill();
  await server.again();
  await expect.poll(ejected, { timeout: 30_000 }).toBe(1);
  const firsts: string[] = [];
  for (let at = 0; at < 9; at += 1) firsts.push(await call());
  expect(firsts).not.toContain('gw2');
  expect(firsts.filter((name) => name === 'gw1')).toHaveLength(6);
  expect(commands()).toBe(before);
  const forgotten = 1 - ((await ejected()) ?? 0);
  reportFigure(
    RUN,
    'ejections that were forgotten, commands that were sent to the switch again',
    `${forgotten}, ${commands() - before}`,
  );
});
