import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { distributorXml, gatewaysXml, planXml } from './answer-xml.ts';
import { EventSocketProbe } from './event-socket-probe.ts';
import type { CallOptions, CallResult } from './call-result.ts';
import { FakeFreeswitch, type FakeFreeswitchOptions } from './fake-freeswitch.ts';
import type { GatewayBehaviour } from './gateway-behaviour.ts';
import { scaledTimers } from './scaled-timers.ts';
import { ScriptedLookups } from './scripted-lookups.ts';

const leg = (gateway: string, timeouts = 'leg_progress_timeout=3,leg_timeout=20'): string =>
  `bridge [${timeouts}]sofia/gateway/${gateway}/1004`;
const start = ['set hangup_after_bridge=true'];
const continueOn =
  'set continue_on_fail=NETWORK_OUT_OF_ORDER,NORMAL_TEMPORARY_FAILURE,RECOVERY_ON_TIMER_EXPIRE,SWITCH_CONGESTION,' +
  'GATEWAY_DOWN,INVALID_GATEWAY,PROGRESS_TIMEOUT,NO_USER_RESPONSE,REQUESTED_CHAN_UNAVAIL';
/** verified.md's failover plan, and the same closed in the way that gives both. */
const failover = [...start, continueOn, leg('gw1'), leg('gw2'), 'respond 503'];
const closed = [
  ...start,
  continueOn,
  leg('gw1'),
  'set continue_on_fail=INVALID_GATEWAY,GATEWAY_DOWN',
  leg('gw2'),
  'respond 503',
];

let lookups: ScriptedLookups;
let fake: FakeFreeswitch;

beforeEach(async () => {
  lookups = await ScriptedLookups.start();
  lookups.answers.set('distributor.conf', distributorXml('2gw', ['gw1', 'gw2']));
  const parameters = { register: 'false', ping: '5' };
  const served = { gw1: { proxy: '127.0.0.2', ...parameters }, gw2: { proxy: '127.0.0.3', ...parameters } };
  lookups.answers.set('directory', gatewaysXml(served));
  await boot();
});

afterEach(async () => {
  await fake.stop();
  await lookups.stop();
});

async function boot(options: Partial<FakeFreeswitchOptions> = {}): Promise<void> {
  fake = await FakeFreeswitch.start({
    hostname: 'vm',
    timers: scaledTimers(100),
    lookup: { port: lookups.port },
    ...options,
  });
}

/** A number is the status that the gateway refuses with; 200 = it answers. */
async function call(
  plan: readonly string[],
  results: Readonly<Record<string, number | GatewayBehaviour>>,
  options: Partial<CallOptions> = {},
): Promise<CallResult> {
  lookups.answers.set('dialplan', planXml(plan));
  for (const [gateway, result] of Object.entries(results)) {
    const refusal = result === 200 ? {} : { refuse: Number(result) };
    fake.setGateway(gateway, typeof result === 'object' ? result : refusal);
  }
  return fake.call({ number: '1004', hangupAfterMs: 1000, ...options });
}

const names = ({ tried }: CallResult): readonly string[] => tried.map(({ gateway }) => gateway);

/** Takes a gateway down as its pings do. */
async function takeDown(...gateways: readonly string[]): Promise<void> {
  const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CUSTOM sofia::gateway_state');
  for (const gateway of gateways) fake.setPeer(gateway, { pingStatus: 503 });
  await probe.countOf(gateways.length, (event) => event['Ping-Status'] === 'DOWN');
  probe.end();
}

describe('the failover plan', () => {
  it('an answer is an answer', async () => {
    const result = await call(failover, { gw1: 200, gw2: 200 });
    expect(result).toMatchObject({ answered: true, finalStatus: 200 });
    expect(names(result)).toEqual(['gw1']);
  });

  it.each([486, 404, 603])('%d goes to the caller, and nobody else is tried', async (status) => {
    const result = await call(failover, { gw1: status, gw2: 200 });
    expect(result).toMatchObject({ answered: false, finalStatus: status });
    expect(names(result)).toEqual(['gw1']);
  });

  it.each([503, 500, 502, 408, 480])('%d goes on to gw2', async (status) => {
    const result = await call(failover, { gw1: status, gw2: 200 });
    expect(result).toMatchObject({ answered: true, finalStatus: 200 });
    expect(names(result)).toEqual(['gw1', 'gw2']);
  });

  it('nothing at all goes on to gw2 after a little more than three seconds', async () => {
    const result = await call(
      failover,
      { gw1: { silent: true }, gw2: { ringAfterMs: 0, answerAfterMs: 0 } },
      { hangupAfterMs: 0 },
    );
    expect(names(result)).toEqual(['gw1', 'gw2']);
    expect(result.endedMs - result.startedMs).toBeGreaterThan(3000);
  });

  it('a gateway that is down is not tried, and is no leg', async () => {
    await takeDown('gw1');
    const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE');
    const result = await call(failover, { gw1: 200, gw2: 200 });
    await probe.countOf(4, () => true);
    expect(names(result)).toEqual(['gw2']);
    expect(result.notSent).toEqual([{ gateway: 'gw1', cause: 'GATEWAY_DOWN' }]);
    expect(probe.events.map((event) => event['variable_sip_gateway_name'])).not.toContain('gw1');
    probe.end();
  });
});

describe('what the caller hears at the end', () => {
  const open = failover.slice(0, -1);

  it.each([
    [503, 503, 503, 503],
    [480, 503, 503, 503],
    [503, 404, 404, 404],
    [503, 486, 486, 486],
    [404, 200, 404, 404],
    [500, 480, 480, 503],
  ])('%d and %d: %d without a last action, %d with `respond 503`', async (gw1, gw2, without, withRespond) => {
    expect((await call(open, { gw1, gw2 })).finalStatus).toBe(without);
    expect((await call(failover, { gw1, gw2 })).finalStatus).toBe(withRespond);
  });

  it('where no gateway could be tried: 480, or 503 with `respond 503`', async () => {
    const unknown = [...start, continueOn, leg('gw8'), leg('gw9')];
    expect((await call(unknown, {})).finalStatus).toBe(480);
    expect((await call([...unknown, 'hangup INVALID_GATEWAY'], {})).finalStatus).toBe(484);
    expect((await call([...unknown, 'hangup GATEWAY_DOWN'], {})).finalStatus).toBe(503);
    expect((await call([...unknown, 'respond 503'], {})).finalStatus).toBe(503);
  });

  it.each([
    [503, 480, 480],
    [503, 404, 404],
  ])('closed in the way that gives both: %d then %d is %d', async (gw1, gw2, expected) => {
    expect((await call(closed, { gw1, gw2 })).finalStatus).toBe(expected);
  });

  it('503 then unknown, both unknown and both down are 503 in that way', async () => {
    const with2 = (first: string, second: string) =>
      closed.map((action) => action.replace('gw1', first).replace('gw2', second));
    expect((await call(with2('gw1', 'gw9'), { gw1: 503 })).finalStatus).toBe(503);
    expect((await call(with2('gw8', 'gw9'), {})).finalStatus).toBe(503);
    await takeDown('gw1', 'gw2');
    expect((await call(closed, { gw1: 200, gw2: 200 })).finalStatus).toBe(503);
  });

  it('the last leg that had a status decides, unless that is forgotten', async () => {
    const rings = { ringAfterMs: 0, answerAfterMs: Infinity };
    const forgetting = [
      ...start,
      continueOn,
      leg('gw1'),
      'unset last_bridge_proto_specific_hangup_cause',
      leg('gw2', 'leg_timeout=2'),
    ];
    const remembering = forgetting.filter((action) => !action.startsWith('unset'));
    expect((await call(remembering, { gw1: 503, gw2: rings })).finalStatus).toBe(503);
    expect((await call(forgetting, { gw1: 503, gw2: rings })).finalStatus).toBe(480);
  });

  it('both silent: 480', async () => {
    const result = await call(closed, { gw1: { silent: true }, gw2: { silent: true } });
    expect(result.finalStatus).toBe(480);
    expect(result.tried.map(({ cause }) => cause)).toEqual(['PROGRESS_TIMEOUT', 'PROGRESS_TIMEOUT']);
  });
});

describe('the caller', () => {
  it("may cancel while it rings: ORIGINATOR_CANCEL, which is nobody's fault", async () => {
    const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CHANNEL_HANGUP_COMPLETE');
    const result = await call(
      failover,
      { gw1: { ringAfterMs: 10, answerAfterMs: Infinity } },
      { cancelAfterMs: 15_000 },
    );
    const [called, caller] = await probe.countOf(2, () => true);
    expect(result).toMatchObject({
      answered: false,
      finalStatus: 487,
      tried: [{ gateway: 'gw1', cause: 'ORIGINATOR_CANCEL' }],
    });
    expect(called).toMatchObject({
      'Hangup-Cause': 'ORIGINATOR_CANCEL',
      variable_sip_hangup_disposition: 'send_cancel',
      variable_sip_invite_failure_status: '487',
    });
    expect(called!['variable_sip_term_status']).toBeUndefined();
    expect(caller).toMatchObject({ variable_sip_hangup_disposition: 'recv_cancel' });
    probe.end();
  });

  it('may cancel before there is a plan', async () => {
    lookups.answers.set('dialplan', () => new Promise(() => undefined));
    const result = await fake.call({ number: '1004', cancelAfterMs: 100 });
    expect(result).toMatchObject({ answered: false, finalStatus: 487, tried: [], decisionId: undefined });
  });

  it('may be hung up by hand', async () => {
    lookups.answers.set('dialplan', planXml(failover));
    fake.setGateway('gw1', { answerAfterMs: 10 });
    const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CHANNEL_ANSWER');
    const running = fake.startCall({ number: '1004' });
    await probe.countOf(2, () => true);
    expect(fake.callsInProgress).toBe(1);
    running.hangUp();
    expect(await running.result).toMatchObject({ answered: true, tried: [{ cause: 'NORMAL_CLEARING' }] });
    expect(fake.callsInProgress).toBe(0);
    probe.end();
  });

  it('without hangup_after_bridge is sent to the next gateway after a successful call', async () => {
    const plan = [leg('gw1'), leg('gw2'), 'respond 503'];
    const result = await call(plan, { gw1: { talkMs: 100 }, gw2: { talkMs: 100 } }, { hangupAfterMs: 60_000 });
    expect(names(result)).toEqual(['gw1', 'gw2']);
    expect(result.finalStatus).toBe(200);
  });
});

describe('timeouts (contract 6.6)', () => {
  it('a leg that rings for longer than leg_timeout is an ALLOTTED_TIMEOUT', async () => {
    const plan = [...start, 'set continue_on_fail=true', leg('gw1', 'leg_timeout=6'), leg('gw2')];
    const result = await call(plan, { gw1: { answerAfterMs: Infinity }, gw2: 200 });
    expect(result.tried.map(({ cause }) => cause)).toEqual(['ALLOTTED_TIMEOUT', 'NORMAL_CLEARING']);
  });

  it('early media is ringing, and no leg_timeout counts after it', async () => {
    const plan = [
      ...start,
      'set continue_on_fail=true',
      leg('gw1', 'leg_progress_timeout=1,leg_timeout=2'),
      leg('gw2'),
    ];
    const result = await call(plan, { gw1: { earlyMedia: true, ringAfterMs: 100, answerAfterMs: 8000 } });
    expect(result).toMatchObject({ answered: true });
    expect(names(result)).toEqual(['gw1']);
    const failed = await call(plan, {
      gw1: { earlyMedia: true, ringAfterMs: 100, refuse: 503, refuseAfterMs: 5000 },
      gw2: 200,
    });
    expect(names(failed)).toEqual(['gw1', 'gw2']);
  });
});

describe('outcomes (contract 7.6)', () => {
  it('a Reason header counts more than the status, which stays', async () => {
    const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CHANNEL_HANGUP_COMPLETE');
    await call(failover, { gw1: { refuse: 503, refuseReason: 'NORMAL_CIRCUIT_CONGESTION' } });
    const [called] = await probe.countOf(1, () => true);
    expect(called).toMatchObject({
      'Hangup-Cause': 'NORMAL_CIRCUIT_CONGESTION',
      variable_hangup_cause_q850: '34',
      variable_sip_term_status: '503',
    });
    probe.end();
  });

  it('counts calls and failures of a gateway', async () => {
    await call(failover, { gw1: 503, gw2: 200 });
    const xml = await fake.command('sofia xmlstatus gateway gw1');
    expect(xml).toMatch(/<calls-out>1<.*\s*.*\s*<failed-calls-out>1</);
    expect(await fake.command('sofia xmlstatus gateway gw2')).toMatch(/<calls-out>1<.*\s*.*\s*<failed-calls-out>0</);
  });

  it('a script sees the call', async () => {
    const seen: unknown[] = [];
    fake.setGateway('gw1', ({ gateway, number, attempt, decisionId }) => {
      seen.push([gateway, number, attempt, decisionId]);
      return { refuse: 486 };
    });
    lookups.answers.set('dialplan', planXml([leg('gw1', 'trunkhunt_decision=d-1,trunkhunt_attempt=3')]));
    const result = await fake.call({ number: '1004' });
    expect(seen).toEqual([['gw1', '1004', 3, 'd-1']]);
    expect(result).toMatchObject({ decisionId: 'd-1', tried: [{ attempt: 3 }] });
  });
});

describe('a gateway chosen by mod_distributor', () => {
  const choose = (list: string) =>
    `set trunkhunt_gateway=\${expand(distributor ${list} \${sofia(profile external gwlist down)})}`;
  const plan = (list: string) => [
    ...start,
    continueOn,
    choose(list),
    leg('${trunkhunt_gateway}'),
    leg('gw2'),
    'respond 503',
  ];

  it('alternates as the list says, without who is down', async () => {
    const chosen = async () => names(await call(plan('2gw'), { gw1: 200, gw2: 200 }));
    expect([await chosen(), await chosen(), await chosen()]).toEqual([['gw1'], ['gw2'], ['gw1']]);
    await takeDown('gw1');
    expect([await chosen(), await chosen()]).toEqual([['gw2'], ['gw2']]);
  });

  it('is followed by named legs where the list is unknown', async () => {
    const result = await call(plan('nosuch'), { gw2: 200 });
    expect(names(result)).toEqual(['gw2']);
    expect(result.notSent).toEqual([{ gateway: '-err', cause: 'INVALID_GATEWAY' }]);
  });

  it('where the module is not loaded only literal names are left', async () => {
    await fake.stop();
    await boot({ modDistributor: false });
    const conditional = (name: string) => `\${cond(x\${trunkhunt_gateway} == x${name} ? gw1 : ${name})}`;
    const result = await call([...plan('2gw').slice(0, 4), leg(conditional('gw2')), leg('gw2')], { gw2: 200 });
    expect(names(result)).toEqual(['gw2']);
    expect(result.notSent.map(({ gateway }) => gateway)).toEqual([
      'INVALID COMMAND!\n-ERR Cannot execute command\n',
      '-ERR',
    ]);
  });
});
