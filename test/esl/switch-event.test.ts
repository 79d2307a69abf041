import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSwitchEvent, SUBSCRIPTION, type GatewayEvent, type LegEvent } from '../../src/esl/switch-event.ts';
import { recordedEvents } from './recordings.ts';

const legsOf = (number: string, gateway?: string) =>
  recordedEvents(number).filter(
    (event): event is LegEvent => event.kind === 'leg' && (gateway === undefined || event.gateway === gateway),
  );

const gatewaysOf = (number: string) =>
  recordedEvents(number).filter((event): event is GatewayEvent => event.kind === 'gateway');

/** A leg's life in one line. */
const told = ({ name, gateway, attempt, ringAfterMs, answerAfterMs, hangup }: LegEvent) =>
  [name, gateway || '-', attempt, ringAfterMs ?? '-', answerAfterMs ?? '-', hangup?.cause, hangup?.sipStatus]
    .filter((it) => it !== undefined)
    .join(' ');

const readLeg = (fields: Readonly<Record<string, unknown>>) =>
  readSwitchEvent(JSON.stringify({ 'Event-Name': 'CHANNEL_PROGRESS', ...fields })) as LegEvent;

const stamps = (created: string, progress: string, media: string, answered: string) => ({
  'Caller-Channel-Created-Time': created,
  'Caller-Channel-Progress-Time': progress,
  'Caller-Channel-Progress-Media-Time': media,
  'Caller-Channel-Answered-Time': answered,
});

describe('the events of recorded calls', () => {
  it('tell a plan of two attempts: 503 from the first, an answer from the second (recording 10)', () => {
    const outbound = legsOf('10').filter(({ direction }) => direction === 'outbound');
    expect(outbound.map(told)).toEqual([
      'create gw1 1 - -',
      'hangup gw1 1 - - NORMAL_TEMPORARY_FAILURE 503',
      'create gw2 2 - -',
      'progress gw2 2 0 -',
      'answer gw2 2 0 20',
    ]);
    const caller = legsOf('10').find(({ direction, name }) => direction === 'inbound' && name === 'create');
    for (const leg of outbound) {
      expect(leg).toMatchObject({ decisionId: '0198f3c1', callerUuid: caller!.uuid, destination: '1004' });
    }
    expect(new Set(outbound.map(({ uuid }) => uuid)).size).toBe(2);
    expect(caller).toMatchObject({ gateway: '', decisionId: '', attempt: 0, callerUuid: '' });
  });

  it('have all facts of a leg that was refused (recording 10)', () => {
    expect(legsOf('10', 'gw1')[1]).toEqual({
      kind: 'leg',
      name: 'hangup',
      coreUuid: legsOf('10')[0]!.coreUuid,
      sequence: 403,
      uuid: 'bd9a56a1-1009-4c8a-a93d-64e02d4ad17c',
      direction: 'outbound',
      gateway: 'gw1',
      callerUuid: '76611775-ab22-49ce-9618-f492a9d4d922',
      decisionId: '0198f3c1',
      attempt: 1,
      destination: '1004',
      ringAfterMs: undefined,
      answerAfterMs: undefined,
      hangup: { cause: 'NORMAL_TEMPORARY_FAILURE', sipStatus: 503, disposition: 'recv_refuse', billMs: 0 },
    });
  });

  it('name the silent gateway of a progress timeout, and blame no SIP status (recording 11)', () => {
    expect(legsOf('11', 'gw1').map(told)).toEqual(['create gw1 1 - -', 'hangup gw1 1 - - PROGRESS_TIMEOUT 0']);
    expect(legsOf('11', 'gw1')[1]!.hangup!.disposition).toBe('send_cancel');
  });

  it('tell a ringing in the tick of the creation from no ringing at all, to the end (recordings 05 and 04)', () => {
    expect(legsOf('05', 'gw1').map(told)).toEqual([
      'create gw1 0 - -',
      'progress gw1 0 0 -',
      'hangup gw1 0 0 - NO_ANSWER 0',
    ]);
    expect(legsOf('04', 'gw1').map(told)).toEqual([
      'create gw1 0 - -',
      'hangup gw1 0 - - NORMAL_TEMPORARY_FAILURE 503',
    ]);
  });

  it('tell how long an answered call was billed (recording 03)', () => {
    const ended = legsOf('03', 'gw2').find(({ name }) => name === 'hangup');
    expect(told(ended!)).toBe('hangup gw2 0 0 0 NORMAL_CLEARING 0');
    expect(ended!.hangup).toMatchObject({ disposition: 'send_bye', billMs: 10320 });
  });

  it('take the earlier of ringing and early media on the way and at the end (recording 11)', () => {
    const caller = legsOf('11').find((leg) => leg.direction === 'inbound' && leg.name === 'answer');
    expect(caller).toMatchObject({ ringAfterMs: 3420, answerAfterMs: 3420 });
    const ended = legsOf('12').find((leg) => leg.direction === 'inbound' && leg.uuid === caller!.uuid);
    expect(ended).toMatchObject({ name: 'hangup', ringAfterMs: 3420, answerAfterMs: 3420 });
  });

  it('tell a gateway that its ping lost and found again (recording 08)', () => {
    const told = gatewaysOf('08').map(({ change, gateway, profile, state, status, sipStatus, phrase }) =>
      [change, gateway, profile, state, status, sipStatus, phrase].join('|'),
    );
    expect(told).toEqual(['state|gw1||NOREG|DOWN|503|OK', 'state|gw1||NOREG|UP|200|OK']);
  });

  it('tell a gateway that was deleted and added (recording 07)', () => {
    const told = gatewaysOf('07').map(({ change, gateway, profile, status }) => [change, gateway, profile, status]);
    expect(told).toEqual([
      ['deleted', 'gw2', 'external', ''],
      ['added', 'gw2', 'external', ''],
    ]);
  });

  it('tell of which switch they are, and in which order (recording 07)', () => {
    const events = recordedEvents('07');
    expect(events.map(({ kind, sequence }) => `${kind} ${sequence}`)).toEqual([
      'gateway 674',
      'gateway 686',
      'heartbeat 690',
    ]);
    expect(new Set(events.map(({ coreUuid }) => coreUuid))).toEqual(new Set(['f04b9f3a-6957-445e-8a50-f2c71e154ffa']));
    expect(events[2]).toMatchObject({
      version: '1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit',
      sessions: 0,
      uptimeMs: 80026,
    });
  });
});

describe('reading an event', () => {
  it('gives undefined for other events and for what is none', () => {
    const others = ['', '{', 'null', '7', '"x"', '[]', '{}', '{"Event-Name":"CHANNEL_DESTROY"}', '{"Event-Name":7}'];
    const subclass = '{"Event-Name":"CUSTOM","Event-Subclass":"sofia::register"}';
    expect([...others, subclass].map(readSwitchEvent)).toEqual(Array(10).fill(undefined));
  });

  it('reads early media as progress', () => {
    expect(readLeg({ 'Event-Name': 'CHANNEL_PROGRESS_MEDIA' }).name).toBe('progress');
  });

  it('takes the ringing from whichever stamp there is, and the earlier of two', () => {
    const ringAfterMs = (...of: Parameters<typeof stamps>) => readLeg(stamps(...of)).ringAfterMs;
    expect(ringAfterMs('1795332212066821', '1795332212086806', '0', '0')).toBe(20);
    expect(ringAfterMs('1795332212066821', '0', '1795332213066821', '0')).toBe(1000);
    expect(ringAfterMs('1795332212066821', '1795332214066821', '1795332213066821', '0')).toBe(1000);
    expect(ringAfterMs('1795332212066821', '0', '0', '0')).toBeUndefined();
    expect(ringAfterMs('0', '1795332212066821', '0', '0')).toBeUndefined();
  });

  it('knows no time before the creation, even if the clock was set back', () => {
    expect(readLeg(stamps('1795332212066821', '1795332212066000', '0', '1795332211000000'))).toMatchObject({
      ringAfterMs: 0,
      answerAfterMs: 0,
    });
  });

  it('goes by the variables once a leg has ended, and by nothing else', () => {
    const ended = readLeg({
      'Event-Name': 'CHANNEL_HANGUP_COMPLETE',
      ...stamps('1', '2', '3', '4'),
      variable_start_uepoch: '1795332212000000',
      variable_progress_uepoch: '0',
      variable_progress_media_uepoch: '1795332212500000',
      variable_answer_uepoch: '1795332214000000',
      variable_progressmsec: '77',
    });
    expect(ended).toMatchObject({ ringAfterMs: 500, answerAfterMs: 2000 });
  });

  it('believes a gateway of outbound legs only', () => {
    const gateway = (direction: string) =>
      readLeg({ 'Call-Direction': direction, variable_sip_gateway_name: 'gw1' }).gateway;
    expect([gateway('outbound'), gateway('inbound'), gateway('')]).toEqual(['gw1', '', '']);
  });

  it('finds the caller by the other leg where the variable is missing', () => {
    expect(readLeg({ 'Other-Leg-Unique-ID': 'a' }).callerUuid).toBe('a');
    expect(readLeg({ 'Other-Leg-Unique-ID': 'a', variable_originating_leg_uuid: 'b' }).callerUuid).toBe('b');
  });

  it('takes the first of several values', () => {
    expect(readLeg({ variable_trunkhunt_decision: ['one', 'two'], 'Unique-ID': [] })).toMatchObject({
      decisionId: 'one',
      uuid: '',
    });
  });

  it.each(['-1', '1.5', '1e3', ' 1', 'abc', '9'.repeat(16), '9'.repeat(400), '\u0661'])(
    'reads no number in %j',
    (text) => {
      expect(readLeg({ variable_trunkhunt_attempt: text }).attempt).toBe(0);
    },
  );

  it('reads a job and its output', () => {
    const json = '{"Event-Name":"BACKGROUND_JOB","Event-Sequence":"7","Job-UUID":"j","_body":"+OK\\n"}';
    expect(readSwitchEvent(json)).toEqual({ kind: 'job', coreUuid: '', sequence: 7, jobUuid: 'j', body: '+OK\n' });
  });

  it('throws for nothing, and gives the types it promises', () => {
    const name = fc.constantFrom('CHANNEL_CREATE', 'CHANNEL_HANGUP_COMPLETE', 'CUSTOM', 'HEARTBEAT', 'BACKGROUND_JOB');
    const key = fc.constantFrom(
      'Core-UUID',
      'Event-Sequence',
      'Event-Subclass',
      'Unique-ID',
      'Call-Direction',
      'variable_start_uepoch',
      'variable_answer_uepoch',
      'variable_billmsec',
      'Session-Count',
      '__proto__',
    );
    const fields = fc.dictionary(
      key,
      fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('sofia::gateway_add')),
    );
    const read = fc.property(name, fields, (eventName, more) => {
      const event = readSwitchEvent(JSON.stringify({ ...more, 'Event-Name': eventName }));
      if (event === undefined) {
        expect(eventName).toBe('CUSTOM');
        return;
      }
      expect(typeof event.coreUuid).toBe('string');
      expect(Number.isSafeInteger(event.sequence)).toBe(true);
      if (event.kind === 'leg') {
        expect(typeof event.uuid).toBe('string');
        expect(['inbound', 'outbound']).toContain(event.direction);
        expect(event.hangup === undefined).toBe(event.name !== 'hangup');
      }
    });
    fc.assert(read, { numRuns: 500 });
  });
});

describe('the subscription', () => {
  it('names every plain event before CUSTOM, and subclasses only after it', () => {
    const [plainEvents, subclasses] = SUBSCRIPTION.split(' CUSTOM ');
    expect(plainEvents).toMatch(/^event json(?: [A-Z_]+)+$/);
    expect(subclasses).toMatch(/^sofia::[a-z_]+(?: sofia::[a-z_]+)*$/);
  });
});
