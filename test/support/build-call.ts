import { type Call, callerText } from '../../src/routing/call.ts';

export interface CallPlan {
  readonly number?: string;
  readonly caller?: string;
  readonly context?: string;
  readonly hostname?: string;
  readonly networkAddress?: string;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call as a switch would report it: whatever a test leaves out does not matter to it. */
export function buildCall(plan: CallPlan = {}): Call {
  return {
    decisionId: 'd-1',
    atMs: 0,
    channelUuid: '',
    hostname: plan.hostname ?? 'fs1',
    context: plan.context ?? 'default',
    destinationNumber: callerText(plan.number ?? '100'),
    callerNumber: callerText(plan.caller ?? '200'),
    networkAddress: plan.networkAddress ?? '198.51.100.1',
    headers: new Map(Object.entries(plan.headers ?? {}).map(([name, value]) => [name, callerText(value)])),
  };
}
