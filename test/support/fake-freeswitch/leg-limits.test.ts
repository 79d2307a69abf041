import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { gatewaysXml, planXml } from './answer-xml.ts';
import { EventSocketProbe } from './event-socket-probe.ts';
import { FakeFreeswitch } from './fake-freeswitch.ts';
import { ManualTimers } from './manual-timers.ts';
import { ScriptedLookups } from './scripted-lookups.ts';

let lookups: ScriptedLookups;
let fake: FakeFreeswitch;
let timers: ManualTimers;

beforeEach(async () => {
  lookups = await ScriptedLookups.start();
  lookups.answers.set('directory', gatewaysXml({ gw1: { proxy: '127.0.0.2', register: 'false' } }));
  timers = new ManualTimers();
  fake = await FakeFreeswitch.start({ hostname: 'vm', timers, lookup: { port: lookups.port } });
});

afterEach(async () => {
  await fake.stop();
  await lookups.stop();
});

/** How long a leg lasts that starts so many milliseconds into a second, and why it ends. */
async function limited(intoSecondMs: number, variables: string, actions: readonly string[] = []): Promise<unknown> {
  const ring = variables.includes('progress') ? { silent: true as const } : { ringAfterMs: 0, answerAfterMs: Infinity };
  fake.setGateway('gw1', ring);
  lookups.answers.set('dialplan', planXml([...actions, `bridge [${variables}]sofia/gateway/gw1/1`]));
  const probe = await EventSocketProbe.subscribed(fake.eslPort, 'event json CHANNEL_CREATE CHANNEL_HANGUP_COMPLETE');
  timers.advance(intoSecondMs);
  const call = fake.startCall({ number: '1' });
  await probe.event((event) => event['Call-Direction'] === 'outbound');
  timers.advance(100_000);
  const event = await probe.event((each) => each['variable_hangup_cause'] !== undefined);
  await call.result;
  probe.end();
  return [event['Hangup-Cause'], event['variable_mduration']];
}

describe('limits of a leg are compared in whole seconds (ORIG:296-370, 3370)', () => {
  it.each([
    // Recording 11.
    [618, 'leg_progress_timeout=3', 'PROGRESS_TIMEOUT', '3392'],
    [0, 'leg_progress_timeout=3', 'PROGRESS_TIMEOUT', '4010'],
    [300, 'leg_timeout=2', 'ALLOTTED_TIMEOUT', '2710'],
    [999, 'leg_timeout=2', 'ALLOTTED_TIMEOUT', '2011'],
    [0, 'leg_progress_timeout=5,leg_timeout=3', 'ALLOTTED_TIMEOUT', '4010'],
  ])('%d ms into a second, %s is %s after %s ms', async (intoSecondMs, variables, cause, duration) => {
    expect(await limited(intoSecondMs, variables)).toEqual([cause, duration]);
  });

  it('call_timeout counts once it is reached, not once it is over: recording 05', async () => {
    expect(await limited(767, 'leg_timeout=20', ['set call_timeout=4'])).toEqual(['NO_ANSWER', '3243']);
  });

  it('the switch itself waits 60 seconds, unless call_timeout says otherwise', async () => {
    expect(await limited(0, 'leg_timeout=70')).toEqual(['NO_ANSWER', '60010']);
    expect(await limited(0, 'leg_timeout=70', ['set call_timeout=75'])).toEqual(['ALLOTTED_TIMEOUT', '71010']);
  });
});
