import type { LiveReading } from '../metrics/live-metrics.ts';
import { isOnSwitch, isServed } from '../routing/gateway.ts';
import type { Scheduler } from '../routing/scheduler.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { configuredKey } from './health-views.ts';
import type { Learned } from './learned.ts';

/** One moment of all that is counted outside the metrics. */
export function readMetrics(snapshot: Snapshot, learned: Learned, schedulers: Iterable<Scheduler>): LiveReading {
  const watched = snapshot.eventSockets.map(({ hostname }) => hostname);
  return {
    gatewayUp: watched.flatMap((hostname) => upRows(snapshot, learned, hostname)),
    ejected: ejectedRows(snapshot, learned, watched),
    effectiveWeight: weightRows(snapshot, learned, watched),
    shareError: shareErrors(snapshot, schedulers),
    calls: snapshot.gateways.map(({ name }) => [name, learned.ledger.liveCalls(name)] as const),
    headroom: snapshot.gateways.flatMap(({ name, maxCalls }) =>
      maxCalls === undefined ? [] : [[name, Math.max(0, maxCalls - learned.ledger.slotsInUse(name))] as const],
    ),
    answerRatio: learned.answerRatios.ratios,
  };
}

/** What a switch whose word counts has, and what it is to have. */
function upRows(
  { gateways }: Snapshot,
  { reach }: Learned,
  hostname: string,
): readonly LiveReading['gatewayUp'][number][] {
  const running = reach.running(hostname);
  if (running === undefined) return [];
  return gateways
    .filter((gateway) => running.has(gateway.name) || isServed(gateway, hostname))
    .map(({ name }) => [hostname, name, running.get(name)?.isUp === true] as const);
}

/**
 * A gateway is out by `faults`, or `on_trial`, in any of its groups; `observed` = it would be. Only `faults` is there all
 * the time: three series for each gateway and switch would be most of all there are.
 */
function ejectedRows(snapshot: Snapshot, learned: Learned, watched: readonly string[]): LiveReading['ejected'] {
  const modes = new Map(snapshot.groups.map(({ name, health }) => [name, health.mode]));
  const reasons = new Map(watched.map((hostname) => [hostname, new Map<string, Set<string>>()]));
  for (const { hostname, group, gateway, ejection } of learned.book.ejections) {
    if (ejection.stage !== 'ejected' && ejection.stage !== 'trial') continue;
    const ofSwitch = reasons.get(hostname);
    const known = ofSwitch?.get(gateway) ?? new Set();
    known.add(modes.get(group) === 'observe' ? 'observed' : ejection.stage === 'trial' ? 'on_trial' : 'faults');
    ofSwitch?.set(gateway, known);
  }
  return [...reasons].flatMap(([hostname, ofSwitch]) =>
    snapshot.gateways
      .filter((gateway) => isOnSwitch(gateway, hostname))
      .flatMap(({ name }) => {
        const known = ofSwitch.get(name);
        const passing = ['on_trial', 'observed'].filter((reason) => known?.has(reason) === true);
        return [
          [hostname, name, 'faults', known?.has('faults') === true] as const,
          ...passing.map((reason) => [hostname, name, reason, true] as const),
        ];
      }),
  );
}

function weightRows(snapshot: Snapshot, learned: Learned, watched: readonly string[]): LiveReading['effectiveWeight'] {
  return snapshot.groups.flatMap((group) =>
    group.members.map((member) => {
      const { gateway } = member;
      const switches = watched.filter((hostname) => isOnSwitch(gateway, hostname));
      const hostnames = switches.length === 0 ? [''] : switches;
      const weights = hostnames.map((hostname) => learned.weightOf(group, hostname, member).effective);
      return [group.name, gateway.name, weights.reduce((sum, weight) => sum + weight, 0) / hostnames.length] as const;
    }),
  );
}

/** Of first places only: how far each member is behind its share, and of several opinions the furthest. */
function shareErrors(snapshot: Snapshot, schedulers: Iterable<Scheduler>): LiveReading['shareError'] {
  const groups = new Map<string, Map<string, number>>(
    snapshot.groups.map((group) => [group.name, new Map(group.members.map(({ gateway }) => [gateway.name, 0]))]),
  );
  for (const scheduler of schedulers) {
    const key = configuredKey(scheduler.lineup.key);
    const errors = groups.get(key.slice(0, key.indexOf('/')));
    if (errors === undefined) continue;
    const lags = scheduler.lags();
    for (const [at, { name }] of scheduler.lineup.members.entries()) {
      const error = (lags[at] ?? 0) / scheduler.unitsPerCall;
      if (Math.abs(error) > Math.abs(errors.get(name) ?? 0)) errors.set(name, error);
    }
  }
  return [...groups].flatMap(([group, errors]) =>
    [...errors].map(([gateway, calls]) => [group, gateway, calls] as const),
  );
}
