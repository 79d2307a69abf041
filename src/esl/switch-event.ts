/** What the client asks for. Everything after CUSTOM is taken as a subclass (contract 7.3). */
export const SUBSCRIPTION =
  'event json CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE ' +
  'BACKGROUND_JOB HEARTBEAT CUSTOM sofia::gateway_state sofia::gateway_add sofia::gateway_delete';

interface EventOrigin {
  /** Another one after a restart of the switch. */
  readonly coreUuid: string;
  /** Grows with each event of a core, also with those that were not asked for. */
  readonly sequence: number;
}

export interface HangupFacts {
  readonly cause: string;
  /** The far end's own final status; 0 where the call was ended otherwise (contract 7.6). */
  readonly sipStatus: number;
  /** Who ended it: send_bye, recv_refuse, send_cancel ... */
  readonly disposition: string;
  readonly billMs: number;
}

/** One step in the life of a channel. */
export interface LegEvent extends EventOrigin {
  readonly kind: 'leg';
  readonly name: 'create' | 'progress' | 'answer' | 'hangup';
  readonly uuid: string;
  readonly direction: 'inbound' | 'outbound';
  /** Of an outbound leg; empty where it goes through none. */
  readonly gateway: string;
  readonly callerUuid: string;
  /** Which plan, and which of its attempts, this leg is; empty and 0 where it is not ours. */
  readonly decisionId: string;
  readonly attempt: number;
  readonly destination: string;
  /** From the creation to the first 18x and to the answer; undefined = not so far. */
  readonly ringAfterMs: number | undefined;
  readonly answerAfterMs: number | undefined;
  readonly hangup: HangupFacts | undefined;
}

/** News of a gateway. Only `state` carries status and state, only the others carry a profile (contract 5.7). */
export interface GatewayEvent extends EventOrigin {
  readonly kind: 'gateway';
  readonly change: 'state' | 'added' | 'deleted';
  readonly gateway: string;
  readonly profile: string;
  readonly state: string;
  readonly status: 'UP' | 'DOWN' | '';
  readonly sipStatus: number;
  readonly phrase: string;
}

export interface HeartbeatEvent extends EventOrigin {
  readonly kind: 'heartbeat';
  readonly version: string;
  readonly sessions: number;
  readonly uptimeMs: number;
}

/** The result of a `bgapi` command, whoever gave it. */
export interface JobEvent extends EventOrigin {
  readonly kind: 'job';
  readonly jobUuid: string;
  readonly body: string;
}

export type SwitchEvent = LegEvent | GatewayEvent | HeartbeatEvent | JobEvent;

type Fields = Readonly<Record<string, unknown>>;

const LEG_NAMES: ReadonlyMap<string, LegEvent['name']> = new Map([
  ['CHANNEL_CREATE', 'create'],
  ['CHANNEL_PROGRESS', 'progress'],
  ['CHANNEL_PROGRESS_MEDIA', 'progress'],
  ['CHANNEL_ANSWER', 'answer'],
  ['CHANNEL_HANGUP_COMPLETE', 'hangup'],
]);

const GATEWAY_CHANGES: ReadonlyMap<string, GatewayEvent['change']> = new Map([
  ['sofia::gateway_state', 'state'],
  ['sofia::gateway_add', 'added'],
  ['sofia::gateway_delete', 'deleted'],
]);

/** Where the microsecond stamps of a channel stand: as variables only once it is over. */
const LIVE_STAMPS = {
  created: 'Caller-Channel-Created-Time',
  progress: 'Caller-Channel-Progress-Time',
  media: 'Caller-Channel-Progress-Media-Time',
  answered: 'Caller-Channel-Answered-Time',
};
const FINAL_STAMPS = {
  created: 'variable_start_uepoch',
  progress: 'variable_progress_uepoch',
  media: 'variable_progress_media_uepoch',
  answered: 'variable_answer_uepoch',
};

/**
 * Reads the body of a `text/event-json` frame. Values are what callers and carriers wrote: whatever they hold, or lack,
 * nothing is thrown.
 * @returns undefined for an event of another kind, and for what is no event at all
 */
export function readSwitchEvent(json: string): SwitchEvent | undefined {
  const fields = parseFields(json);
  if (fields === undefined) return undefined;
  const name = text(fields, 'Event-Name');
  const leg = LEG_NAMES.get(name);
  if (leg !== undefined) return legEvent(leg, fields);
  switch (name) {
    case 'CUSTOM':
      return gatewayEvent(fields);
    case 'HEARTBEAT':
      return {
        kind: 'heartbeat',
        ...originOf(fields),
        version: text(fields, 'FreeSWITCH-Version'),
        sessions: count(fields, 'Session-Count'),
        uptimeMs: count(fields, 'Uptime-msec'),
      };
    case 'BACKGROUND_JOB':
      return { kind: 'job', ...originOf(fields), jobUuid: text(fields, 'Job-UUID'), body: text(fields, '_body') };
    default:
      return undefined;
  }
}

function legEvent(name: LegEvent['name'], fields: Fields): LegEvent {
  const direction = text(fields, 'Call-Direction') === 'outbound' ? 'outbound' : 'inbound';
  const stamps = name === 'hangup' ? FINAL_STAMPS : LIVE_STAMPS;
  const created = count(fields, stamps.created);
  return {
    kind: 'leg',
    name,
    ...originOf(fields),
    uuid: text(fields, 'Unique-ID'),
    direction,
    // An inbound leg may carry the variable too, as its caller's wish.
    gateway: direction === 'outbound' ? text(fields, 'variable_sip_gateway_name') : '',
    callerUuid: text(fields, 'variable_originating_leg_uuid') || text(fields, 'Other-Leg-Unique-ID'),
    decisionId: text(fields, 'variable_trunkhunt_decision'),
    attempt: count(fields, 'variable_trunkhunt_attempt'),
    destination: text(fields, 'Caller-Destination-Number'),
    ringAfterMs: elapsedMs(created, earlier(count(fields, stamps.progress), count(fields, stamps.media))),
    answerAfterMs: elapsedMs(created, count(fields, stamps.answered)),
    hangup: name === 'hangup' ? hangupFacts(fields) : undefined,
  };
}

function hangupFacts(fields: Fields): HangupFacts {
  return {
    cause: text(fields, 'Hangup-Cause'),
    sipStatus: count(fields, 'variable_sip_term_status'),
    disposition: text(fields, 'variable_sip_hangup_disposition'),
    billMs: count(fields, 'variable_billmsec'),
  };
}

function gatewayEvent(fields: Fields): GatewayEvent | undefined {
  const change = GATEWAY_CHANGES.get(text(fields, 'Event-Subclass'));
  if (change === undefined) return undefined;
  const status = text(fields, 'Ping-Status');
  return {
    kind: 'gateway',
    change,
    ...originOf(fields),
    gateway: text(fields, 'Gateway'),
    profile: text(fields, 'profile-name'),
    state: text(fields, 'State'),
    status: status === 'UP' || status === 'DOWN' ? status : '',
    sipStatus: count(fields, 'Status'),
    phrase: text(fields, 'Phrase'),
  };
}

function originOf(fields: Fields): EventOrigin {
  return { coreUuid: text(fields, 'Core-UUID'), sequence: count(fields, 'Event-Sequence') };
}

function parseFields(json: string): Fields | undefined {
  try {
    // Where a key occurs twice (contract 7.2) the last one counts; FreeSWITCH writes the same value.
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** Of a header with several values, an array in JSON, the first one. */
function text(fields: Fields, key: string): string {
  const value = fields[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** A whole number as FreeSWITCH writes it; 0 for anything else. */
function count(fields: Fields, key: string): number {
  const written = text(fields, key);
  const value = /^\d{1,16}$/.test(written) ? Number(written) : 0;
  return Number.isSafeInteger(value) ? value : 0;
}

/** Of two stamps, of which 0 means never. */
function earlier(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}

/**
 * FreeSWITCH's clock ticks every 20 ms, so that something real may bear the stamp of the creation: 0, unlike the
 * `progressmsec` of FreeSWITCH, is never "did not happen" here.
 */
function elapsedMs(fromMicros: number, toMicros: number): number | undefined {
  if (fromMicros === 0 || toMicros === 0) return undefined;
  return Math.max(0, Math.round((toMicros - fromMicros) / 1000));
}
