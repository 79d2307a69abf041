import { FREESWITCH_CAUSES } from '../inventory/freeswitch-causes.ts';
import { isTrue } from './is-true.ts';

/** After which causes FreeSWITCH goes on: all, or those named. */
export type ContinuePolicy = 'all' | ReadonlySet<string>;

/** Without a word from the dialplan (contract 6.7). */
const BY_DEFAULT: ReadonlySet<string> = new Set(['NO_ANSWER', 'NO_USER_RESPONSE', 'ORIGINATOR_CANCEL']);

/** The numbers of causes that a list may hold instead of names (Q.850, and FreeSWITCH's own). */
const NUMBERS: Readonly<Record<string, string>> = Object.fromEntries(
  `1=UNALLOCATED_NUMBER 2=NO_ROUTE_TRANSIT_NET 3=NO_ROUTE_DESTINATION 6=CHANNEL_UNACCEPTABLE 16=NORMAL_CLEARING
  17=USER_BUSY 18=NO_USER_RESPONSE 19=NO_ANSWER 20=SUBSCRIBER_ABSENT 21=CALL_REJECTED 22=NUMBER_CHANGED
  23=REDIRECTION_TO_NEW_DESTINATION 25=EXCHANGE_ROUTING_ERROR 27=DESTINATION_OUT_OF_ORDER 28=INVALID_NUMBER_FORMAT
  29=FACILITY_REJECTED 31=NORMAL_UNSPECIFIED 34=NORMAL_CIRCUIT_CONGESTION 38=NETWORK_OUT_OF_ORDER
  41=NORMAL_TEMPORARY_FAILURE 42=SWITCH_CONGESTION 44=REQUESTED_CHAN_UNAVAIL 50=FACILITY_NOT_SUBSCRIBED
  52=OUTGOING_CALL_BARRED 54=INCOMING_CALL_BARRED 57=BEARERCAPABILITY_NOTAUTH 58=BEARERCAPABILITY_NOTAVAIL
  63=SERVICE_UNAVAILABLE 65=BEARERCAPABILITY_NOTIMPL 69=FACILITY_NOT_IMPLEMENTED 79=SERVICE_NOT_IMPLEMENTED
  88=INCOMPATIBLE_DESTINATION 102=RECOVERY_ON_TIMER_EXPIRE 111=PROTOCOL_ERROR 127=INTERWORKING
  487=ORIGINATOR_CANCEL 802=ALLOTTED_TIMEOUT 806=USER_NOT_REGISTERED 807=PROGRESS_TIMEOUT 808=INVALID_GATEWAY
  809=GATEWAY_DOWN`
    .split(/\s+/)
    .map((pair) => pair.split('=') as [string, string]),
);

/** What an answer of a gateway may become (sofia_glue.c, sofia_glue_sip_cause_to_freeswitch) besides what is shipped. */
const REACHABLE = `NO_ROUTE_DESTINATION NUMBER_CHANGED INTERWORKING INCOMPATIBLE_DESTINATION SERVICE_NOT_IMPLEMENTED
  EXCHANGE_ROUTING_ERROR NORMAL_UNSPECIFIED UNWANTED NO_IDENTITY BAD_IDENTITY_INFO UNSUPPORTED_CERTIFICATE
  INVALID_IDENTITY`.split(/\s+/);

/** A gateway that was not tried is passed over whatever the causes say; a caller who hung up is not called back. */
const BESIDE_THE_POINT: ReadonlySet<string> = new Set(['GATEWAY_DOWN', 'INVALID_GATEWAY', 'ORIGINATOR_CANCEL']);

/** What `continue_on_fail` and `failure_causes` together say (contract 6.7); undefined = not set. */
export function readContinuePolicy(
  continueOnFail: string | undefined,
  failureCauses: string | undefined,
): ContinuePolicy {
  if (continueOnFail !== undefined) {
    // One bare number is "true" to FreeSWITCH, whichever it is.
    if (isTrue(continueOnFail)) return 'all';
    if (failureCauses === undefined) return new Set(readCauses(continueOnFail));
  }
  if (failureCauses === undefined) return BY_DEFAULT;
  const stopping = new Set(readCauses(failureCauses));
  const continuing = continueOnFail === undefined ? [] : readCauses(continueOnFail);
  return new Set([...[...FREESWITCH_CAUSES].filter((cause) => !stopping.has(cause)), ...continuing]);
}

/**
 * The causes whose action a group has to have of its own, so that it goes on after the same ones.
 * @param common `failover_causes`
 */
export function causesOfItsOwn(
  policy: ContinuePolicy,
  common: ReadonlyMap<string, string>,
): readonly (readonly [cause: string, action: 'next' | 'stop'])[] {
  const named = policy === 'all' ? REACHABLE : policy;
  const causes = [...new Set([...common.keys(), ...named])].filter((cause) => !BESIDE_THE_POINT.has(cause)).sort();
  return causes.flatMap((cause) => {
    const action = policy === 'all' || policy.has(cause) ? 'next' : 'stop';
    return (common.get(cause) ?? 'stop') === action ? [] : [[cause, action] as const];
  });
}

/** Words that are no cause mean nothing to FreeSWITCH either. */
function readCauses(list: string): readonly string[] {
  return list
    .split(',')
    .map((word) => NUMBERS[word.trim()] ?? word.trim().toUpperCase())
    .filter((cause) => FREESWITCH_CAUSES.has(cause));
}
