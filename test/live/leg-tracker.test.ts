import { describe, expect, it } from 'vitest';
import type { HangupFacts, LegEvent } from '../../src/esl/switch-event.ts';
import { parseName } from '../../src/routing/name.ts';
import { gw1, tracking } from './tracked-legs.ts';

const leg = (name: LegEvent['name'], event: Partial<LegEvent> = {}): LegEvent => ({
  kind: 'leg',
  name,
  coreUuid: 'c',
  sequence: 1,
  uuid: 'u1',
  direction: 'outbound',
  gateway: 'gw1',
  callerUuid: 'caller',
  decisionId: '',
  attempt: 0,
  destination: '4312345',
  ringAfterMs: undefined,
  answerAfterMs: undefined,
  hangup: undefined,
  ...event,
});

const hangup = (facts: Partial<HangupFacts>, event: Partial<LegEvent> = {}): LegEvent =>
  leg('hangup', { hangup: { cause: 'NORMAL_CLEARING', sipStatus: 0, disposition: '', billMs: 0, ...facts }, ...event });

describe('a leg', () => {
  it('rings once, with the time of its first sign', () => {
    const { follow, news, evidence } = tracking();
    follow([leg('create'), leg('progress', { ringAfterMs: 1_500 }), leg('progress', { ringAfterMs: 1_500 })]);
    follow([leg('answer', { ringAfterMs: 1_500, answerAfterMs: 4_000 })]);
    expect(news()).toEqual(['gw1 rang after 1.5']);
    expect(evidence(gw1)?.goods).toBe(1);
  });

  it('that was answered without ringing rang then', () => {
    const { follow, news } = tracking();
    follow([leg('create'), leg('answer', { answerAfterMs: 700 })]);
    expect(news()).toEqual(['gw1 rang after 0.7']);
  });

  it('that rang and failed after all is a fault, and the ring counts no more', () => {
    const { follow, evidence, news } = tracking();
    follow([leg('create'), leg('progress', { ringAfterMs: 10 })]);
    expect(evidence(gw1)).toMatchObject({ faults: 0, goods: 1 });
    follow([hangup({ sipStatus: 503, cause: 'NORMAL_TEMPORARY_FAILURE' }, { ringAfterMs: 10 })]);
    expect(evidence(gw1)?.goods).toBe(0);
    expect(news(/gw1 (?:attempt|fault)/)).toEqual(['gw1 attempt gateway', 'gw1 fault']);
  });

  it.each<[string, Partial<HangupFacts>, number | undefined, string, number]>([
    ['a busy number shows that the gateway works', { sipStatus: 486, cause: 'USER_BUSY' }, undefined, 'destination', 1],
    [
      'a caller who gives up at once shows nothing',
      { cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' },
      undefined,
      'caller',
      0,
    ],
    [
      'a caller who gives up while it rings shows that it works',
      { cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' },
      900,
      'caller',
      1,
    ],
    [
      'what we asked wrongly shows nothing',
      { sipStatus: 488, cause: 'INCOMPATIBLE_DESTINATION' },
      undefined,
      'ourselves',
      0,
    ],
    ['a cause that the table does not have shows nothing', { cause: 'NORMAL_UNSPECIFIED' }, undefined, 'unjudged', 0],
  ])('%s', (_, facts, ringAfterMs, verdict, goods) => {
    const { follow, news, evidence } = tracking();
    // The events in between were lost.
    follow([leg('create'), hangup(facts, { ringAfterMs })]);
    expect(news(/attempt/)).toEqual([`gw1 attempt ${verdict}`]);
    expect(evidence(gw1)?.goods ?? 0).toBe(goods);
  });

  it('whose beginning was not seen is counted from its first event, and leaves nothing', () => {
    const { follow, calls } = tracking();
    follow([leg('answer', { answerAfterMs: 5 })]);
    expect(calls()[0]).toEqual([1, 1]);
    follow([hangup({}, { answerAfterMs: 5 }), hangup({ sipStatus: 503 }, { uuid: 'u2' })]);
    expect(calls()[0]).toEqual([0, 0]);
  });

  it('through a gateway that the inventory has not is counted, and judged by nobody', () => {
    const { follow, news, ledger, book } = tracking();
    const foreign = { gateway: 'foreign' };
    follow([leg('create', foreign), leg('progress', { ...foreign, ringAfterMs: 1 })]);
    expect(ledger.liveCalls(parseName('foreign')!)).toBe(1);
    follow([hangup({ sipStatus: 503 }, foreign)]);
    expect([ledger.liveCalls(parseName('foreign')!), news(), book.evidence]).toEqual([0, [], []]);
  });

  it.each(['', 'not a name', '-err'])('through no gateway is nobody’s: %j', (gateway) => {
    const { follow, news, ledger } = tracking();
    follow([leg('create', { gateway }), leg('answer', { gateway }), hangup({}, { gateway })]);
    expect([news(), ledger.legsOn('fs1')]).toEqual([[], []]);
  });

  it('is judged for the number that the caller dialled, not for what the gateway was asked for', () => {
    const { follow, plan, evidence } = tracking();
    plan('caller');
    const ours = { decisionId: '0198f3c1', attempt: 1, destination: '99999' };
    follow([leg('create', ours), hangup({ sipStatus: 503 }, ours)]);
    follow([leg('create', { uuid: 'u2', gateway: 'gw2', destination: '99999' })]);
    follow([hangup({ sipStatus: 486 }, { uuid: 'u2', gateway: 'gw2', destination: '99999' })]);
    expect(evidence(gw1)).toBeUndefined();
    follow([leg('create', { uuid: 'u3', gateway: 'gw2' }), hangup({ sipStatus: 486 }, { uuid: 'u3', gateway: 'gw2' })]);
    expect(evidence(gw1)?.faults).toBe(1);
  });
});

describe('a caller who is gone', () => {
  it.each(['inbound', 'outbound'] as const)('leaves no slot of the plan taken: an %s one', (direction) => {
    const { follow, plan, calls } = tracking();
    plan('a-1');
    follow([leg('create', { decisionId: '0198f3c1', attempt: 1 })]);
    expect(calls()).toEqual([
      [1, 1],
      [0, 1],
    ]);
    follow([
      hangup({ cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' }, { decisionId: '0198f3c1', attempt: 1 }),
    ]);
    follow([hangup({ cause: 'ORIGINATOR_CANCEL' }, { uuid: 'a-1', direction, gateway: '' })]);
    expect(calls()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('what is told of attempts', () => {
  const attempt = (name: LegEvent['name'], event: Partial<LegEvent> = {}): LegEvent =>
    leg(name, { decisionId: '0198f3c1', attempt: 1, ...event });
  const ended = (event: Partial<LegEvent> = {}): LegEvent =>
    attempt('hangup', {
      hangup: { cause: 'NORMAL_TEMPORARY_FAILURE', sipStatus: 503, disposition: 'recv_refuse', billMs: 0 },
      ...event,
    });
  const callerEnds = (cause: string): LegEvent =>
    hangup({ cause }, { uuid: 'caller', direction: 'inbound', gateway: '' });

  it('is that it failed, then that the next one was answered, and that the call is over', () => {
    const { follow, plan, told } = tracking();
    plan('caller');
    follow([attempt('create'), ended()]);
    expect(told()).toEqual(['0198f3c1 1 gw1 gateway']);
    const second = { uuid: 'u2', gateway: 'gw2', attempt: 2 };
    follow([attempt('create', second), attempt('answer', { ...second, answerAfterMs: 700 })]);
    expect(told()).toEqual(['0198f3c1 2 gw2 answered so far']);
    follow([ended({ ...second, answerAfterMs: 700 }), callerEnds('NORMAL_CLEARING')]);
    expect(told()).toEqual(['0198f3c1 2 gw2 answered']);
  });

  it('is that the switch went past a gateway without a leg', () => {
    const { follow, plan, told } = tracking();
    plan('caller');
    follow([attempt('create', { uuid: 'u2', gateway: 'gw2', attempt: 2 })]);
    expect(told()).toEqual(['0198f3c1 1 gw1 not_called']);
    follow([attempt('create', { uuid: 'u2', gateway: 'gw2', attempt: 2 })]);
    expect(told()).toEqual([]);
  });

  it('is that the switch called none of them', () => {
    const { follow, plan, told } = tracking();
    plan('caller');
    follow([callerEnds('NETWORK_OUT_OF_ORDER')]);
    expect(told()).toEqual(['0198f3c1 1 gw1 not_called', '0198f3c1 2 gw2 not_called', '0198f3c1 over']);
    follow([callerEnds('NETWORK_OUT_OF_ORDER')]);
    expect(told()).toEqual([]);
  });

  it('is nothing of those that were not needed, or that the caller did not wait for', () => {
    const { follow, plan, told } = tracking();
    plan('caller');
    follow([attempt('create'), ended({ hangup: { cause: 'USER_BUSY', sipStatus: 486, disposition: '', billMs: 0 } })]);
    follow([callerEnds('USER_BUSY')]);
    expect(told()).toEqual(['0198f3c1 1 gw1 destination', '0198f3c1 over']);
    plan('caller');
    follow([callerEnds('ORIGINATOR_CANCEL')]);
    expect(told()).toEqual(['0198f3c1 over']);
  });

  it('is told also of a gateway that has left the inventory, and never of what is no attempt of ours', () => {
    const { follow, told } = tracking();
    follow([attempt('create', { gateway: 'gone' }), ended({ gateway: 'gone' })]);
    expect(told()).toEqual(['0198f3c1 1 gone gateway']);
    follow([leg('create', { uuid: 'u3' }), hangup({ sipStatus: 503 }, { uuid: 'u3' })]);
    follow([ended({ uuid: 'u4', decisionId: 'no such\nname' }), ended({ uuid: 'u5', attempt: 0 })]);
    expect(told()).toEqual([]);
  });
});
