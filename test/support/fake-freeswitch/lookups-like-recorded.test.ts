import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { recordedRequest } from '../recorded-request.ts';
import { distributorXml, gatewaysXml, listXml, planXml } from './answer-xml.ts';
import { FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch.ts';
import { scaledTimers } from './scaled-timers.ts';
import { noAnswer, ScriptedLookups } from './scripted-lookups.ts';
import { formBody } from './xml-curl-client.ts';

let lookups: ScriptedLookups;
let fake: FakeFreeswitch | undefined;

beforeEach(async () => {
  lookups = await ScriptedLookups.start();
});

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
  await lookups.stop();
});

async function start(options: Partial<FakeFreeswitchOptions> = {}): Promise<FakeFreeswitch> {
  const lookup = { port: lookups.port, credentials: 'fs:secret' };
  fake = await FakeFreeswitch.start({ hostname: 'vm', timers: scaledTimers(1000), lookup, ...options });
  return fake;
}

/** The names of a form's fields, in their order. */
const names = (body: string): readonly string[] => body.split('&').map((field) => field.replace(/=.*/s, ''));

/** The head without what changes from run to run. */
const lines = (head: string): readonly string[] =>
  head.split(/\r?\n/).map((line) => line.replace(/^(Host: 127\.0\.0\.1:|Content-Length: ).*/, '$1'));

function recorded(name: string): { readonly head: string; readonly body: string } {
  const [head = '', body = ''] = recordedRequest(name).toString('latin1').split('\r\n\r\n');
  return { head, body };
}

const volatile = /^(?:Core-UUID|Event-(?:Date.*|Sequence|Calling-Line-Number))$/;
const fieldsOf = (body: string): readonly string[] =>
  body.split('&').filter((field) => !volatile.test(field.replace(/=.*/s, '')));

describe('the requests of a boot', () => {
  it('are the recorded ones, in the recorded order, each on a connection of its own', async () => {
    await start();
    const expected = [
      'configuration-distributor',
      'configuration-sofia-load',
      'configuration-sofia-profile-start',
      'directory-gateways',
    ].map(recorded);
    expect(lookups.arrived.map(({ head }) => lines(head))).toEqual(expected.map(({ head }) => lines(head)));
    expect(lookups.arrived.map(({ body }) => names(body))).toEqual(expected.map(({ body }) => names(body)));
    expect(lookups.arrived.map(({ body }) => fieldsOf(body))).toEqual(expected.map(({ body }) => fieldsOf(body)));
  });

  it('are logged with what came of them', async () => {
    lookups.answers.set('distributor.conf', distributorXml('2gw', ['gw1']));
    lookups.answers.set('sofia.conf', 404);
    lookups.answers.set('directory', '<document>\n<section name="dialplan">\n</section>\n</document>\n');
    const { log } = await start();
    const seen = log.requests.map(({ keyValue, outcome, reason }) => [keyValue, outcome, reason]);
    expect(seen).toEqual([
      ['distributor.conf', 'used', undefined],
      ['sofia.conf', 'failed', 'HTTP 404'],
      ['sofia.conf', 'failed', 'HTTP 404'],
      ['', 'not located', undefined],
    ]);
    expect(log.requests.at(-1)?.fields).toEqual({ purpose: 'gateways', profile: 'external' });
    expect(log.failuresSoFar).toBe(2);
  });

  it('are none without a binding', async () => {
    await start({ lookup: undefined, localGateways: [{ profile: 'external', name: 'gw9', proxy: '192.0.2.9' }] });
    expect(lookups.arrived).toEqual([]);
    expect(await fake!.command('sofia profile external gwlist')).toBe('gw9 ');
  });
});

describe('the dialplan request', () => {
  it('has the recorded fields in the recorded order, and the recorded values', async () => {
    await start();
    await fake!.call({ number: '9980', context: 'public' });
    const { head, body } = lookups.arrived.at(-1)!;
    const expected = recorded('dialplan-9980');
    expect(lines(head)).toEqual(lines(expected.head));
    expect(names(body)).toEqual(names(expected.body));
    const stable = (text: string) =>
      text
        .split('&')
        .filter(
          (field) =>
            !/^(?:Core|Unique|.*-UUID|.*-Unique-ID|.*_uuid|variable_uuid|variable_session|.*Date|.*Sequence|.*Line-Number|.*Created-Time|.*-Name=|.*_call_id|.*(?:port|stamp|tag|via|from|contact_uri|display)=)/.test(
              field,
            ),
        );
    expect(stable(body)).toEqual(stable(expected.body));
    expect(stable(body).length).toBeGreaterThan(70);
  });

  it('names the call by its leg, and carries what the caller sent', async () => {
    await start();
    const call = fake!.startCall({
      number: '1004|x&y',
      context: 'in',
      callerNumber: '+4930',
      networkAddress: '192.0.2.7',
    });
    await call.result;
    const { fields, body } = lookups.arrived.at(-1)!;
    expect(fields.get('Unique-ID')).toBe(call.uuid);
    expect(fields.get('Hunt-Destination-Number')).toBe('1004|x&y');
    expect(body).toContain('&Hunt-Destination-Number=1004%7Cx%26y&');
    expect(fields.get('Hunt-Context')).toBe('in');
    expect(fields.get('Caller-Caller-ID-Number')).toBe('+4930');
    expect(fields.get('variable_sip_network_ip')).toBe('192.0.2.7');
  });

  it('never carries an expansion in a caller profile field (contract 6.4)', async () => {
    await start();
    await fake!.call({ number: '${system id}' });
    const { fields } = lookups.arrived.at(-1)!;
    expect(fields.get('Hunt-Destination-Number')).toBe('%{system id}');
    expect(fields.has('variable_sip_req_user')).toBe(false);
  });
});

describe('the form (contract 1.3)', () => {
  it('cuts the first five fields to 511 bytes, encodes nothing in them, and goes on with the event', () => {
    const body = formBody('a&b=c+d%20e', {
      section: 'configuration',
      tagName: 'configuration',
      keyName: 'name',
      keyValue: 'x'.repeat(600),
      fields: [
        ['profile', 'é +%41%zz'],
        ['empty', ''],
        ['many', ['a', 'b']],
      ],
    });
    expect(body.startsWith('hostname=a&b=c+d%20e&section=configuration&')).toBe(true);
    expect(body.indexOf('&profile=')).toBe(511);
    expect(body.slice(511)).toBe('&profile=%C3%A9%20%2B%41%25zz&many=ARRAY%3A%3Aa%7C%3Ab');
  });
});

describe('an answer that is no use (contract 1.5)', () => {
  const bad = [
    ['an error', 503],
    ['nothing', ''],
    ['broken XML', '<document><section name="configuration">'],
    [
      'a declaration on the only line',
      '<?xml version="1.0"?><document><section name="configuration"></section></document>',
    ],
    ['more than a megabyte', `<document>${' '.repeat(1_100_000)}</document>`],
  ] as const;

  it.each(bad)('%s is a failure, and the local file is used', async (_, answer) => {
    lookups.answers.set('distributor.conf', answer);
    await start({ localDistributor: listXml('local', ['gw9']) });
    expect(await fake!.command('distributor local')).toBe('gw9');
    expect(fake!.log.requests[0]).toMatchObject({ keyValue: 'distributor.conf', outcome: 'failed' });
  });

  it('a server that does not answer is waited for as long as the binding says', async () => {
    lookups.answers.set('distributor.conf', noAnswer);
    const lookup = { port: lookups.port, timeoutMs: 5000 };
    await start({ localDistributor: listXml('local', ['gw9']), lookup });
    expect(fake!.log.requests[0]).toMatchObject({ outcome: 'failed', reason: 'timeout' });
    expect(fake!.log.requests[0]!.atMs).toBeGreaterThanOrEqual(5000);
  });

  it('a server that is away is a failure at once, and the call is refused', async () => {
    lookups.answers.set('directory', gatewaysXml({ gw1: { proxy: '127.0.0.2', register: 'false' } }));
    await start();
    await lookups.stop();
    const result = await fake!.call({ number: '1004' });
    lookups = await ScriptedLookups.start();
    expect(result).toMatchObject({ answered: false, finalStatus: 404, tried: [] });
  });

  it('is asked for at the next binding, as is *not found*; any other document ends the search (contract 2.1)', async () => {
    const second = await ScriptedLookups.start();
    onTestFinished(() => second.stop());
    const lookup = [
      { port: lookups.port, timeoutMs: 50_000 },
      { port: second.port, timeoutMs: 50_000 },
    ];
    lookups.answers.set('distributor.conf', '<document>\n<section name="dialplan">\n</section>\n</document>\n');
    lookups.answers.set('directory', noAnswer);
    second.answers.set('directory', gatewaysXml({ gw1: { proxy: '127.0.0.2', register: 'false' } }));
    await start({ lookup });
    lookups.answers.set('dialplan', 503);
    second.answers.set('dialplan', planXml(['respond 486']));
    expect((await fake!.call({ number: '1004' })).finalStatus).toBe(486);
    const seen = fake!.log.requests.map((it) => [it.keyValue || it.section, it.binding, it.outcome, it.reason]);
    expect(seen).toEqual([
      ['distributor.conf', 0, 'not located', undefined],
      ['sofia.conf', 0, 'not found', undefined],
      ['sofia.conf', 1, 'not found', undefined],
      ['sofia.conf', 0, 'not found', undefined],
      ['sofia.conf', 1, 'not found', undefined],
      ['directory', 0, 'failed', 'timeout'],
      ['directory', 1, 'used', undefined],
      ['dialplan', 0, 'failed', 'HTTP 503'],
      ['dialplan', 1, 'used', undefined],
    ]);
    expect(await fake!.command('sofia profile external gwlist')).toBe('gw1 ');
  });

  it('a plan that FreeSWITCH would read differently ends the test, not only the call', async () => {
    lookups.answers.set('dialplan', planXml(['system reboot']));
    await start();
    await expect(fake!.call({ number: '1004' })).rejects.toThrow('"system" is not allowed');
  });

  it('a plan for another context matches nothing', async () => {
    lookups.answers.set('dialplan', planXml(['respond 486'], 'other'));
    await start();
    expect((await fake!.call({ number: '1004' })).finalStatus).toBe(404);
    lookups.answers.set('dialplan', planXml(['respond 486'], 'global'));
    expect((await fake!.call({ number: '1004' })).finalStatus).toBe(486);
  });
});
