import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { FreeswitchLab, insert, SOON } from '../support/freeswitch/freeswitch-lab.ts';
import type { LabGroup } from '../support/freeswitch/lab-group.ts';
import { reportFigure, secondsSince } from '../support/freeswitch/report-figure.ts';

let lab: FreeswitchLab;

afterEach(async () => {
  // It writes into the folder that is going to be removed.
  await lab.killServe();
  await lab.stop();
});

const LOCAL = 'trunkhunt-local';
const dump = (list: string): Promise<string> => lab.freeswitch.api(`distributor_ctl dump ${list}`);

/** Calls so often, one after the other; who saw them, in order. */
async function callsOf(group: LabGroup, count: number): Promise<string> {
  group.seen();
  for (let call = 0; call < count; call += 1) expect((await group.callOnce()).status).toBe(200);
  return group.seen();
}

/** One call; what each server of the group was asked for. */
async function numbersOf(group: LabGroup): Promise<{ readonly number: (short: string) => string | undefined }> {
  group.seen();
  expect((await group.callOnce()).status).toBe(200);
  return { number: (short) => group.server(short).invites.at(-1)?.number };
}

/** What is no number gets no further than the dialplan. */
async function refusesHostileNumbers(group: LabGroup): Promise<void> {
  group.seen();
  const tails = [
    '%0A',
    '%7Csofia%2Fgateway%2Fx%2F1',
    '%2C1',
    '%24%7Bsystem(id)%7D',
    '%40192.0.2.1',
    '%3Bport=1',
    '9'.repeat(70),
  ];
  for (const tail of tails) {
    const { status } = await lab.caller.call(`${group.prefix}1${tail}`).final;
    // mod_sofia itself cannot answer a request for a user with parameters as it is told to.
    expect(`${tail} ${status}`).toBe(`${tail} ${tail.startsWith('%3B') ? 500 : 484}`);
  }
  expect(group.seen()).toBe('');
}

it('a switch whose trunkhunt is gone goes on calling by its files, and comes back', async () => {
  lab = await FreeswitchLab.start();
  const { configuration } = lab.freeswitch;
  await lab.killServe();
  await lab.startServe('--export-to', configuration);
  await lab.isListenedTo();
  const shared = await lab.group({ a: { weight: 3 }, b: { weight: 1 }, c: { tier: 2 } });
  const failing = await lab.group({ a: { script: { status: 503 } }, b: {}, c: { weight: 2 } });
  const ordered = await lab.group({ a: { script: { status: 503 } }, b: {} }, { strategy: 'ordered' });
  const refusing = await lab.group({ a: { script: { status: 486 } }, b: { script: { status: 486 } } });
  lab.sql(`UPDATE routes SET strip_digits = 4, add_prefix = '00' WHERE group_name = '${ordered.name}'`);
  lab.sql(`UPDATE gateways SET add_prefix = '9' WHERE name = '${ordered.gatewayName('b')}'`);
  lab.sql(
    insert('routes', {
      context: 'public',
      position: 1,
      destination_pattern: '^8(\\d+)x$',
      dial_number: '00$12',
      caller_pattern: '(?i).',
      source_network: '127.0.0.0/8',
      destination_charset: 'user',
      group_name: shared.name,
    }),
  );
  // Lists of all groups are kept, and later tiers have theirs.
  await vi.waitFor(async () => {
    expect(await dump(`${shared.name}~2`)).toContain(`name=${shared.gatewayName('c')}`);
    expect(await dump(refusing.name)).toContain(`name=${refusing.gatewayName('b')}`);
  }, SOON);
  await vi.waitFor(() => {
    expect(readFileSync(join(configuration, 'dialplan/public/trunkhunt.xml'), 'utf8')).toContain('00&#36;{1}2');
  }, SOON);

  // The switch is as it was: only whom it asks is gone.
  await lab.killServe();
  expect(await lab.freeswitch.api('reloadxml')).toContain('+OK');
  expect(await dump(LOCAL)).not.toContain('list: name');
  const before = Array.from((await callsOf(shared, 8)).replaceAll(' ', ''))
    .sort()
    .join('');
  expect(before).toBe('aaaaaabb');
  await shared.server('a').close();
  expect(await callsOf(shared, 2)).toBe('b b');
  await shared.server('a').reopen();

  // A power failure, and still nobody to ask: gateways, lists and dialplan are those of the files.
  const at = performance.now();
  await lab.freeswitch.kill();
  await lab.freeswitch.run();
  await vi.waitFor(async () => {
    expect(await lab.freeswitch.api(`sofia profile external gwlist up`)).toContain(shared.gatewayName('c'));
  }, SOON);
  reportFigure(`on its files, calls after ${secondsSince(at)}`);
  expect(await dump(LOCAL)).toContain('list: name=trunkhunt-local');
  // Nobody can log in as the user that only holds gateways.
  expect(await lab.freeswitch.api('user_exists id trunkhunt trunkhunt-external')).toBe('false');
  const [first, second] = [await callsOf(shared, 4), await callsOf(shared, 4)];
  expect(Array.from(first.replaceAll(' ', '')).sort().join('')).toBe('aaab');
  expect(second).toBe(first);
  expect((await callsOf(failing, 8)).split(' ').filter((it) => it !== 'a').length).toBe(8);
  const { number } = await numbersOf(ordered);
  expect(number('a')).toMatch(/^00\d{4}$/);
  expect(number('b')).toBe(`9${number('a')}`);
  await lab.caller.call('8123X').final;
  expect(shared.seen()).toBe('');
  const patterned = lab.caller.call('8123x');
  expect((await patterned.final).status).toBe(200);
  await patterned.hangUp();
  const dialled = ['a', 'b'].flatMap((short) => shared.server(short).invites.map((invite) => invite.number));
  expect(dialled).toEqual(['001232']);
  await refusesHostileNumbers(shared);
  expect((await refusing.callOnce()).status).toBe(486);
  expect(refusing.seen()).toMatch(/^[ab]$/);
  await lab.freeswitch.api(`sofia profile external killgw ${shared.gatewayName('a')}`);
  await lab.freeswitch.api(`sofia profile external killgw ${shared.gatewayName('b')}`);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  // Lists still name them; two tries are in vain, the third is the later tier's.
  expect(await callsOf(shared, 1)).toBe('c');

  // It is back: what it serves is taken over, once, and nothing is defined twice.
  await lab.startServe('--export-to', configuration);
  await lab.isListenedTo();
  await vi.waitFor(async () => {
    const { drift, gateways } = await lab.report();
    expect(drift).toEqual([]);
    expect(gateways.running).toBe(gateways.wanted);
  }, SOON);
  expect((await lab.freeswitch.api('sofia status')).match(/external::\S+/g)?.length).toBe(10);
  expect((await callsOf(shared, 4)).split(' ').sort().join('')).toBe('aaab');
});
