import { describe, expect, it } from 'vitest';
import { reportGateways, type GatewayReport, type WatchedSwitch } from '../../src/live/gateway-report.ts';
import { NO_NOTES } from '../../src/live/decision-notes.ts';
import { Learned } from '../../src/live/learned.ts';
import type { OpenPlan } from '../../src/live/open-plan.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { buildSnapshot, type GroupPlan } from '../support/build-snapshot.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';

const group: GroupPlan = { members: { gw1: 1, gw2: 1, gw3: 1 }, maxAttempts: 3, answerTimeoutSeconds: 20 };

const drained = (plan: GroupPlan = group): Snapshot =>
  buildSnapshot({ gateways: { gw1: { state: 'drain' } }, groups: { g: plan }, routes: [{}] });

const fs1: WatchedSwitch = { hostname: 'fs1', isConnected: true, isSynced: true, listsRightSinceMs: () => 0 };

/** Long after the start of the server. */
const LATER_MS = 10_000_000;

function learned(): Learned {
  return new Learned({ metrics: new NotedMetrics(), log: new CollectingLog(), nowMs: () => LATER_MS, notes: NO_NOTES });
}

function open(it: Learned, snapshot: Snapshot, plan: Partial<OpenPlan> & { readonly decisionId: string }): void {
  it.ledger.open(
    {
      hostname: 'fs1',
      callerUuid: '',
      group: snapshot.groups[0]!.name,
      number: '1',
      gateways: [],
      firstAttempt: 1,
      probe: undefined,
      openedAtMs: LATER_MS,
      expiresAtMs: Infinity,
      ...plan,
    },
    LATER_MS,
  );
}

function report(
  snapshot: Snapshot,
  it: Learned,
  watched: readonly WatchedSwitch[] = [fs1],
  startedMs = 0,
): GatewayReport {
  const [found] = reportGateways({ snapshot, learned: it, watched, startedMs, nowMs: LATER_MS }, 'gw1');
  if (found === undefined) throw new Error('gw1 is not there');
  return found;
}

const words = ({ obstacles }: GatewayReport): readonly string[] =>
  obstacles.map(({ kind, what }) => `${kind}: ${what}`);

describe('a gateway can be unplugged', () => {
  it('where it drains, all switches are known, and no call is or can be there', () => {
    expect(report(drained(), learned())).toMatchObject({ state: 'drain', calls: 0, mayCome: 0, obstacles: [] });
    const active = buildSnapshot({ groups: { g: group }, routes: [{}] });
    expect(words(report(active, learned()))).toEqual(['pending: the server still gives it calls']);
  });

  it('not while a call is there, or a plan has it as a later attempt', () => {
    const [snapshot, it] = [drained(), learned()];
    const [gw1, gw2] = snapshot.gateways;
    open(it, snapshot, { decisionId: 'd', gateways: [gw2!, gw1!] });
    expect(words(report(snapshot, it))).toEqual(['calls: 1 call on fs1 that may still be sent there']);
    it.legs.begin('fs1', 'leg', gw1!.name, 'd', 2);
    expect(words(report(snapshot, it))).toEqual(['calls: 1 call on fs1']);
    it.ledger.legEnded(it.ledger.leg('fs1', 'leg')!);
    expect(words(report(snapshot, it))).toEqual([]);
  });

  it('not while FreeSWITCH may choose it from a list that it had before', () => {
    const [snapshot, it] = [drained({ ...group, chooser: 'mod_distributor' }), learned()];
    const lists = (sinceMs: number | undefined): readonly WatchedSwitch[] => [
      { ...fs1, listsRightSinceMs: () => sinceMs },
    ];
    expect(words(report(snapshot, it, lists(undefined)))).toEqual([
      'pending: switch fs1 has not taken over its lists yet',
    ]);
    // The plan names others; the first attempt is FreeSWITCH's own choice.
    open(it, snapshot, { decisionId: 'd', gateways: [snapshot.gateways[1]!], firstAttempt: 2 });
    expect(words(report(snapshot, it, lists(LATER_MS - 1)))).toEqual([]);
    expect(words(report(snapshot, it, lists(LATER_MS)))).toEqual(['calls: 1 call on fs1 that may still be sent there']);
    it.legs.begin('fs1', 'leg', snapshot.gateways[1]!.name, 'd', 1);
    it.ledger.legAnswered(it.ledger.leg('fs1', 'leg')!);
    expect(words(report(snapshot, it, lists(LATER_MS)))).toEqual([]);
  });

  it('not while a switch is away or being read', () => {
    const away = { ...fs1, hostname: 'fs2', isConnected: false };
    const read = { ...fs1, hostname: 'fs3', isSynced: false };
    expect(words(report(drained(), learned(), [fs1, away, read]))).toEqual([
      'pending: switch fs2 is not connected, so its calls are not known',
      'pending: switch fs3 is being read',
    ]);
  });

  it('not before the last plan from before the start has begun its last leg', () => {
    // 3 attempts: 2 x (20 + 5) s until the third begins, and 5 s to spare.
    expect(words(report(drained(), learned(), [fs1], LATER_MS - 54_000))).toEqual([
      'pending: calls planned before the server was started may still be sent there for 1 s',
    ]);
    expect(words(report(drained(), learned(), [fs1], LATER_MS - 55_000))).toEqual([]);
  });

  it('not as far as is known, where switches are not listened to', () => {
    expect(words(report(drained(), learned(), []))).toEqual(['unseen: no switch is listened to']);
    const it_ = learned();
    const [gw1] = drained().gateways;
    it_.unseen.note(undefined, [gw1!.name]);
    it_.unseen.note('fs7', [gw1!.name]);
    it_.unseen.note('fs1', [gw1!.name]);
    expect(words(report(drained(), it_))).toEqual([
      'unseen: switch fs7 is not listened to',
      'unseen: a switch that the inventory does not name was sent there as well',
    ]);
  });
});

it('of a gateway that is bound elsewhere, a switch is looked at as long as calls are there', () => {
  const snapshot = buildSnapshot({
    gateways: { gw1: { state: 'drain', switches: ['fs2'] } },
    groups: { g: group },
    routes: [{}],
  });
  const fs2 = { ...fs1, hostname: 'fs2' };
  const it_ = learned();
  expect(report(snapshot, it_, [fs1, fs2]).switches.map((it) => it.switch)).toEqual(['fs2']);
  it_.legs.begin('fs1', 'leg', snapshot.gateways[0]!.name, '', 0);
  expect(words(report(snapshot, it_, [fs1, fs2]))).toEqual(['calls: 1 call on fs1']);
});
