import { describe, expect, it } from 'vitest';
import { noEvidence } from '../../src/routing/fault-evidence.ts';
import { a, b, bookOver, c, FOUR, g } from './judged-gateways.ts';

const SECOND_MS = 1_000;

describe('the way back', () => {
  it('goes over a trial and a slow start', () => {
    const { fail, good, pass, stages, events, book, changes } = bookOver(FOUR);
    fail(a);
    pass(29_999);
    expect([stages(), events()]).toEqual(['ejected in in in', ['a ejected']]);
    pass(1);
    expect([stages(), events()]).toEqual(['trial in in in', ['a trial']]);
    good(a, 2);
    expect([stages(), events()]).toEqual(['trial in in in', []]);
    good(a);
    expect([stages(), events()]).toEqual(['slow_start in in in', ['a slow_start']]);
    // What it was ejected for is not held against it once more; the call on trial was the last that counted.
    expect(book.evidenceOf('fs1', g, a)).toEqual(noEvidence(30_000));
    good(a);
    changes();
    pass(59_999);
    expect([stages(), events(), changes()]).toEqual(['slow_start in in in', [], 1]);
    pass(1);
    expect([stages(), events(), changes()]).toEqual(['in in in in', ['a returned'], 1]);
    // What it showed since the trial counts on.
    expect(book.evidenceOf('fs1', g, a)?.goods).toBe(1);
    expect(book.ejectionOf('fs1', g, a).strikes).toBe(1);
  });

  it('tells of each step of the weight, and of nothing in between', () => {
    const { fail, good, pass, changes } = bookOver(FOUR);
    fail(a);
    pass(30 * SECOND_MS);
    good(a, 3);
    changes();
    const steps = Array.from({ length: 60 }, () => {
      pass(SECOND_MS);
      return changes();
    });
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(9);
    expect(Math.max(...steps)).toBe(1);
  });

  it('ends with the first call that fails on trial, and takes longer then; unless nobody else is left', () => {
    const { fail, pass, stages, state, log, book } = bookOver(FOUR);
    fail(a);
    pass(30 * SECOND_MS);
    log.news();
    state.unreachable = ['b', 'c', 'd'];
    fail(a, 1);
    expect([stages(), book.ejectionOf('fs1', g, a).strikes]).toEqual(['trial in in in', 1]);
    state.unreachable = ['b', 'c'];
    fail(a, 1);
    expect([stages(), book.ejectionOf('fs1', g, a).strikes]).toEqual(['ejected in in in', 2]);
    expect(log.news()).toContain('warn gateway a is ejected for 60 s: it failed on trial');
    pass(59_999);
    expect(stages()).toBe('ejected in in in');
    pass(1);
    expect(stages()).toBe('trial in in in');
  });

  it('is forgotten with time and good calls', () => {
    const { fail, good, pass, book } = bookOver(FOUR);
    fail(a);
    pass(30 * SECOND_MS);
    good(a, 3);
    pass(60 * SECOND_MS);
    pass(299 * SECOND_MS);
    good(a);
    expect(book.ejectionOf('fs1', g, a).strikes).toBe(1);
    pass(SECOND_MS);
    good(a);
    expect([book.ejectionOf('fs1', g, a).strikes, book.ejections]).toEqual([0, []]);
  });

  it('is at once where mod_distributor makes the first choice, which cannot try', () => {
    const { fail, pass, stages, events } = bookOver({
      groups: { g: { ...FOUR.groups.g, chooser: 'mod_distributor' } },
    });
    fail(a);
    pass(30 * SECOND_MS);
    expect([stages(), events()]).toEqual(['in in in in', ['a ejected', 'a returned']]);
  });
});

describe('a group that only observes', () => {
  it('tells what it would do, by the same rules, and begins anew when the time is over', () => {
    const { fail, pass, events, log, book } = bookOver({ groups: { g: { ...FOUR.groups.g, healthMode: 'observe' } } });
    for (const gateway of [a, b, c]) fail(gateway);
    expect(events()).toEqual(['a would_eject', 'b would_eject', 'c spared']);
    expect(log.news()[0]).toBe("warn gateway a would be ejected (health_mode is 'observe'): its calls fail too often");
    pass(30 * SECOND_MS);
    expect(events()).toEqual(['a returned', 'b returned']);
    expect(book.evidenceOf('fs1', g, a)).toEqual(noEvidence(30_000));
  });
});

describe('what the book holds', () => {
  it('is only what the inventory has still', () => {
    const { fail, book, good } = bookOver(FOUR);
    for (const hostname of ['fs1', 'fs2']) for (const gateway of [a, b]) fail(gateway, 3, hostname);
    good(c);
    book.keepOnly((hostname, group, gateway) => hostname === 'fs1' && group === g && gateway === a);
    expect(book.ejections.map(({ hostname, group, gateway }) => [hostname, group, gateway])).toEqual([['fs1', g, a]]);
    expect(book.evidence.map(({ hostname, group, gateway }) => `${hostname} ${group} ${gateway}`)).toEqual(['fs1 g a']);
  });

  it('may be of a group that is not there: it is let be until it is forgotten', () => {
    const before = bookOver(FOUR);
    before.fail(a);
    const { book, pass } = bookOver({});
    book.restore([], before.book.ejections);
    pass(90 * SECOND_MS);
    expect(book.ejections).toEqual(before.book.ejections);
  });

  it('can be taken over by another one, which goes on from there', () => {
    const before = bookOver(FOUR);
    before.fail(a);
    before.fail(b, 2);
    const after = bookOver(FOUR);
    after.book.restore(before.book.evidence, before.book.ejections);
    expect([after.book.evidence, after.book.ejections]).toEqual([before.book.evidence, before.book.ejections]);
    after.fail(b, 1);
    expect(after.stages()).toBe('ejected ejected in in');
    after.pass(30 * SECOND_MS);
    expect(after.stages()).toBe('trial trial in in');
  });
});

describe('groups with the same gateway', () => {
  it('do not make each other forget: one that only observes and is quick to return changes nothing', () => {
    const watching = {
      healthMode: 'observe',
      faultLimitPercent: 1,
      faultConfidencePercent: 50,
      ejectSeconds: 1,
    } as const;
    const { fail, pass, book } = bookOver({
      groups: { ...FOUR.groups, watching: { ...watching, members: { a: 1, b: 1, c: 1 } } },
    });
    let faults = 0;
    while (book.ejectionOf('fs1', g, a).stage === 'in' && faults < 20) {
      fail(a, 1);
      faults += 1;
      pass(180 * SECOND_MS);
    }
    expect(faults).toBe(3);
  });
});
