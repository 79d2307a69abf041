import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { callerText } from '../../src/routing/call.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { TWO_GATEWAYS } from '../support/plan-call.ts';
import { attemptNews, decidedCall, snapshotOf, toldBook } from './told-book.ts';

let snapshot: Snapshot;
beforeAll(() => {
  snapshot = snapshotOf(TWO_GATEWAYS);
});

const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a book of decisions', () => {
  it('does nothing while it is told, and all of it soon after', () => {
    const { book, timers, text } = toldBook();
    book.decided(decidedCall(snapshot));
    book.attempt(attemptNews());
    expect([book.all, text()]).toEqual([[], '']);
    timers.advance(199);
    expect([book.all, text()]).toEqual([[], '']);
    timers.advance(1);
    expect(book.all).toHaveLength(1);
    expect(linesOf(text()).map(({ kind, id }) => [kind, id])).toEqual([
      ['decision', 'd-1'],
      ['outcome', 'd-1'],
    ]);
  });

  it('keeps an attempt while its call goes on, and writes it when it is over', async () => {
    const { book, timers, text } = toldBook();
    book.decided(decidedCall(snapshot));
    book.attempt(attemptNews());
    book.attempt(
      attemptNews({
        attempt: 2,
        gateway: 'gw2',
        outcome: 'answered',
        isEnded: false,
        cause: '',
        sipStatus: 0,
        postDialDelayMs: 120,
      }),
    );
    timers.advance(200);
    expect(book.get('d-1')?.news).toMatchObject({
      isOver: true,
      attempts: [
        { attempt: 1, outcome: 'gateway', sipStatus: 503 },
        { attempt: 2, outcome: 'answered', sipStatus: null, postDialDelayMs: 120, answeredSeconds: null },
      ],
    });
    expect(linesOf(text())).toHaveLength(2);
    const change = book.changes;
    book.attempt(
      attemptNews({
        attempt: 2,
        gateway: 'gw2',
        outcome: 'answered',
        cause: 'NORMAL_CLEARING',
        sipStatus: 0,
        postDialDelayMs: 120,
        answeredMs: 12_345,
      }),
    );
    timers.advance(200);
    expect(book.get('d-1')?.news.attempts[1]).toMatchObject({ cause: 'NORMAL_CLEARING', answeredSeconds: 12.345 });
    expect(book.get('d-1')?.news.change).toBe(change + 1);
    await book.stop();
    expect(linesOf(text())[2]).toMatchObject({
      kind: 'outcome',
      attempt: 2,
      outcome: 'answered',
      answeredSeconds: 12.345,
    });
  });

  it('is over with a call when its caller is gone, its last attempt ended, or nobody tells of it', () => {
    const { book, timers } = toldBook();
    const isOver = (id: string): boolean | undefined => book.get(id)?.news.isOver;
    for (const decisionId of ['gone', 'tried', 'open']) book.decided(decidedCall(snapshot, { decisionId }));
    book.decided(decidedCall(snapshot, { decisionId: 'unheard' }, { isFollowed: false }));
    book.over('gone');
    book.attempt(attemptNews({ decisionId: 'tried', attempt: 2, outcome: 'destination' }));
    book.attempt(attemptNews({ decisionId: 'open' }));
    timers.advance(200);
    expect(['gone', 'tried', 'unheard', 'open'].map(isOver)).toEqual([true, true, true, false]);
  });

  it('writes outcomes of decisions that it does not know any more', () => {
    const { book, timers, text } = toldBook();
    book.attempt(attemptNews({ decisionId: 'before-the-restart' }));
    timers.advance(200);
    expect(book.all).toEqual([]);
    expect(linesOf(text())).toMatchObject([{ kind: 'outcome', id: 'before-the-restart' }]);
  });

  it('gives calls their turn while there is much to do', () => {
    const { book, timers } = toldBook();
    for (let at = 0; at < 1_000; at += 1) book.decided(decidedCall(snapshot, { decisionId: `d-${at}` }));
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (book.all.length < 1_000) timers.after(0, turn);
    };
    timers.after(200, turn);
    timers.advance(201);
    expect(book.all).toHaveLength(1_000);
    expect(turns).toBeGreaterThan(10);
  });

  it('lets go of what is too much, and counts it', async () => {
    const { book, timers, unrecorded } = toldBook();
    const decided = decidedCall(snapshot);
    for (let at = 0; at < 20_007; at += 1) book.decided(decided);
    expect(await unrecorded()).toBe(7);
    timers.advance(10_000);
    book.decided(decided);
    expect(await unrecorded()).toBe(7);
  });

  it('has everything in the file when it stops', async () => {
    const { book, text } = toldBook();
    for (let at = 0; at < 3_000; at += 1) book.decided(decidedCall(snapshot, { decisionId: `d-${at}` }));
    await book.stop();
    expect(linesOf(text()).map(({ id }) => id)).toEqual(Array.from({ length: 3_000 }, (_, at) => `d-${at}`));
  });

  it('puts into words what nobody asked for once it was kept for a second, and what is forgotten by then never', () => {
    const { book, timers } = toldBook({ hasFile: false });
    const isWritten = (): readonly boolean[] => book.all.map((kept) => kept.isWritten);
    for (let at = 0; at < 3_000; at += 1)
      book.decided(decidedCall(snapshot, { decisionId: `d-${at}` }, { isFollowed: false }));
    const first = book.all;
    expect(first).toEqual([]);
    timers.advance(300);
    expect(isWritten()).toEqual(Array.from({ length: 1_000 }, () => false));
    timers.advance(2_000);
    expect(isWritten()).toEqual(Array.from({ length: 1_000 }, () => true));
    expect(book.get('d-1999')).toBeUndefined();
    expect(book.get('d-2000')?.line.id).toBe('d-2000');
    // With nothing to do it does nothing.
    book.decided(decidedCall(snapshot, { decisionId: 'last' }));
    timers.advance(1_000_000);
    expect(isWritten().at(-1)).toBe(true);
  });

  it('goes on after a mistake of ours about a decision that is kept', () => {
    const { book, timers, log } = toldBook({ hasFile: false });
    book.decided(decidedCall(snapshot, { decisionId: 'never', atMs: Number.NaN }));
    book.decided(decidedCall(snapshot, { decisionId: 'next' }));
    timers.advance(10_000);
    expect(book.all.map(({ line }) => line.id)).toEqual(['next']);
    expect(log.news()).toEqual(['error a decision could not be kept, this is a mistake of trunkhunt']);
  });

  it('goes on after a mistake of ours about one decision', async () => {
    const { book, timers, log, unrecorded } = toldBook();
    book.decided(decidedCall(snapshot, { decisionId: 'never', atMs: Number.NaN }));
    book.decided(decidedCall(snapshot, { decisionId: 'next' }));
    timers.advance(200);
    expect(book.all.map(({ line }) => line.id)).toEqual(['next']);
    expect(log.news()).toEqual(['error a decision could not be kept, this is a mistake of trunkhunt']);
    expect(await unrecorded()).toBe(1);
  });
});

/** What callers may send: anything, and a lot of what terminals and JSON care about. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...Array.from('\u001b[2J\u009b\u0007\r\n\0"\\\u2028\u2029\u202e\u0085')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...Array.from('0123456789')),
  ),
  maxLength: 300,
});

it('writes each decision as one line of JSON that a terminal can show, whatever a caller sends', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (number, caller, header, hostname) => {
      const { book, timers, text } = toldBook();
      book.decided(
        decidedCall(snapshot, {
          destinationNumber: callerText(number),
          callerNumber: callerText(caller),
          headers: new Map([['x-h', callerText(header)]]),
          hostname,
          channelUuid: caller,
        }),
      );
      timers.advance(200);
      expect(text()).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+\n$/u);
      const [line, ...others] = linesOf(text());
      expect(others).toEqual([]);
      expect(line).toMatchObject({
        number: number.slice(0, 257),
        caller: caller.slice(0, 257),
        headers: { 'x-h': header.slice(0, 257) },
      });
    }),
  );
});

it('shows none of the digits that are to be hidden, neither in the file nor in memory', () => {
  // What is to be hidden is of other digits than what may be seen.
  const seen = fc.string({ unit: fc.constantFrom(...Array.from('012345')), minLength: 1, maxLength: 20 });
  const hidden = fc.string({ unit: fc.constantFrom(...Array.from('6789')), minLength: 4, maxLength: 4 });
  const number = fc.tuple(seen, hidden).map((parts) => parts.join(''));
  fc.assert(
    fc.property(number, number, number, number, (dialled, called, one, other) => {
      const { book, timers, text } = toldBook({ maskNumbers: 4 });
      const headers = { 'x-a': one, 'x-b': `<sip:${other}@example.org>`, 'x-c': 'tel:12' };
      book.decided(
        decidedCall(snapshot, {
          hostname: 'fs',
          networkAddress: '',
          destinationNumber: callerText(dialled),
          callerNumber: callerText(called),
          headers: new Map(Object.entries(headers).map(([name, value]) => [name, callerText(value)])),
        }),
      );
      timers.advance(200);
      // Of the book's own numbers none has two of these digits together.
      expect(text() + JSON.stringify(book.all.map(({ line }) => line))).not.toMatch(/[6-9]{2}/);
      expect(book.masked(dialled)).toBe(book.get('d-1')?.line.number);
    }),
  );
});
