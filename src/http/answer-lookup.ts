import type { RequestResult, RequestSection } from '../metrics/request-result.ts';
import { type Call, callerText } from '../routing/call.ts';
import type { LiveState, Serving } from '../live/live-state.ts';
import { type CallerIds, cleanCallerIds } from '../xml/clean-caller-ids.ts';
import { type DomainName, parseDomainName } from '../xml/domain-name.ts';
import { refusalDocument } from '../xml/plan-document.ts';
import { NOT_FOUND_DOCUMENT } from '../xml/not-found-document.ts';
import type { RequestFields, WantedFields } from './request-fields.ts';

/** What a look-up is answered with, and what it is counted as. */
export interface LookupAnswer {
  readonly section: RequestSection;
  readonly result: RequestResult;
  readonly hostname: string;
  readonly document: Buffer | string;
}

/** Where the time and the names of decisions come from. */
export interface CallStamps {
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly nextDecisionId: () => string;
}

/** The event fields that answers depend on, besides headers. */
const LOOKUP_FIELDS: readonly string[] = [
  'Event-Name',
  'Unique-ID',
  'purpose',
  'profile',
  'user',
  ...['Context', 'Destination-Number', 'Caller-ID-Number', 'Caller-ID-Name', 'Network-Addr'].flatMap((field) => [
    `Hunt-${field}`,
    `Caller-${field}`,
  ]),
];

const NO_FIELDS: ReadonlySet<string> = new Set();
const LOOKUP_FIELD_SET: ReadonlySet<string> = new Set(LOOKUP_FIELDS);

/** The fields to read while this is served. */
export function wantedFields(serving: Serving | undefined): WantedFields {
  const headers = serving?.snapshot.neededFields.headers ?? [];
  return {
    names: LOOKUP_FIELD_SET,
    headers: headers.length === 0 ? NO_FIELDS : new Set(headers.map((header) => header.toLowerCase())),
  };
}

/**
 * Answers one look-up of mod_xml_curl. Whatever is not ours is *not found*, so that FreeSWITCH goes on to its own
 * files.
 * @param declaredHeaders the headers that the binding says it sends, in lower case
 */
export function answerLookup(
  fields: RequestFields,
  declaredHeaders: ReadonlySet<string> | undefined,
  live: LiveState,
  stamps: CallStamps,
): LookupAnswer {
  const hostname = fields.get('hostname');
  const section = sectionOf(fields.get('section'));
  const found = (document: Buffer | string | undefined): LookupAnswer =>
    document === undefined
      ? { section, result: 'not_found', hostname, document: NOT_FOUND_DOCUMENT }
      : { section, result: 'served', hostname, document };
  const { serving } = live;
  if (serving === undefined) return found(undefined);
  switch (section) {
    case 'configuration':
      return found(configuration(fields, serving, hostname, live));
    case 'directory':
      return found(directory(fields, serving, hostname, live));
    case 'dialplan': {
      const callerName = huntField(fields, 'Caller-ID-Name');
      live.noticeFields(serving, {
        hostname,
        isComplete: fields.get('Event-Name') !== '',
        hasCallerNumber: huntField(fields, 'Caller-ID-Number') !== '',
        hasCallerName: callerName !== '',
        hasNetworkAddress: huntField(fields, 'Network-Addr') !== '',
        headers: new Set(fields.headers.keys()),
        declaredHeaders,
      });
      const call = readCall(fields, hostname, stamps);
      const { result, document } = dialplan(
        call,
        { number: call.callerNumber, name: callerText(callerName) },
        serving,
        live,
      );
      return { section, result, hostname, document };
    }
    case 'other':
      return found(undefined);
  }
}

/** FreeSWITCH compares section names without regard to case (contract 2.1). */
function sectionOf(name: string): RequestSection {
  const lower = name.toLowerCase();
  return lower === 'configuration' || lower === 'directory' || lower === 'dialplan' ? lower : 'other';
}

function configuration(fields: RequestFields, serving: Serving, hostname: string, live: LiveState): Buffer | undefined {
  if (fields.get('tag_name') !== 'configuration' || fields.get('key_name') !== 'name') return undefined;
  const file = fields.get('key_value').toLowerCase();
  if (file === 'distributor.conf') return serving.documents.distributor(hostname);
  if (file !== 'sofia.conf') return undefined;
  const profile = fields.get('profile') || undefined;
  const document = serving.documents.sofia(profile, hostname, live.applied.heldBack(hostname));
  return givenBy(document, serving, hostname, profile, live);
}

/** All domains are asked for with empty names, one domain with its own (contract 3.4). */
function directory(fields: RequestFields, serving: Serving, hostname: string, live: LiveState): Buffer | undefined {
  // A look-up of a user can carry a caller's own headers, and so any purpose (contract 3.6); sofia asks for gateways without.
  if (fields.get('purpose') !== 'gateways' || fields.get('user') !== '') return undefined;
  const profile = fields.get('profile');
  const except = live.applied.heldBack(hostname);
  const give = (domain: DomainName | undefined): Buffer | undefined =>
    givenBy(serving.documents.gateways(profile, hostname, domain, except), serving, hostname, profile, live);
  if (fields.get('tag_name') === '') return give(undefined);
  if (fields.get('tag_name') !== 'domain' || fields.get('key_name') !== 'name') return undefined;
  const domain = parseDomainName(fields.get('key_value'));
  return domain === undefined ? undefined : give(domain);
}

/** Notes that the switch has its gateways from here; *not found* has it ask another server next (contract 2.1). */
function givenBy(
  document: Buffer | undefined,
  serving: Serving,
  hostname: string,
  profile: string | undefined,
  live: LiveState,
): Buffer | undefined {
  if (document !== undefined) live.gatewaysServed(serving, hostname, profile);
  return document;
}

/** `Hunt-*` describes the call as it is being routed now; `Caller-*` as it came in (contract 3.7). */
function huntField(fields: RequestFields, name: string): string {
  return fields.get(`Hunt-${name}`) || fields.get(`Caller-${name}`);
}

function readCall(fields: RequestFields, hostname: string, stamps: CallStamps): Call {
  return {
    decisionId: stamps.nextDecisionId(),
    atMs: stamps.nowMs(),
    hostname: ownText(hostname),
    channelUuid: ownText(fields.get('Unique-ID')),
    context: ownText(huntField(fields, 'Context')),
    destinationNumber: callerText(ownText(huntField(fields, 'Destination-Number'))),
    callerNumber: callerText(ownText(huntField(fields, 'Caller-ID-Number'))),
    networkAddress: ownText(huntField(fields, 'Network-Addr')),
    headers: new Map([...fields.headers].map(([name, value]) => [name, callerText(ownText(value))])),
  };
}

/** A copy: V8 makes a part of a text by pointing into it, and calls are kept for longer than the forms they came in. */
function ownText(part: string): string {
  return ` ${part}`.slice(1);
}

function dialplan(
  call: Call,
  caller: CallerIds,
  serving: Serving,
  live: LiveState,
): Pick<LookupAnswer, 'result' | 'document'> {
  const decision = live.route(serving, call);
  switch (decision.outcome) {
    case 'no_route':
      return { result: 'not_found', document: NOT_FOUND_DOCUMENT };
    case 'rejected_number':
      return { result: 'refused', document: refusalDocument(decision.route, 484) };
    case 'no_gateway':
      return { result: 'refused', document: refusalDocument(decision.route, 503) };
    case 'planned':
      return { result: 'served', document: serving.documents.plan(decision, call.decisionId, cleanCallerIds(caller)) };
  }
}
