import { describe, expect, it } from 'vitest';
import type { Drift } from '../../src/live/find-drift.ts';
import { commandsOf, planWork } from '../../src/live/profile-work.ts';

const drift = (kind: Drift['kind'], gateway: string, profile = 'external'): Drift => ({
  gateway,
  profile,
  runningProfile: kind === 'new' ? '' : profile,
  kind,
  reason: 'a reason',
  isRegistering: false,
});

const commands = (drifts: readonly Drift[], mayGo: (gateway: string) => boolean = () => true) =>
  planWork(drifts, mayGo).map(commandsOf);

describe('the work on a switch', () => {
  it('is none where nothing is to be done', () => {
    expect(commands([])).toEqual([]);
    expect(commands([drift('removed', 'a')], () => false)).toEqual([]);
  });

  it('is one rescan for all that is new', () => {
    expect(commands([drift('new', 'a'), drift('new', 'b')])).toEqual([['sofia profile external rescan']]);
  });

  it('takes away what changed before the one rescan that brings it back', () => {
    expect(commands([drift('changed', 'a'), drift('new', 'c'), drift('changed', 'b')])).toEqual([
      ['sofia profile external killgw a', 'sofia profile external killgw b', 'sofia profile external rescan'],
    ]);
  });

  it('takes away what is wanted no more, without a rescan, when its calls are over', () => {
    const drifts = [drift('removed', 'a'), drift('removed', 'b')];
    expect(commands(drifts, (gateway) => gateway === 'b')).toEqual([['sofia profile external killgw b']]);
  });

  it('does not wait for calls of a gateway that only changes', () => {
    expect(commands([drift('changed', 'a')], () => false)).toEqual([
      ['sofia profile external killgw a', 'sofia profile external rescan'],
    ]);
  });

  it('is done by profile, in the order of their names', () => {
    const drifts = [
      drift('new', 'a', 'wan'),
      drift('removed', 'b', 'lan'),
      drift('changed', 'c', 'dmz'),
      drift('new', 'd', 'wan'),
    ];
    expect(commands(drifts)).toEqual([
      ['sofia profile dmz killgw c', 'sofia profile dmz rescan'],
      ['sofia profile lan killgw b'],
      ['sofia profile wan rescan'],
    ]);
  });
});
