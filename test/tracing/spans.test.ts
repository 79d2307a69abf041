import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spanPromise, spanSync } from '../../src/tracing/spans.ts';
import { liveSwitches, sharing } from '../support/live-switch.ts';

interface Noted {
  readonly event: string;
  readonly span: object;
}

/** Notes what a channel publishes, as it is at that moment. */
function listenTo(name: string): readonly Noted[] {
  const noted: Noted[] = [];
  const note = (event: string) => (span: unknown) => {
    noted.push({ event, span: { ...(span as object) } });
  };
  const channel = tracingChannel<string, object>(name);
  const subscriber = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscriber);
  onTestFinished(() => {
    channel.unsubscribe(subscriber);
  });
  return noted;
}

const eventsOf = (noted: readonly Noted[]): readonly string[] => noted.map(({ event }) => event);

describe('a span', () => {
  it('is not even described while nobody listens', async () => {
    const channel = tracingChannel<string, { n: number }>('test:quiet');
    const never = (): never => {
      throw new Error('nobody asked');
    };
    expect(spanSync(channel, never, () => 7, never)).toBe(7);
    await expect(spanPromise(channel, never, () => Promise.resolve(8), never)).resolves.toBe(8);
  });

  it('has what is known at its start, and what is known at its end; its result stays inside', async () => {
    const noted = listenTo('test:both');
    const channel = tracingChannel<string, { name: string; size?: number }>('test:both');
    const begin = (): { name: string } => ({ name: 'x' });
    expect(
      spanSync(
        channel,
        begin,
        () => 'secret',
        ({ length }) => ({ size: length }),
      ),
    ).toBe('secret');
    const later = spanPromise(
      channel,
      begin,
      () => Promise.resolve('secret'),
      ({ length }) => ({ size: length }),
    );
    await expect(later).resolves.toBe('secret');
    expect(eventsOf(noted)).toEqual(['start', 'end', 'start', 'end', 'asyncStart', 'asyncEnd']);
    expect(noted[0]?.span).toEqual({ name: 'x' });
    for (const at of [1, 5]) expect(noted[at]?.span).toMatchObject({ name: 'x', size: 6 });
    expect(JSON.stringify(noted)).not.toContain('secret');
  });

  it('tells of what is thrown, and lets it through', async () => {
    const noted = listenTo('test:failing');
    const channel = tracingChannel<string, object>('test:failing');
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() =>
      spanSync(
        channel,
        () => ({}),
        fail,
        () => ({}),
      ),
    ).toThrow('no');
    const later = spanPromise(
      channel,
      () => ({}),
      () => Promise.reject(new Error('never')),
      () => ({}),
    );
    await expect(later).rejects.toThrow('never');
    expect(eventsOf(noted).filter((event) => event === 'error')).toHaveLength(2);
  });
});

describe('a call and a change', () => {
  it('are published as docs/tracing.md says', async () => {
    const lookups = listenTo('trunkhunt:lookup');
    const decisions = listenTo('trunkhunt:decide');
    const passes = listenTo('trunkhunt:reconcile');
    const live = await liveSwitches(sharing({ gw1: 1, gw2: 1 }));
    const { decisionId } = await live.fs().call({ number: '9980', hangupAfterMs: 50 });
    await live.fs().call({ number: '9980', context: 'nowhere' });
    expect(decisions.map(({ event, span }) => [event, span])).toEqual([
      ['start', { decisionId, switch: 'fs1', context: 'default' }],
      [
        'end',
        expect.objectContaining({ decisionId, outcome: 'planned', group: 'g', gateways: ['gw1', 'gw2'] }) as object,
      ],
      ['start', expect.objectContaining({ context: 'nowhere' }) as object],
      ['end', expect.objectContaining({ outcome: 'no_route' }) as object],
    ]);
    expect(eventsOf(lookups)).toEqual(
      Array.from({ length: lookups.length }, (_, at) => (at % 2 === 0 ? 'start' : 'end')),
    );
    expect(lookups.at(-3)?.span).toMatchObject({ switch: 'fs1', section: 'dialplan', outcome: 'served' });
    expect(lookups.at(-1)?.span).toMatchObject({ switch: 'fs1', section: 'dialplan', outcome: 'not_found' });
    await live.server.change("INSERT INTO gateways (name, proxy) VALUES ('gw3', '127.0.1.3:5060')");
    await live.until(() => {
      expect(passes.filter(({ event }) => event === 'asyncEnd').map(({ span }) => span)).toContainEqual(
        expect.objectContaining({ switch: 'fs1', commands: ['sofia profile external rescan'], drift: [] }),
      );
    });
  });
});
