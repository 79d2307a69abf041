import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Timers } from '../../../src/esl/timers.ts';
import { distributorXml, gatewaysXml, planXml } from './answer-xml.ts';
import { EventSocketProbe } from './event-socket-probe.ts';
import { FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch.ts';
import { recordedEvents, recordedFrames } from './recorded-events.ts';
import { scaledTimers } from './scaled-timers.ts';
import { heldAnswer, ScriptedLookups } from './scripted-lookups.ts';

let lookups: ScriptedLookups;
let fake: FakeFreeswitch;
let timers: Timers;
const probes: EventSocketProbe[] = [];

beforeEach(async () => {
  lookups = await ScriptedLookups.start();
  lookups.answers.set('distributor.conf', distributorXml('2gw', ['gw1', 'gw2']));
  lookups.answers.set(
    'dialplan',
    planXml(['set hangup_after_bridge=true', 'bridge [leg_timeout=20]sofia/gateway/gw1/1004']),
  );
  const shared = { register: 'false', username: 'x', password: 'y', ping: '5' };
  lookups.answers.set(
    'directory',
    gatewaysXml({ gw1: { proxy: '127.0.0.2:5060', ...shared }, gw2: { proxy: '127.0.0.3:5060', ...shared } }),
  );
  await start();
});

afterEach(async () => {
  for (const probe of probes.splice(0)) probe.end();
  await fake.stop();
  await lookups.stop();
});

async function start(options: Partial<FakeFreeswitchOptions> = {}): Promise<void> {
  timers = scaledTimers(100);
  fake = await FakeFreeswitch.start({
    hostname: 'vm',
    timers,
    lookup: { port: lookups.port },
    ...options,
  });
}

async function restartWith(options: Partial<FakeFreeswitchOptions>): Promise<void> {
  await fake.stop();
  await start(options);
}

async function connect(subscription?: string): Promise<EventSocketProbe> {
  const probe = await EventSocketProbe.connect(fake.eslPort);
  probes.push(probe);
  if (subscription !== undefined) {
    await probe.send('auth ClueCon');
    await probe.send(subscription);
  }
  return probe;
}

/** Numbers, ids and dates replaced, so that texts can be compared in their form. */
const formOf = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replace(/\d{4}-\d\d-\d\d%20\d\d%3A\d\d%3A\d\d/g, 'DATE')
    .replace(/\w{3},(?: |%20)\d\d(?: |%20)\w{3}.*GMT/g, 'GMT')
    .replace(/<(pingcount|pinging|calls-out|failed-calls-out|uptime-usec)>\d+</g, '<$1>N<')
    .replace(/<pingtime>[\d.]+</g, '<pingtime>N<')
    .replace(/<ping>\d+</g, '<ping>N<')
    .replace(/(Timestamp|Sequence|Content-Length|Line-Number): \d+/g, '$1: N')
    .replace(/\d+ (year|day|hour|minute|second|millisecond|microsecond)s?/g, 'N $1')
    .replace(/\d+ session\(s\) since/, 'N session(s) since')
    .replace(/peak \d+, last 5min \d+/g, 'peak N, last 5min N');

describe('commands, compared with recording 06', () => {
  it('give the recorded answers, frame by frame', async () => {
    const commands = [
      'auth ClueCon',
      'event plain BACKGROUND_JOB',
      'api sofia xmlstatus gateway',
      'api sofia profile external gwlist down',
      'api sofia profile external gwlist up',
      'api distributor_ctl dump 2gw',
      'api distributor_ctl reload',
      'api distributor nosuchlist',
      'api nosuchcommand',
      'api sofia xmlstatus',
      'bgapi status',
      'api sofia xmlstatus gateway nosuch',
      'api switchname',
      'api hostname',
      'exit',
    ];
    const probe = await connect();
    for (const command of commands) {
      await probe.send(command);
      if (command.startsWith('bgapi')) {
        // The job's event comes before the next reply, as it was recorded.
        while (!probe.frames.some(({ type }) => type === 'text/event-plain')) await probe.send('api switchname');
      }
    }
    await probe.closed;
    const frames = probe.frames.filter(({ body }, index) => !(body === 'vm' && index > 12 && index < 16));
    const form = (all: readonly { readonly head: string; readonly body: string }[]) =>
      all.map(({ head, body }) => formOf(`${head}\n\n${body}`)).filter((text) => !text.endsWith('\n\nvm'));
    expect(form(frames)).toEqual(form(recordedFrames('06-api-commands')));
    expect(form(frames).length).toBeGreaterThan(14);
  });

  it('a wrong password is recording 09', async () => {
    const probe = await connect();
    probe.write('auth wrong');
    await probe.closed;
    const form = (frames: readonly { readonly head: string; readonly body: string }[]) =>
      frames.map(({ head, body }) => [head, body]);
    expect(form(probe.frames)).toEqual(form(recordedFrames('09-auth-rejected')));
  });

  it('nothing works before the password', async () => {
    const probe = await connect();
    expect((await probe.send('api status')).head).toContain('-ERR command not found');
    expect((await probe.send('auth ClueCon')).head).toContain('+OK accepted');
  });

  it('an unfriendly switch sends everybody away', async () => {
    fake.rejectEsl();
    const probe = await connect();
    await probe.closed;
    expect(probe.frames[0]).toMatchObject({ type: 'text/rude-rejection', body: 'Access Denied, go away.\n' });
    fake.rejectEsl(false);
    expect((await (await connect()).send('auth ClueCon')).head).toContain('accepted');
  });

  it('a client that does not say its password in time is sent away', async () => {
    const probe = await connect();
    await probe.closed;
    expect(probe.frames.map(({ type }) => type)).toEqual(['auth/request', 'text/disconnect-notice']);
  });

  it('logs them with their times', async () => {
    const probe = await connect('event json HEARTBEAT');
    await probe.api('status');
    await probe.send('bgapi version');
    expect(fake.log.commands.map(({ command, background }) => [command, background])).toEqual([
      ['status', false],
      ['version', true],
    ]);
  });
});

describe('other commands', () => {
  it('version, uptime and global_getvar', async () => {
    const probe = await connect('event json HEARTBEAT');
    expect(await probe.api('version')).toBe(
      'FreeSWITCH Version 1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit (git cc93a68 2026-08-21 14:10:14Z 64bit)\n',
    );
    expect(await probe.api('version short')).toBe('1.11.3\n');
    expect(await probe.api('global_getvar hostname')).toBe('vm');
    expect(await probe.api('uptime')).toMatch(/^\d+\n$/);
    expect(await probe.api('expand distributor 2gw ${sofia(profile external gwlist down)}')).toBe('gw1');
  });

  it('of channels, while a call lasts', async () => {
    const probe = await connect('event json CHANNEL_ANSWER');
    expect(await probe.api('show channels as json')).toBe('{"row_count": 0}\n');
    const call = fake.startCall({ number: '1004' });
    const answer = await probe.event((event) => event['Call-Direction'] === 'outbound');
    const uuid = String(answer['Unique-ID']);
    const shown = JSON.parse(await probe.api('show channels as json')) as {
      readonly row_count: number;
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    };
    expect(shown.row_count).toBe(2);
    expect(shown.rows[1]).toMatchObject({ uuid, direction: 'outbound', dest: '1004', call_uuid: call.uuid });
    expect(Object.keys(shown.rows[0]!)).toHaveLength(38);
    expect(await probe.api(`uuid_exists ${uuid}`)).toBe('true');
    expect(await probe.api(`uuid_getvar ${uuid} sip_gateway_name`)).toBe('gw1');
    expect(await probe.api(`uuid_getvar ${uuid} nosuch`)).toBe('_undef_');
    call.hangUp();
    await call.result;
    expect(await probe.api(`uuid_exists ${uuid}`)).toBe('false');
    expect(await probe.api(`uuid_getvar ${uuid} sip_gateway_name`)).toBe('-ERR No such channel!\n');
    expect(await probe.api('show channels as json')).toBe('{"row_count": 0}\n');
  });

  it('of channels may be late, or not there at all', async () => {
    await restartWith({ showLagMs: 500 });
    const call = fake.startCall({ number: '1004', cancelAfterMs: 100 });
    expect(await fake.command('show channels as json')).toBe('{"row_count": 0}\n');
    await call.result;
    await restartWith({ sql: false });
    expect(await fake.command('show channels as json')).toBe('-ERR SQL disabled, no data available!\n');
  });

  it('of mod_distributor are unknown where it is not loaded', async () => {
    await restartWith({ modDistributor: false });
    expect(await fake.command('distributor 2gw')).toBe('-ERR distributor Command not found!\n');
    expect(await fake.command('distributor_ctl reload')).toBe('-ERR distributor_ctl Command not found!\n');
    expect(lookups.arrived.filter(({ fields }) => fields.get('key_value') === 'distributor.conf')).toHaveLength(1);
  });
});

describe('bgapi (contract 7.4)', () => {
  it('answers with the given Job-UUID, and later with the output as the body of an event', async () => {
    const probe = await connect('event json BACKGROUND_JOB');
    const reply = await probe.send('bgapi sofia profile external gwlist up\nJob-UUID: mine');
    expect(reply.head).toBe('Content-Type: command/reply\nReply-Text: +OK Job-UUID: mine\nJob-UUID: mine');
    const job = await probe.event((event) => event['Job-UUID'] === 'mine');
    expect(job).toMatchObject({
      'Job-Command': 'sofia',
      'Job-Command-Arg': 'profile external gwlist up',
      'Content-Length': '8',
      _body: 'gw2 gw1 ',
    });
  });

  it('does not block its connection, as `api` does: events and commands queue up behind that', async () => {
    const blocked = await connect('event json CHANNEL_CREATE');
    const other = await connect('event json CHANNEL_CREATE');
    const held = heldAnswer(gatewaysXml({ gw3: { proxy: '192.0.2.3', register: 'false' } }));
    lookups.answers.set('directory', held.answer);
    blocked.write('api sofia profile external rescan');
    blocked.write('api switchname');
    other.write('bgapi sofia profile external rescan');
    expect((await other.nextReply()).type).toBe('command/reply');
    await fake.call({ number: '1004', cancelAfterMs: 10 });
    await other.countOf(1, () => true);
    expect(await other.api('switchname')).toBe('vm');
    expect(blocked.frames).toHaveLength(3);
    held.release();
    await blocked.countOf(1, () => true);
    await blocked.nextReply();
    await blocked.nextReply();
    const types = blocked.frames.slice(3).map(({ type, body }) => (type === 'api/response' ? body : type));
    expect(types).toEqual(['Reload XML [Success]\n+OK scan complete\n', 'text/event-json', 'vm']);
  });
});

describe('subscriptions (contract 7.3)', () => {
  it('take everything after CUSTOM as a subclass', async () => {
    const probe = await connect('event json CUSTOM sofia::gateway_delete HEARTBEAT');
    const other = await connect('event json HEARTBEAT CUSTOM sofia::gateway_delete');
    await other.countOf(1, (event) => event['Event-Name'] === 'HEARTBEAT');
    await probe.api('sofia profile external killgw gw2');
    await probe.event((event) => event['Gateway'] === 'gw2');
    expect(probe.events.map((event) => event['Event-Name'])).toEqual(['CUSTOM']);
  });

  it('without a name are an error that changes the format all the same', async () => {
    const probe = await connect('event plain HEARTBEAT');
    expect((await probe.send('event json')).head).toContain('-ERR no keywords supplied');
    await probe.event((event) => event['Event-Name'] === 'HEARTBEAT');
  });

  it('end with nixevent and noevents', async () => {
    const probe = await connect('event json HEARTBEAT CHANNEL_CREATE');
    expect((await probe.send('nixevent CHANNEL_CREATE')).head).toContain('+OK events nixed');
    await fake.call({ number: '1004', cancelAfterMs: 10 });
    await probe.event((event) => event['Event-Name'] === 'HEARTBEAT');
    expect(probe.events.some((event) => event['Event-Name'] === 'CHANNEL_CREATE')).toBe(false);
    expect((await probe.send('noevents')).head).toContain('+OK no longer listening for events');
    expect((await probe.send('noevents')).head).toContain('-ERR not listening for events');
  });

  it('let only through what a filter lets', async () => {
    const probe = await connect('event json CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE');
    expect((await probe.send('filter Call-Direction outbound')).head).toContain('+OK filter added.');
    await fake.call({ number: '1004', hangupAfterMs: 100 });
    await probe.countOf(2, () => true);
    await probe.send('filter delete all');
    await fake.call({ number: '1004', cancelAfterMs: 10 });
    await probe.event((event) => event['Call-Direction'] === 'inbound');
    expect(probe.events.slice(0, 2).map((event) => event['Call-Direction'])).toEqual(['outbound', 'outbound']);
  });

  it('with negative filters alone let nothing through', async () => {
    const probe = await connect('event json HEARTBEAT');
    const other = await connect('event json HEARTBEAT');
    await probe.send('filter Event-Name -CHANNEL_CREATE');
    await other.countOf(2, () => true);
    await probe.api('status');
    expect(probe.events).toEqual([]);
  });
});

describe('HEARTBEAT', () => {
  it('has the recorded headers', async () => {
    const probe = await connect('event json HEARTBEAT');
    const [event] = await probe.countOf(1, () => true);
    const recorded = recordedEvents('07-rescan-killgw').find((each) => each['Event-Name'] === 'HEARTBEAT')!;
    expect(Object.keys(event!)).toEqual(Object.keys(recorded));
    expect(formOf(String(event!['Up-Time']))).toBe(formOf(String(recorded['Up-Time'])));
    expect(event!['Core-UUID']).toBe(fake.coreUuid);
  });
});

describe('what may go wrong', () => {
  it('events are counted whether anybody hears of them or not', async () => {
    const probe = await connect('event json CHANNEL_CREATE');
    fake.loseEvents((event) => event.get('Call-Direction') === 'outbound');
    await fake.call({ number: '1004', hangupAfterMs: 100 });
    fake.loseEvents(undefined);
    await fake.call({ number: '1004', cancelAfterMs: 10 });
    await probe.countOf(2, () => true);
    const numbers = probe.events.map((event) => Number(event['Event-Sequence']));
    expect(probe.events.map((event) => event['Call-Direction'])).toEqual(['inbound', 'inbound']);
    expect(numbers[1]! - numbers[0]!).toBeGreaterThan(10);
  });

  it('events may be held back', async () => {
    const probe = await connect('event json CHANNEL_CREATE');
    fake.pauseEvents();
    await fake.call({ number: '1004', cancelAfterMs: 10 });
    expect(await probe.api('switchname')).toBe('vm');
    expect(probe.events).toEqual([]);
    fake.resumeEvents();
    await probe.countOf(1, () => true);
  });

  it('clients may be cut off while calls go on', async () => {
    const probe = await connect('event json CHANNEL_CREATE');
    const call = fake.startCall({ number: '1004', hangupAfterMs: 2000 });
    await probe.countOf(1, () => true);
    fake.cutEsl();
    await probe.closed;
    expect(probe.frames.some(({ type }) => type === 'text/disconnect-notice')).toBe(false);
    expect(await call.result).toMatchObject({ answered: true, finalStatus: 200 });
    await connect('event json CHANNEL_CREATE');
  });

  it('a kill says nothing to anybody, and takes the calls with it', async () => {
    const probe = await connect('event json CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE');
    fake.setGateway('gw1', { answerAfterMs: Infinity });
    const call = fake.startCall({ number: '1004' });
    await probe.countOf(2, () => true);
    await fake.kill();
    await probe.closed;
    expect(await call.result).toMatchObject({ answered: false, finalStatus: undefined });
    expect(probe.events.some((event) => event['Event-Name'] === 'CHANNEL_HANGUP_COMPLETE')).toBe(false);
    expect(() => fake.startCall({ number: '1004' })).toThrow('down');
  });

  it('many calls at once leave nothing behind', async () => {
    fake.setGateway('gw1', ({ random }) => (random() < 0.5 ? { talkMs: 500 } : { refuse: 486 }));
    const results = await Promise.all(Array.from({ length: 100 }, () => fake.call({ number: '1004' })));
    const statuses = results.map(({ finalStatus }) => finalStatus);
    expect(new Set(statuses)).toEqual(new Set([200, 486]));
    expect(fake.callsInProgress).toBe(0);
    expect(await fake.command('show channels as json')).toBe('{"row_count": 0}\n');
    expect(await fake.command('status')).toContain('\n0 session(s) - peak ');
  });

  it('a restart is another core on the same port, that asks for everything anew', async () => {
    const { eslPort, coreUuid } = fake;
    const before = lookups.arrived.length;
    const restartedMs = timers.nowMs();
    await fake.restart();
    expect(fake.eslPort).toBe(eslPort);
    expect(fake.coreUuid).not.toBe(coreUuid);
    expect(lookups.arrived.slice(before).map(({ fields }) => fields.get('key_value'))).toEqual([
      'distributor.conf',
      'sofia.conf',
      'sofia.conf',
      '',
    ]);
    const probe = await connect('event json HEARTBEAT');
    expect(Number(await probe.api('uptime')) * 1000).toBeLessThanOrEqual(timers.nowMs() - restartedMs);
    expect(await probe.api('sofia profile external gwlist')).toBe('gw2 gw1 ');
  });
});
