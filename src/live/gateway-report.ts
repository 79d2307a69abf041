import { type Gateway, type GatewayState, isOnSwitch } from '../routing/gateway.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import type { Learned } from './learned.ts';
import { lastLegSeconds } from './plan-seconds.ts';
import type { Reach } from './reach-table.ts';

/** Why a gateway cannot be unplugged yet: `unseen` passes only where somebody changes what is listened to. */
export interface UnplugObstacle {
  readonly kind: 'pending' | 'calls' | 'unseen';
  readonly what: string;
}

/** A gateway as operators see it; also what `/api/gateways` holds. */
export interface GatewayReport {
  readonly gateway: string;
  readonly profile: string;
  readonly state: GatewayState;
  /** Legs that are up or on their way, on all switches that are listened to. */
  readonly calls: number;
  /** Calls whose plans may still send them there. */
  readonly mayCome: number;
  readonly switches: readonly GatewayOnSwitch[];
  /** None = nobody is cut off where it is unplugged now. */
  readonly obstacles: readonly UnplugObstacle[];
}

export interface GatewayOnSwitch {
  readonly switch: string;
  readonly connected: boolean;
  readonly reach: Reach;
  readonly calls: number;
  readonly mayCome: number;
}

/** A switch that is listened to, as far as reports of gateways need it. */
export interface WatchedSwitch {
  readonly hostname: string;
  readonly isConnected: boolean;
  readonly isSynced: boolean;
  /** Since when its lists are as this snapshot wants them; undefined = they are not yet, as far as is known. */
  listsRightSinceMs(snapshot: Snapshot): number | undefined;
}

export interface GatewayReportContext {
  readonly snapshot: Snapshot;
  readonly learned: Learned;
  readonly watched: readonly WatchedSwitch[];
  /** When this server began: plans from before are not known here. */
  readonly startedMs: number;
  readonly nowMs: number;
}

/** Reports the gateways of a snapshot, all or the one of this name. */
export function reportGateways(context: GatewayReportContext, name?: string): readonly GatewayReport[] {
  const counts = context.watched.map((it) => countsOn(it, context));
  const { gateways } = context.snapshot;
  return (name === undefined ? gateways : gateways.filter((it) => it.name === name)).map((gateway) =>
    reportOne(gateway, context, counts),
  );
}

interface SwitchCounts {
  readonly watched: WatchedSwitch;
  readonly listsRightSinceMs: number | undefined;
  readonly legs: ReadonlyMap<string, number>;
  /** Plans in which FreeSWITCH chooses from a list that it had before the one that is wanted now. */
  readonly openChoices: number;
}

/** What is counted once for all gateways of a switch. */
function countsOn(watched: WatchedSwitch, { snapshot, learned }: GatewayReportContext): SwitchCounts {
  const legs = new Map<string, number>();
  for (const { gateway } of learned.ledger.legsOn(watched.hostname)) legs.set(gateway, (legs.get(gateway) ?? 0) + 1);
  const listsRightSinceMs = watched.listsRightSinceMs(snapshot);
  // The first leg of such a plan is nobody's: FreeSWITCH says only afterwards whom it chose.
  const openChoices = learned.ledger.plans.filter(
    ({ hostname, firstAttempt, openedAtMs }) =>
      hostname === watched.hostname && firstAttempt > 1 && openedAtMs <= (listsRightSinceMs ?? Infinity),
  ).length;
  return { watched, listsRightSinceMs, legs, openChoices };
}

function reportOne(gateway: Gateway, context: GatewayReportContext, counts: readonly SwitchCounts[]): GatewayReport {
  const { learned } = context;
  const there = counts.filter(
    ({ watched: { hostname } }) => isOnSwitch(gateway, hostname) || learned.ledger.slotsOn(hostname, gateway.name) > 0,
  );
  const switches = there.map(({ watched, legs, openChoices }): GatewayOnSwitch => {
    const calls = legs.get(gateway.name) ?? 0;
    const reserved = Math.max(0, learned.ledger.slotsOn(watched.hostname, gateway.name) - calls);
    return {
      switch: watched.hostname,
      connected: watched.isConnected,
      reach: learned.reach.reachOf(watched.hostname, gateway.name),
      calls,
      mayCome: reserved + openChoices,
    };
  });
  return {
    gateway: gateway.name,
    profile: gateway.profile,
    state: gateway.state,
    calls: switches.reduce((sum, { calls }) => sum + calls, 0),
    mayCome: switches.reduce((sum, { mayCome }) => sum + mayCome, 0),
    switches,
    obstacles: obstaclesOf(gateway, context, there, switches),
  };
}

function obstaclesOf(
  gateway: Gateway,
  context: GatewayReportContext,
  counts: readonly SwitchCounts[],
  switches: readonly GatewayOnSwitch[],
): readonly UnplugObstacle[] {
  const obstacles: UnplugObstacle[] = [];
  const add = (kind: UnplugObstacle['kind'], what: string): void => void obstacles.push({ kind, what });
  if (gateway.state === 'active') add('pending', 'the server still gives it calls');
  for (const { watched, listsRightSinceMs } of counts) {
    const { hostname, isConnected, isSynced } = watched;
    if (!isConnected) add('pending', `switch ${hostname} is not connected, so its calls are not known`);
    else if (!isSynced) add('pending', `switch ${hostname} is being read`);
    else if (listsRightSinceMs === undefined) add('pending', `switch ${hostname} has not taken over its lists yet`);
  }
  for (const { switch: hostname, calls, mayCome } of switches) {
    if (calls > 0) add('calls', `${counted(calls, 'call')} on ${hostname}`);
    if (mayCome > 0) add('calls', `${counted(mayCome, 'call')} on ${hostname} that may still be sent there`);
  }
  const earlierSeconds = secondsOfEarlierPlans(gateway, context);
  if (earlierSeconds > 0) {
    add('pending', `calls planned before the server was started may still be sent there for ${earlierSeconds} s`);
  }
  for (const what of unseenWords(gateway, context)) add('unseen', what);
  return obstacles;
}

/** Plans are not kept over a restart: for how long those from before may still run. */
function secondsOfEarlierPlans(gateway: Gateway, { snapshot, startedMs, nowMs }: GatewayReportContext): number {
  const groups = snapshot.groups.filter(({ members }) => members.some((it) => it.gateway.name === gateway.name));
  const longest = groups.reduce((seconds, group) => Math.max(seconds, lastLegSeconds(group)), 0);
  return Math.max(0, Math.ceil(longest - (nowMs - startedMs) / 1000));
}

function unseenWords(gateway: Gateway, { snapshot, learned, watched }: GatewayReportContext): readonly string[] {
  const isWatched = new Set(watched.map(({ hostname }) => hostname));
  const named = [...snapshot.hostnames].filter((hostname) => isOnSwitch(gateway, hostname));
  const unseen = [...new Set([...named, ...learned.unseen.named(gateway.name)])].filter((it) => !isWatched.has(it));
  return [
    ...(isWatched.size === 0 ? ['no switch is listened to'] : []),
    ...unseen.sort().map((hostname) => `switch ${hostname} is not listened to`),
    ...(learned.unseen.hasUnnamed(gateway.name)
      ? ['a switch that the inventory does not name was sent there as well']
      : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
