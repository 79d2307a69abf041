import { describe, expect, it } from 'vitest';
import { recordedEvents } from '../esl/recordings.ts';
import { gw1, gw2, tracking } from './tracked-legs.ts';

describe('recorded calls', () => {
  it('answered by the first gateway (recording 01): one leg is up, it rang at once', () => {
    const { follow, calls, news, evidence } = tracking();
    follow(recordedEvents('01'));
    expect(calls()).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(news()).toEqual(['inbound fs1', 'gw1 rang after 0']);
    expect(evidence(gw1)).toMatchObject({ faults: 0, goods: 1 });
  });

  it('answered by the second after a 503 of the first (recordings 02 and 03)', () => {
    const { follow, calls, news, evidence, answerRatios } = tracking();
    follow(recordedEvents('02'));
    expect(calls()).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(news()).toEqual(['inbound fs1', 'gw1 attempt gateway', 'gw1 fault', 'gw2 rang after 0']);
    // gw2 got through to the same destination.
    expect([evidence(gw1)?.faults, evidence(gw2)?.goods]).toEqual([1, 1]);
    follow(recordedEvents('03'));
    expect(news(/gw2/)).toEqual(['gw2 rang after 0', 'gw2 attempt answered', 'gw2 call of 10.32']);
    expect(answerRatios.ratios).toEqual([
      [gw1, 0],
      [gw2, 1],
    ]);
    expect(calls()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('that nobody answers (recording 04): both fail, the caller is told', () => {
    const { follow, calls, news, book } = tracking();
    follow(recordedEvents('04'));
    // The other hangup is of a leg that an earlier recording began.
    expect(news(/attempt/)).toEqual(['gw1 attempt gateway', 'gw2 attempt gateway', 'gw2 attempt answered']);
    expect(calls()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(book.ejections).toEqual([]);
  });

  it('that ring out (recording 05): the gateway did its work', () => {
    const { follow, news, evidence } = tracking();
    follow(recordedEvents('05'));
    expect(news(/^gw/)).toEqual(['gw1 rang after 0', 'gw1 attempt destination']);
    expect(evidence(gw1)).toMatchObject({ faults: 0, goods: 1 });
  });

  it('of a plan (recording 10): its legs take its slots over, an answer ends it', () => {
    const { follow, plan, calls, ledger } = tracking();
    const events = recordedEvents('10');
    const [first] = events;
    plan(first?.kind === 'leg' ? first.uuid : '');
    const seen = events.map((event) => {
      follow([event]);
      return JSON.stringify(calls());
    });
    expect(seen.filter((it, at) => it !== seen[at - 1])).toEqual([
      '[[0,1],[0,1]]',
      '[[1,1],[0,1]]',
      '[[0,0],[0,1]]',
      '[[0,0],[1,1]]',
    ]);
    expect(ledger.openPlans).toBe(0);
  });

  it('that stay silent until the progress timeout (recording 11): the gateway is to blame', () => {
    const { follow, news, evidence } = tracking();
    follow(recordedEvents('11'));
    expect(news(/^gw1/)).toEqual(['gw1 attempt gateway', 'gw1 fault']);
    expect(evidence(gw1)?.faults).toBe(1);
  });

  it('that all gateways of a plan refuse (recording 12): no slot is left when the caller is gone', () => {
    const { follow, plan, calls, ledger, news } = tracking();
    plan('375805a4-316a-42ad-a3c1-2bba03e8abe9');
    follow(recordedEvents('12'));
    expect(news(/attempt/).slice(0, 2)).toEqual(['gw1 attempt gateway', 'gw2 attempt gateway']);
    expect([calls(), ledger.openPlans]).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
      0,
    ]);
  });
});
