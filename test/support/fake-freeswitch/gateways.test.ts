import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { distributorXml, gatewaysXml, listXml } from './answer-xml.ts';
import { EventSocketProbe, type ProbeEvent } from './event-socket-probe.ts';
import { FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch.ts';
import { recordedEvents } from './recorded-events.ts';
import { ManualTimers } from './manual-timers.ts';
import { heldAnswer, ScriptedLookups } from './scripted-lookups.ts';

const subscription = 'event json CUSTOM sofia::gateway_state sofia::gateway_add sofia::gateway_delete';
const plain = { proxy: '127.0.0.2:5060', register: 'false' };
const registering = { proxy: '127.0.0.3', username: 'x', password: 'y', 'retry-seconds': '5' };

let lookups: ScriptedLookups;
let fake: FakeFreeswitch;
let probe: EventSocketProbe;
let timers: ManualTimers;

beforeEach(async () => {
  lookups = await ScriptedLookups.start();
});

afterEach(async () => {
  probe.end();
  await fake.stop();
  await lookups.stop();
});

function serve(gateways: Parameters<typeof gatewaysXml>[0]): void {
  lookups.answers.set('directory', gatewaysXml(gateways));
}

/** Boots over these gateways; the clock stands still from then on. */
async function start(
  gateways: Parameters<typeof gatewaysXml>[0],
  options: Partial<FakeFreeswitchOptions> = {},
): Promise<void> {
  serve(gateways);
  timers = new ManualTimers();
  fake = await FakeFreeswitch.start({
    hostname: 'vm',
    timers,
    lookup: { port: lookups.port },
    ...options,
  });
  probe = await EventSocketProbe.subscribed(fake.eslPort, subscription);
}

const profile = (words: string): Promise<string> => probe.api(`sofia profile external ${words}`);
const gwlist = async (word = 'up'): Promise<string> => (await profile(`gwlist ${word}`)).replace('-ERR no reply\n', '');
const status = async (name: string): Promise<string> => {
  const xml = await probe.api(`sofia xmlstatus gateway ${name}`);
  return [...xml.matchAll(/<(?:state|status)>(\w+)</g)].map(([, value]) => value).join(' ');
};

/** What a gateway's events say, without what comes between. */
const news = (events: readonly ProbeEvent[], gateway: string) =>
  events
    .filter((event) => event['Gateway'] === gateway)
    .map((event) =>
      [event['Event-Subclass'], event['State'], event['Ping-Status'], event['Status'], event['Phrase']]
        .map((value) => String(value ?? '').replace('sofia::gateway_', ''))
        .join(' ')
        .trim(),
    );
const state = (value: string) => (event: ProbeEvent) => event['State'] === value;
const isSubclass = (name: string) => (event: ProbeEvent) => event['Event-Subclass'] === `sofia::gateway_${name}`;

/** Lets the clock go on, and hears of everything that happened. */
async function pass(seconds: number): Promise<void> {
  timers.advance(seconds * 1000);
  await probe.api('switchname');
}

/** Lets the clock go on until there have been so many events for which it holds; returns the last of them. */
async function until(isWanted: (event: ProbeEvent) => boolean, count = 1): Promise<ProbeEvent> {
  for (let second = 0; second < 300; second += 1) {
    const found = probe.events.filter(isWanted);
    if (found.length >= count) return found[count - 1]!;
    await pass(1);
  }
  throw new Error('it has not happened for five minutes');
}

describe('changing gateways (contract 5.3 and 5.4, verified.md)', () => {
  it('a rescan adds, but neither changes nor removes', async () => {
    await start({ gw1: plain, gw2: plain });
    serve({ gw1: { ...plain, proxy: '192.0.2.1' }, gw3: plain });
    expect(await profile('rescan')).toBe('Reload XML [Success]\n+OK scan complete\n');
    expect(await gwlist()).toBe('gw3 gw2 gw1 ');
    expect(await probe.api('sofia xmlstatus gateway gw1')).toContain('<proxy>sip:127.0.0.2:5060</proxy>');
    await until(isSubclass('add'));
    expect(probe.events.map((event) => event['Gateway'])).toEqual(['gw3']);
  });

  it('killgw then rescan changes: the new one is added at once, the old one deleted a second later', async () => {
    await start({ gw1: plain });
    serve({ gw1: { ...plain, proxy: '192.0.2.1' } });
    expect(await profile('killgw gw1')).toBe('+OK gateway marked for deletion.\n');
    await profile('rescan');
    expect(await probe.api('sofia xmlstatus gateway gw1')).toContain('<proxy>sip:192.0.2.1</proxy>');
    await until(isSubclass('delete'));
    expect(news(probe.events, 'gw1')).toEqual(['add', 'delete']);
    expect(await gwlist()).toBe('gw1 ');
    expect(await status('gw1')).toBe('NOREG UP');
  });

  it('the events and answers are those of recording 07', async () => {
    await start({ gw1: plain, gw2: plain });
    const kill = await profile('killgw gw2');
    await until(isSubclass('delete'));
    const after = await gwlist();
    const rescan = await profile('rescan');
    await until(isSubclass('add'));
    expect([kill, after, rescan]).toEqual([
      '+OK gateway marked for deletion.\n',
      'gw1 ',
      'Reload XML [Success]\n+OK scan complete\n',
    ]);
    expect(await profile('killgw nosuch')).toBe('-ERR no such gateway.\n');
    expect(await probe.api('sofia profile nosuch rescan')).toBe('Invalid Profile [nosuch]');
    const recorded = recordedEvents('07-rescan-killgw').filter((event) => event['Event-Name'] === 'CUSTOM');
    expect(probe.events.map((event) => Object.keys(event))).toEqual(recorded.map((event) => Object.keys(event)));
    const stable = (events: readonly ProbeEvent[]) =>
      events.map(({ Gateway, 'profile-name': name, 'Event-Subclass': subclass, 'Event-Calling-Function': run }) => [
        Gateway,
        name,
        subclass,
        run,
      ]);
    expect(stable(probe.events)).toEqual(stable(recorded));
  });

  it('a killed gateway is unknown to calls and commands at once', async () => {
    await start({ gw1: plain });
    await profile('killgw gw1');
    expect(await probe.api('sofia xmlstatus gateway gw1')).toBe('Invalid Gateway!\n');
    expect(await profile('killgw gw1')).toBe('-ERR no such gateway.\n');
  });

  it('a registered one un-REGISTERs first, for as long as its registrar takes', async () => {
    await start({ gw1: registering });
    fake.setPeer('gw1', { unregisterMs: 8000 });
    await until(state('REGED'));
    await profile('killgw gw1');
    const killed = fake.log.commands.at(-1)!.atMs;
    await until(isSubclass('delete'));
    expect(news(probe.events, 'gw1').slice(-2)).toEqual(['state DOWN DOWN', 'delete']);
    await probe.api('status');
    expect(fake.log.commands.at(-1)!.atMs - killed).toBeGreaterThanOrEqual(8000);
  });

  it('an invalid name, or registration without a password, loses that gateway alone', async () => {
    await start({ 'gw é': plain, gw1: { proxy: 'p' }, gw2: { ...plain, 'register-transport': 'tls' }, gw3: plain });
    expect(await gwlist()).toBe('gw3 ');
  });

  it('local gateways are there first, and their names are taken', async () => {
    const localGateways = [{ profile: 'external', name: 'gw1', proxy: '192.0.2.9' }];
    await start({ gw1: plain, gw2: plain }, { localGateways });
    expect(await gwlist()).toBe('gw2 gw1 ');
    expect(await probe.api('sofia xmlstatus gateway gw1')).toContain('<proxy>sip:192.0.2.9</proxy>');
  });

  it('users of groups count, users below a domain do not (contract 3.4)', async () => {
    await start({ gw1: plain });
    const xml = gatewaysXml({ gw2: plain });
    lookups.answers.set(
      'directory',
      xml
        .replace('<user id', '<groups>\n<group name="g">\n<users>\n<user id')
        .replace('</user>', '</user>\n</users>\n</group>\n</groups>'),
    );
    await profile('rescan');
    lookups.answers.set(
      'directory',
      gatewaysXml({ gw3: plain }).replace('<user id', '<users>\n<user id').replace('</user>', '</user>\n</users>'),
    );
    await profile('rescan');
    expect(await gwlist()).toBe('gw2 gw1 ');
  });

  it('a served sofia.conf without the profile is an error, with it the gateways are its own', async () => {
    await start({});
    const conf = (name: string) =>
      `<document>\n<section name="configuration">\n<configuration name="sofia.conf">\n<profiles>\n<profile name="${name}">\n` +
      '<gateways>\n<gateway name="gw7">\n<param name="proxy" value="p"/>\n<param name="register" value="false"/>\n</gateway>\n</gateways>\n' +
      '<settings/>\n</profile>\n</profiles>\n</configuration>\n</section>\n</document>\n';
    lookups.answers.set('sofia.conf', conf('other'));
    expect(await profile('rescan')).toContain('-ERR cannot find config for profile external\n');
    lookups.answers.set('sofia.conf', conf('external'));
    expect(await profile('startgw gw7')).toContain('+OK start gateway gw7 complete\n');
    expect(await gwlist()).toBe('gw7 ');
    const asked = lookups.arrived.at(-1)!.fields;
    expect([asked.get('profile'), asked.get('reconfig'), asked.get('gateway')]).toEqual(['external', 'true', 'gw7']);
  });

  it('a profile restarts only after ten seconds, and then with what it is given', async () => {
    await start({ gw1: plain });
    expect(await profile('restart')).toContain('must be up for at least 10 seconds');
    serve({ gw2: plain });
    await pass(11);
    expect(await profile('restart')).toBe('Reload XML [Success]\nrestarting: external');
    expect(await profile('rescan')).toBe('Invalid Profile [external]');
    await pass(2);
    await probe.event((event) => event['Gateway'] === 'gw2');
    expect(await gwlist()).toBe('gw2 ');
  });
});

describe('one name in two profiles (contract 5.5)', () => {
  it('makes a copy with each rescan that no lookup finds, and of which no event tells', async () => {
    await start({ gw1: plain }, { profiles: ['external', 'internal'] });
    for (let count = 0; count < 3; count += 1) await probe.api('sofia profile internal rescan');
    const listed = await probe.api('sofia profile internal gwlist');
    const copies = listed.split(' ').length - 1;
    const total = copies + (await gwlist()).split(' ').length - 1;
    expect(total).toBe(5);
    expect(probe.events).toEqual([]);
    expect([...(await probe.api('sofia xmlstatus gateway')).matchAll(/<name>gw1</g)]).toHaveLength(5);
  });

  it('killgw finds it over all profiles', async () => {
    await start({}, { profiles: ['external', 'internal'] });
    lookups.answers.set('directory', ({ fields }) =>
      gatewaysXml(fields.get('profile') === 'internal' ? { gw1: plain } : {}),
    );
    await probe.api('sofia profile internal rescan');
    expect(await profile('killgw gw1')).toBe('+OK gateway marked for deletion.\n');
    const event = await until(isSubclass('delete'));
    expect(event['profile-name']).toBe('internal');
  });
});

describe('pings (contract 5.6)', () => {
  it('go down and up as in recording 08', async () => {
    await start({ gw1: { ...plain, ping: '5' } });
    fake.setPeer('gw1', { pings: 'answer', pingStatus: 503 });
    await until((event) => event['Ping-Status'] === 'DOWN');
    expect(await gwlist('down')).toBe('gw1 ');
    expect(await gwlist('up')).toBe('');
    fake.setPeer('gw1', {});
    await until((event) => event['Ping-Status'] === 'UP');
    const recorded = recordedEvents('08-gateway-ping-down-then-up').filter((event) => event['Event-Name'] === 'CUSTOM');
    expect(news(probe.events, 'gw1')).toEqual(news(recorded, 'gw1'));
    expect(probe.events.map((event) => Object.keys(event))).toEqual(recorded.map((event) => Object.keys(event)));
  });

  it('a peer that is silent is a 408 after 32 seconds', async () => {
    await start({ gw1: { ...plain, ping: '5' } });
    fake.setPeer('gw1', { pings: 'silent' });
    await until((event) => event['Status'] === '408');
    expect(news(probe.events, 'gw1')).toEqual(['state NOREG DOWN 408 Request Timeout']);
    await probe.api('status');
    expect(fake.log.commands.at(-1)!.atMs).toBeGreaterThan(32_000);
  });

  it('with ping-min and ping-max it takes several; a 404 is an answer, too', async () => {
    await start({ gw1: { ...plain, ping: '5', 'ping-min': '2', 'ping-max': '3', 'ping-monitoring': 'true' } });
    fake.setPeer('gw1', { pingStatus: 404 });
    await until((event) => event['Status'] === '404', 3);
    fake.setPeer('gw1', { pingStatus: 503 });
    await until((event) => event['Ping-Status'] === 'DOWN' && event['Status'] === '503');
    expect(
      news(probe.events, 'gw1')
        .filter((text) => text.includes('503'))
        .slice(0, 2),
    ).toEqual(['state NOREG UP 503 OK', 'state NOREG DOWN 503 OK']);
  });
});

describe('registration', () => {
  it('is accepted: TRYING, REGISTER, REGED, and only then UP', async () => {
    await start({ gw1: registering });
    expect(await gwlist('down')).toBe('gw1 ');
    await until(state('REGED'));
    expect(news(probe.events, 'gw1').slice(-3)).toEqual([
      'state TRYING DOWN',
      'state REGISTER DOWN 200 OK',
      'state REGED UP',
    ]);
    expect(probe.events.at(-1)).toMatchObject({ 'Register-Network-IP': '127.0.0.3', 'Register-Network-Port': '5060' });
    expect(await status('gw1')).toBe('REGED UP');
  });

  it('is refused: FAILED, FAIL_WAIT and DOWN, again and again, later each time', async () => {
    await start({ gw1: registering });
    fake.setPeer('gw1', { registers: 'wrong password' });
    await until(state('FAIL_WAIT'), 3);
    const refused = probe.events.filter(state('FAILED'));
    expect(refused[0]).toMatchObject({ Status: '403', 'Ping-Status': 'DOWN' });
    const times = probe.events.filter(state('TRYING')).map((event) => Number(event['Event-Date-Timestamp']) / 1e6);
    const waits = times.slice(1).map((time, index) => Math.round(time - times[index]!));
    expect(waits[1]!).toBeGreaterThan(waits[0]!);
    expect(await probe.api('sofia xmlstatus gateway gw1')).toMatch(/<retry>\d+s<\/retry>\n {2}<\/gateway>/);
  });

  it('falls at the first ping that fails, whatever ping-min says, and is back after retry-seconds', async () => {
    await start({ gw1: { ...registering, ping: '5', 'ping-min': '0', 'ping-max': '9' } });
    await until(state('REGED'));
    fake.setPeer('gw1', { pingStatus: 503 });
    await until(state('FAIL_WAIT'));
    expect(await status('gw1')).toBe('FAIL_WAIT DOWN');
    fake.setPeer('gw1', {});
    await until(state('REGED'), 2);
    expect(await status('gw1')).toBe('REGED UP');
  });

  it('has no effect on a gateway that does not register', async () => {
    await start({ gw1: plain, gw2: registering });
    await until(state('REGED'));
    expect(await profile('unregister gw1')).toBe("-ERR NOREG gateway [gw1] can't be unregistered!\n");
    expect(await profile('unregister gw2')).toBe('+OK\n');
    await until(state('DOWN'));
    expect(await profile('register gw2')).toBe('+OK\n');
    await until(state('REGED'), 2);
  });
});

describe('xmlstatus', () => {
  it('escapes from, contact and exten, and nothing else (contract 5.2)', async () => {
    await start({ gw1: { ...plain, realm: 'a&amp;b', username: 'u&lt;', context: 'c&amp;d', extension: '&lt;e' } });
    const xml = await probe.api('sofia xmlstatus gateway gw1');
    expect(xml).toContain('<realm>a&b</realm>');
    expect(xml).toContain('<username>u<</username>');
    expect(xml).toContain('<from>&lt;sip:u&lt;@127.0.0.2:5060&gt;</from>');
    expect(xml).toContain('<context>c&d</context>');
    expect(xml).toContain('<exten>&lt;e</exten>');
    expect(xml).toContain('<password>no</password>');
  });

  it('sofia status is for people', async () => {
    await start({ gw1: plain });
    const text = await probe.api('sofia status');
    expect(text).toContain('\tgateway\t  ');
    expect(text).toMatch(/external::gw1\t.*sip:FreeSWITCH@127\.0\.0\.2:5060\tNOREG\n=+\n1 profile 0 aliases\n$/);
  });
});

describe('mod_distributor (contract 4.5)', () => {
  const reload = (): Promise<string> => probe.api('distributor_ctl reload');
  const next = (): Promise<string> => probe.api('distributor l');

  it('starts anew with every reload', async () => {
    lookups.answers.set('distributor.conf', distributorXml('l', ['a', 'b']));
    await start({});
    expect([await next(), await next(), await next()]).toEqual(['a', 'b', 'a']);
    expect(await reload()).toBe('+OK reloaded.\n');
    expect(await next()).toBe('a');
    expect(await probe.api('distributor_ctl dump L')).toBe(
      'list: name=l\nnode: name=a weight=1\nnode: name=b weight=1\n',
    );
    expect(await probe.api('distributor_ctl dump')).toBe('missing list name\n');
    expect(await probe.api('distributor_ctl dump m')).toBe('cannot find list\n');
  });

  it('keeps its lists where there are none to be had, and says so', async () => {
    lookups.answers.set('distributor.conf', distributorXml('l', ['a']));
    await start({});
    for (const answer of [503, '<document/>\n', distributorXml('', [])]) {
      lookups.answers.set('distributor.conf', answer);
      expect(await reload()).toBe('-error\n');
      expect(await next()).toBe('a');
    }
  });

  it('loses the served ones to the local file without a word', async () => {
    lookups.answers.set('distributor.conf', distributorXml('l', ['a']));
    await start({}, { localDistributor: listXml('local', ['z']) });
    lookups.answers.set('distributor.conf', 500);
    expect(await reload()).toBe('+OK reloaded.\n');
    expect(await next()).toBe('-err');
    expect(await probe.api('distributor local')).toBe('z');
  });

  it('makes everybody wait while a reload is under way', async () => {
    lookups.answers.set('distributor.conf', distributorXml('l', ['a']));
    await start({});
    const held = heldAnswer(distributorXml('l', ['b']));
    lookups.answers.set('distributor.conf', held.answer);
    const order: string[] = [];
    const reloading = fake.command('distributor_ctl reload').then((text) => order.push(text));
    const choosing = fake.command('distributor l').then((text) => order.push(text));
    await probe.api('status');
    expect(order).toEqual([]);
    held.release();
    await Promise.all([reloading, choosing]);
    expect(order).toEqual(['+OK reloaded.\n', 'b']);
  });
});
