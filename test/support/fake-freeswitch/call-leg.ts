import type { SwitchCore } from './switch-core.ts';
import type { HeaderValue } from './fake-event.ts';

/** Microseconds since 1970; 0 = never. */
export interface LegTimes {
  readonly created: number;
  progress: number;
  progressMedia: number;
  answered: number;
  bridged: number;
  hangup: number;
}

export interface LegParts {
  readonly uuid: string;
  readonly direction: 'inbound' | 'outbound';
  readonly channelName: string;
  readonly callerName: string;
  readonly callerNumber: string;
  readonly number: string;
  readonly context: string;
  readonly networkAddress: string;
}

/** States with their numbers, as events show them. */
export const channelStates = {
  init: ['CS_INIT', '2'],
  routing: ['CS_ROUTING', '2'],
  execute: ['CS_EXECUTE', '4'],
  exchange: ['CS_EXCHANGE_MEDIA', '5'],
  consume: ['CS_CONSUME_MEDIA', '7'],
  reporting: ['CS_REPORTING', '11'],
} as const;

/** One channel, and what its events say of it. */
export class CallLeg {
  readonly uuid: string;
  readonly direction: 'inbound' | 'outbound';
  readonly channelName: string;
  readonly callerName: string;
  readonly callerNumber: string;
  readonly number: string;
  readonly context: string;
  readonly sessionId: number;
  readonly times: LegTimes;
  readonly variables = new Map<string, HeaderValue>();
  networkAddress: string;
  state: keyof typeof channelStates = 'init';
  callState: 'DOWN' | 'RINGING' | 'EARLY' | 'ACTIVE' | 'HANGUP' = 'DOWN';
  answerState: 'ringing' | 'early' | 'answered' | 'hangup' = 'ringing';
  hangupCause = '';
  /** Whom the caller hears that they are connected to; only a ringing leg has one. */
  calleeNumber = '';
  /** Of the other leg: the one that called it, or the one that it was bridged to. */
  other: CallLeg | undefined;
  /** The leg that belongs to the same call first. */
  callUuid: string;

  constructor(parts: LegParts, core: SwitchCore) {
    this.uuid = parts.uuid;
    this.callUuid = parts.uuid;
    this.direction = parts.direction;
    this.channelName = parts.channelName;
    this.callerName = parts.callerName;
    this.callerNumber = parts.callerNumber;
    this.number = parts.number;
    this.context = parts.context;
    this.networkAddress = parts.networkAddress;
    this.sessionId = core.sessionStarted();
    this.times = { created: core.clock.stamp(), progress: 0, progressMedia: 0, answered: 0, bridged: 0, hangup: 0 };
  }

  /** Sets variables; one whose value would be expanded is refused (contract 6.4). */
  set(variables: Iterable<readonly [string, HeaderValue]>): void {
    for (const [name, value] of variables) {
      if (typeof value !== 'string' || !value.includes('${')) this.variables.set(name, value);
    }
  }

  /** Whether sound goes through it. */
  get hasMedia(): boolean {
    return this.times.answered > 0 || this.times.progressMedia > 0;
  }
}
