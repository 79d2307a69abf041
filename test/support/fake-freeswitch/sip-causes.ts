/** FreeSWITCH's number of each cause that this model knows; those below 128 are Q.850's. */
const numbers: ReadonlyMap<string, number> = new Map([
  ['UNALLOCATED_NUMBER', 1],
  ['NO_ROUTE_DESTINATION', 3],
  ['NORMAL_CLEARING', 16],
  ['USER_BUSY', 17],
  ['NO_USER_RESPONSE', 18],
  ['NO_ANSWER', 19],
  ['CALL_REJECTED', 21],
  ['NUMBER_CHANGED', 22],
  ['EXCHANGE_ROUTING_ERROR', 25],
  ['DESTINATION_OUT_OF_ORDER', 27],
  ['INVALID_NUMBER_FORMAT', 28],
  ['NORMAL_UNSPECIFIED', 31],
  ['NORMAL_CIRCUIT_CONGESTION', 34],
  ['NETWORK_OUT_OF_ORDER', 38],
  ['NORMAL_TEMPORARY_FAILURE', 41],
  ['SWITCH_CONGESTION', 42],
  ['REQUESTED_CHAN_UNAVAIL', 44],
  ['SERVICE_UNAVAILABLE', 63],
  ['SERVICE_NOT_IMPLEMENTED', 79],
  ['INCOMPATIBLE_DESTINATION', 88],
  ['RECOVERY_ON_TIMER_EXPIRE', 102],
  ['INTERWORKING', 127],
  ['ORIGINATOR_CANCEL', 487],
  ['ALLOTTED_TIMEOUT', 802],
  ['PROGRESS_TIMEOUT', 807],
  ['INVALID_GATEWAY', 808],
  ['GATEWAY_DOWN', 809],
]);

/** sofia_glue_sip_cause_to_freeswitch (contract 7.6). */
const causes: ReadonlyMap<number, string> = new Map([
  [200, 'NORMAL_CLEARING'],
  ...[401, 402, 403, 407, 603, 608].map((status) => [status, 'CALL_REJECTED'] as const),
  [404, 'UNALLOCATED_NUMBER'],
  ...[485, 604].map((status) => [status, 'NO_ROUTE_DESTINATION'] as const),
  ...[408, 504].map((status) => [status, 'RECOVERY_ON_TIMER_EXPIRE'] as const),
  [410, 'NUMBER_CHANGED'],
  ...[413, 414, 416, 420, 421, 423, 505, 513].map((status) => [status, 'INTERWORKING'] as const),
  [480, 'NO_USER_RESPONSE'],
  ...[400, 481, 500, 503].map((status) => [status, 'NORMAL_TEMPORARY_FAILURE'] as const),
  ...[486, 600].map((status) => [status, 'USER_BUSY'] as const),
  [484, 'INVALID_NUMBER_FORMAT'],
  ...[488, 606].map((status) => [status, 'INCOMPATIBLE_DESTINATION'] as const),
  [502, 'NETWORK_OUT_OF_ORDER'],
  [405, 'SERVICE_UNAVAILABLE'],
  ...[406, 415, 501].map((status) => [status, 'SERVICE_NOT_IMPLEMENTED'] as const),
  ...[482, 483].map((status) => [status, 'EXCHANGE_ROUTING_ERROR'] as const),
  [487, 'ORIGINATOR_CANCEL'],
]);

/** hangup_cause_to_sip; everything else is a 480. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['UNALLOCATED_NUMBER', 404],
  ['NO_ROUTE_DESTINATION', 404],
  ['USER_BUSY', 486],
  ['NO_USER_RESPONSE', 408],
  ['NO_ANSWER', 480],
  ['CALL_REJECTED', 603],
  ['NUMBER_CHANGED', 410],
  ['DESTINATION_OUT_OF_ORDER', 502],
  ['INVALID_NUMBER_FORMAT', 484],
  ['INVALID_GATEWAY', 484],
  ['REQUESTED_CHAN_UNAVAIL', 503],
  ['NORMAL_CIRCUIT_CONGESTION', 503],
  ['NETWORK_OUT_OF_ORDER', 503],
  ['NORMAL_TEMPORARY_FAILURE', 503],
  ['SWITCH_CONGESTION', 503],
  ['GATEWAY_DOWN', 503],
  ['INCOMPATIBLE_DESTINATION', 488],
  ['SERVICE_NOT_IMPLEMENTED', 501],
  ['RECOVERY_ON_TIMER_EXPIRE', 504],
  ['ORIGINATOR_CANCEL', 487],
  ['EXCHANGE_ROUTING_ERROR', 483],
]);

/** The cause of a leg that ended with a SIP status. */
export function causeOfStatus(status: number): string {
  return causes.get(status) ?? 'NORMAL_UNSPECIFIED';
}

/** The SIP status that a caller gets for a cause, where no leg's own status stands in for it. */
export function statusOfCause(cause: string): number {
  return statuses.get(cause) ?? 480;
}

/** FreeSWITCH's number of a cause. */
export function numberOfCause(cause: string): number {
  return numbers.get(cause) ?? 31;
}

/** The Q.850 cause of an event: FreeSWITCH's own causes beyond Q.850 show as normal clearing (recording 11). */
export function q850OfCause(cause: string): number {
  const number = numberOfCause(cause);
  return number < 128 ? number : 16;
}
