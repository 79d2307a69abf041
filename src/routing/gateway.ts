import type { Name } from './name.ts';
import type { NumberRules } from './number-rules.ts';

/** `active` gets calls; `drain` stays defined at the switch and gets no new ones; `disabled` is not served at all. */
export type GatewayState = 'active' | 'drain' | 'disabled';

/** A sofia parameter or profile setting, under FreeSWITCH's own name. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** A channel variable of a gateway; no direction means both (contract 5.1). */
export interface GatewayVariable extends NamedValue {
  readonly direction?: 'inbound' | 'outbound';
}

export interface Gateway {
  readonly name: Name;
  readonly profile: Name;
  readonly state: GatewayState;
  readonly numberRules: NumberRules;
  /** The proxy's address where it is written as one, canonical; calls that come from there are not sent back. */
  readonly proxyAddress: string | undefined;
  /** The switches that have it; undefined = all of them. */
  readonly switches: ReadonlySet<string> | undefined;
  readonly maxCalls: number | undefined;
  readonly maxCps: number | undefined;
  /** How long its calls are waited for before a switch lets go of it. */
  readonly drainSeconds: number;
  /** What sofia is told, in a fixed order. */
  readonly parameters: readonly NamedValue[];
  readonly variables: readonly GatewayVariable[];
}

/** Whether this switch is to have the gateway: `gateway_switches` names it, or names none. */
export function isOnSwitch(gateway: Gateway, hostname: string): boolean {
  return gateway.switches === undefined || gateway.switches.has(hostname);
}

/** Whether the switch is told of the gateway: drained ones stay defined, for their calls in progress. */
export function isServed(gateway: Gateway, hostname: string): boolean {
  return gateway.state !== 'disabled' && isOnSwitch(gateway, hostname);
}
