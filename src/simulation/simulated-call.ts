import { type Call, callerText } from '../routing/call.ts';

/** A call as it is put to an inventory: what a switch would say of it. */
export interface SimulatedCall {
  readonly number: string;
  readonly caller: string;
  readonly context: string;
  /** The address that it comes from; '' = not known. */
  readonly source: string;
  readonly switch: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What a call has where nothing is said of it. */
export type CallDefaults = Omit<SimulatedCall, 'number'>;

/**
 * The same as a request.
 * @param count numbers the calls, from 1
 * @param atMs of the simulated clock
 */
export function requestOf(call: SimulatedCall, count: number, atMs: number): Call {
  return {
    decisionId: `s-${count}`,
    atMs,
    hostname: call.switch,
    channelUuid: `a-${count}`,
    context: call.context,
    destinationNumber: callerText(call.number),
    callerNumber: callerText(call.caller),
    networkAddress: call.source,
    headers: new Map([...call.headers].map(([name, value]) => [name, callerText(value)])),
  };
}
