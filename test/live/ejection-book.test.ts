import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/routing/name.ts';
import { a, b, bookOver, c, d, FOUR, g, NUMBER } from './judged-gateways.ts';

const SECOND_MS = 1_000;

describe('a gateway whose calls fail', () => {
  it('is ejected by the third call of three, on this switch, and that is told with the evidence', () => {
    const { fail, events, stages, changes, log } = bookOver(FOUR);
    fail(a, 2);
    expect([stages(), events(), changes()]).toEqual(['in in in in', [], 0]);
    fail(a, 1);
    expect([stages(), events(), changes()]).toEqual(['ejected in in in', ['a ejected'], 1]);
    expect(stages(g, 'fs2')).toBe('in in in in');
    expect(log.news()).toEqual(['warn gateway a is ejected for 30 s: its calls fail too often']);
  });

  it('has calls that went well before in its favour: it takes five faults in a row then', () => {
    const { good, fail, stages, evidence } = bookOver(FOUR);
    good(a, 30);
    expect(evidence(a)).toMatchObject({ faults: 0, goods: expect.closeTo(12.2, 1) as number });
    fail(a, 4);
    expect(stages()).toBe('in in in in');
    fail(a, 1);
    expect(stages()).toBe('ejected in in in');
  });

  it('is not ejected again while it is out', () => {
    const { fail, book, events } = bookOver(FOUR);
    fail(a, 30);
    expect([events(), book.ejectionOf('fs1', g, a).strikes]).toEqual([['a ejected'], 1]);
  });

  it('is judged by each of its groups as that says', () => {
    const members = { a: 1, b: 1, c: 1 };
    const { fail, stages } = bookOver({ groups: { strict: { members }, lax: { members, faultLimitPercent: 90 } } });
    fail(a, 4);
    expect([stages(parseName('strict')), stages(parseName('lax'))]).toEqual(['ejected in in in', 'in in in in']);
  });

  it('stays where everybody fails towards the same destination: the calls are excused', () => {
    const { book, events, stages, pass } = bookOver(FOUR);
    for (const gateway of [a, b, c, d, a, b, c, d, a, b, c, d]) book.fault('fs1', gateway, NUMBER);
    pass(60 * SECOND_MS);
    expect([stages(), new Set(events())]).toEqual([
      'in in in in',
      new Set(['a excused', 'b excused', 'c excused', 'd excused']),
    ]);
    expect(book.evidence).toEqual([]);
  });

  it('is ejected after a minute where nobody else has tried', () => {
    const { book, pass, stages } = bookOver(FOUR);
    for (let call = 0; call < 3; call += 1) book.fault('fs1', a, NUMBER);
    pass(59_999);
    expect(stages()).toBe('in in in in');
    pass(1);
    expect(stages()).toBe('ejected in in in');
  });

  it('is not helped by a ring that was followed by a fault', () => {
    const { book, fail, stages } = bookOver(FOUR);
    for (let call = 0; call < 3; call += 1) {
      book.good('fs1', a, NUMBER);
      book.takeBackGood('fs1', a, NUMBER);
      fail(a, 1);
    }
    expect(stages()).toBe('ejected in in in');
    expect(book.evidenceOf('fs1', g, a)?.goods).toBe(0);
    book.takeBackGood('fs9', a, NUMBER);
    expect(book.evidenceOf('fs9', g, a)).toBeUndefined();
  });
});

describe('the rules against panic', () => {
  it('let one go always, half at most, and tell of those that are spared', () => {
    const { fail, stages, events } = bookOver(FOUR);
    for (const gateway of [a, b, c]) fail(gateway);
    expect([stages(), events()]).toEqual(['ejected ejected in in', ['a ejected', 'b ejected', 'c spared']]);
  });

  it.each([
    [{ a: 100, b: 1 }, 'ejected in in in'],
    [{ a: 1, b: 1, c: 1 }, 'ejected in in in'],
    [{ a: 1 }, 'in in in in'],
  ])('of %j let these go: %s', (members, expected) => {
    const { fail, stages } = bookOver({ groups: { g: { members } } });
    for (const gateway of Object.keys(members)) fail(parseName(gateway)!, 5);
    expect(stages()).toBe(expected);
  });

  it('keep the last one that the switch reaches', () => {
    const { fail, stages, events, state } = bookOver(FOUR);
    state.unreachable = ['b', 'c', 'd'];
    fail(a, 9);
    expect([stages(), new Set(events())]).toEqual(['in in in in', new Set(['a spared'])]);
    state.unreachable = ['c', 'd'];
    fail(a, 1);
    expect(stages()).toBe('ejected in in in');
  });

  it('count only members that could be called on this switch', () => {
    const gateways = { b: { state: 'drain' as const }, c: { switches: ['fs2'] } };
    const { fail, stages } = bookOver({ gateways, groups: { g: { members: { a: 1, b: 1, c: 1, d: 0 } } } });
    fail(a, 9);
    expect(stages()).toBe('in in in in');
    fail(a, 9, 'fs2');
    expect(stages(g, 'fs2')).toBe('ejected in in in');
  });

  it('count who is on trial among those that are out', () => {
    const { fail, pass, stages } = bookOver({ groups: { g: { members: { a: 1, b: 1, c: 1 } } } });
    fail(a);
    pass(30 * SECOND_MS);
    fail(b);
    expect(stages()).toBe('trial in in in');
  });
});
