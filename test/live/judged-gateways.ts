import { EjectionBook } from '../../src/live/ejection-book.ts';
import { type Name, parseName } from '../../src/routing/name.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';

const nameOf = (text: string): Name => parseName(text)!;

/** The gateways of the groups that are judged, and one group. */
export const [a, b, c, d, g] = ['a', 'b', 'c', 'd', 'g'].map(nameOf) as [Name, Name, Name, Name, Name];

/** In no group: it shows only that somebody gets through. */
const WITNESS = nameOf('witness');

/** Where all calls go. */
export const NUMBER = '4312345';

/** Four gateways, one of them heavy. */
export const FOUR = { groups: { g: { members: { a: 9, b: 1, c: 1, d: 1 } } } };

/** A book over groups, with a clock, and with gateways that the switch may not reach. */
export function bookOver(plan: SnapshotPlan) {
  const { groups } = buildSnapshot(plan);
  const [metrics, log] = [new NotedMetrics(), new CollectingLog()];
  const state = { nowMs: 0, unreachable: [] as readonly string[] };
  const changed: string[] = [];
  const book = new EjectionBook({
    metrics,
    log,
    nowMs: () => state.nowMs,
    groupsOf: (gateway) => groups.filter(({ members }) => members.some((member) => member.gateway.name === gateway)),
    isReachable: (_hostname, gateway) => !state.unreachable.includes(gateway),
    onChange: (group) => changed.push(group.name),
  });
  return {
    book,
    state,
    log,
    /** What happened to gateways since the last look, without the faults themselves. */
    events: () => metrics.news().filter((note) => !/^witness| fault$/.test(note)),
    evidence: (gateway: Name) => book.evidenceOf('fs1', groups[0]!.name, gateway),
    changes: () => changed.splice(0).length,
    /** So many calls fail while others get through to the same destination. */
    fail: (gateway: Name, times = 3, hostname = 'fs1') => {
      for (let time = 0; time < times; time += 1) {
        book.fault(hostname, gateway, NUMBER);
        book.good(hostname, WITNESS, NUMBER);
      }
    },
    good: (gateway: Name, times = 1) => {
      for (let time = 0; time < times; time += 1) book.good('fs1', gateway, NUMBER);
    },
    pass: (ms: number) => {
      state.nowMs += ms;
      book.passTime();
    },
    stages: (group = g, hostname = 'fs1') =>
      [a, b, c, d].map((gateway) => book.ejectionOf(hostname, group, gateway).stage).join(' '),
  };
}
