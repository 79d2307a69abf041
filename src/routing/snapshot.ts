import type { Gateway, NamedValue } from './gateway.ts';
import type { GatewayGroup } from './gateway-group.ts';
import type { BlameTable } from './leg-outcome.ts';
import type { Lineup } from './lineup.ts';
import type { Name } from './name.ts';
import type { RouteTable } from './route-table.ts';

/** A sofia profile that is served whole; most installations have none here and keep theirs in local files. */
export interface Profile {
  readonly name: Name;
  readonly settings: readonly NamedValue[];
}

/** A switch that can be listened to. */
export interface EventSocket {
  readonly hostname: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** What is needed to know of a call besides context and number; the switches must send it. */
export interface NeededFields {
  readonly callerNumber: boolean;
  /** To clean it: wherever a route has no name of its own to tell. */
  readonly callerName: boolean;
  readonly networkAddress: boolean;
  /** As the routes write them. */
  readonly headers: readonly string[];
}

/** The inventory, proven consistent and frozen: swapped whole, never changed. */
export interface Snapshot {
  /** By name. */
  readonly gateways: readonly Gateway[];
  /** By name. */
  readonly groups: readonly GatewayGroup[];
  readonly routes: RouteTable;
  /** By name. */
  readonly profiles: readonly Profile[];
  /** The switches that SQL names; a request may come from others too. */
  readonly hostnames: ReadonlySet<string>;
  /** Those of them that some gateway is bound to: they see another inventory than everybody else. */
  readonly hostnamesWithOwnView: ReadonlySet<string>;
  /** The switches whose event socket is known, by hostname. */
  readonly eventSockets: readonly EventSocket[];
  readonly blame: BlameTable;
  readonly neededFields: NeededFields;
  /** Every line-up by its key, so that the next snapshot can keep those that did not change. */
  readonly lineups: ReadonlyMap<string, Lineup>;
  /** The version in the inventory's history that it was read at; 0 where there is none. */
  readonly version: number;
}

/** The hostname whose view of the inventory this switch has: its own, or "" for the one that all others share. */
export function viewOf(snapshot: Snapshot, hostname: string): string {
  return snapshot.hostnamesWithOwnView.has(hostname) ? hostname : '';
}
