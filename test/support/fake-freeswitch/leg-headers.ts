import { channelStates, type CallLeg } from './call-leg.ts';
import type { Header } from './fake-event.ts';

const profileTimes: readonly (readonly [string, keyof CallLeg['times'] | undefined])[] = [
  ['Profile-Created-Time', 'created'],
  ['Channel-Created-Time', 'created'],
  ['Channel-Answered-Time', 'answered'],
  ['Channel-Progress-Time', 'progress'],
  ['Channel-Progress-Media-Time', 'progressMedia'],
  ['Channel-Hangup-Time', 'hangup'],
  ['Channel-Transfer-Time', undefined],
  ['Channel-Resurrect-Time', undefined],
  ['Channel-Bridged-Time', 'bridged'],
  ['Channel-Last-Hold', undefined],
  ['Channel-Hold-Accum', undefined],
];

const names = new Map<string, Map<string, string>>();
const variableNames = new Map<string, string>();

/** Families 2 to 4 of contract 3.7, which events and dialplan requests share. */
export function legHeaders(leg: CallLeg): readonly Header[] {
  return [...channelHeaders(leg), ...profileHeaders(leg, 'Caller'), ...otherLegHeaders(leg), ...variableHeaders(leg)];
}

/** A caller profile under a prefix: `Caller`, `Hunt` (contract 3.7, families 3 and 6). */
export function profileHeaders(leg: CallLeg, prefix: string): readonly Header[] {
  const headers: Header[] = [
    ...partyHeaders(leg, prefix, leg.direction),
    [headerName(prefix, 'Channel-Name'), leg.channelName],
    [headerName(prefix, 'Profile-Index'), '1'],
  ];
  for (const [name, time] of profileTimes) {
    headers.push([headerName(prefix, name), time === undefined ? '0' : String(leg.times[time])]);
  }
  headers.push(...screenHeaders(prefix));
  return headers;
}

function channelHeaders(leg: CallLeg): readonly Header[] {
  const [state, stateNumber] = channelStates[leg.state];
  return [
    ['Channel-State', state],
    ['Channel-Call-State', leg.callState],
    ['Channel-State-Number', stateNumber],
    ['Channel-Name', leg.channelName],
    ['Unique-ID', leg.uuid],
    ['Call-Direction', leg.direction],
    ['Presence-Call-Direction', leg.direction],
    ['Channel-HIT-Dialplan', leg.direction === 'inbound' ? 'true' : 'false'],
    ['Channel-Call-UUID', leg.callUuid],
    ['Answer-State', leg.answerState],
    ...(leg.hangupCause === '' ? [] : ([['Hangup-Cause', leg.hangupCause]] as const)),
    ...(leg.hasMedia ? codecHeaders : []),
  ];
}

const codecHeaders: readonly Header[] = ['Read', 'Write'].flatMap((way): readonly Header[] => [
  [`Channel-${way}-Codec-Name`, 'PCMU'],
  [`Channel-${way}-Codec-Rate`, '8000'],
  [`Channel-${way}-Codec-Bit-Rate`, '64000'],
]);

function partyHeaders(leg: CallLeg, prefix: string, direction: string): readonly Header[] {
  return [
    [headerName(prefix, 'Direction'), direction],
    [headerName(prefix, 'Logical-Direction'), prefix === 'Other-Leg' ? 'inbound' : direction],
    [headerName(prefix, 'Username'), leg.callerNumber],
    [headerName(prefix, 'Dialplan'), 'XML'],
    [headerName(prefix, 'Caller-ID-Name'), leg.callerName],
    [headerName(prefix, 'Caller-ID-Number'), leg.callerNumber],
    [headerName(prefix, 'Orig-Caller-ID-Name'), leg.callerName],
    [headerName(prefix, 'Orig-Caller-ID-Number'), leg.callerNumber],
    ...(leg.calleeNumber === '' || (prefix === 'Other-Leg' && leg.direction === 'inbound')
      ? []
      : calleeHeaders(leg, prefix)),
    [headerName(prefix, 'Network-Addr'), leg.networkAddress],
    [headerName(prefix, 'ANI'), leg.callerNumber],
    [headerName(prefix, 'Destination-Number'), leg.number],
    [headerName(prefix, 'Unique-ID'), leg.uuid],
    [headerName(prefix, 'Source'), 'mod_sofia'],
    [headerName(prefix, 'Context'), leg.context],
  ];
}

function calleeHeaders(leg: CallLeg, prefix: string): readonly Header[] {
  return [
    [headerName(prefix, 'Callee-ID-Name'), 'Outbound Call'],
    [headerName(prefix, 'Callee-ID-Number'), leg.calleeNumber],
  ];
}

/** A called leg shows its caller's, with no times but those that it set itself; a bridged caller shows all of the other's. */
function otherLegHeaders(leg: CallLeg): readonly Header[] {
  const { other } = leg;
  if (other === undefined) return [];
  const isCalled = leg.direction === 'outbound';
  const headers: Header[] = [
    ['Other-Type', isCalled ? 'originator' : 'originatee'],
    ...partyHeaders(other, 'Other-Leg', other.direction),
    ['Other-Leg-Channel-Name', other.channelName],
  ];
  for (const [name, time] of profileTimes) {
    const isShown = time !== undefined && time !== 'hangup' && time !== 'bridged';
    const shared = time === 'progress' || time === 'progressMedia';
    const source = isCalled && shared ? leg : other;
    headers.push([headerName('Other-Leg', name), isShown && (shared || !isCalled) ? String(source.times[time]) : '0']);
  }
  headers.push(...screenHeaders('Other-Leg'));
  return headers;
}

function screenHeaders(prefix: string): readonly Header[] {
  return [
    [headerName(prefix, 'Screen-Bit'), 'true'],
    [headerName(prefix, 'Privacy-Hide-Name'), 'false'],
    [headerName(prefix, 'Privacy-Hide-Number'), 'false'],
  ];
}

function variableHeaders(leg: CallLeg): readonly Header[] {
  const headers: Header[] = [];
  for (const [name, value] of leg.variables) headers.push([variableName(name), value]);
  return headers;
}

/** The same few hundred names in every event: made once, since making and hashing them is most of an event's cost. */
function headerName(prefix: string, suffix: string): string {
  let ofPrefix = names.get(prefix);
  if (ofPrefix === undefined) {
    ofPrefix = new Map();
    names.set(prefix, ofPrefix);
  }
  return remembered(ofPrefix, suffix, () => `${prefix}-${suffix}`);
}

function variableName(name: string): string {
  return remembered(variableNames, name, () => `variable_${name}`);
}

function remembered(known: Map<string, string>, key: string, make: () => string): string {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    known.set(key, value);
  }
  return value;
}
