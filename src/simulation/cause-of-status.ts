const CAUSES: ReadonlyMap<number, string> = new Map([
  ...[401, 402, 403, 407, 603, 608].map((status) => [status, 'CALL_REJECTED'] as const),
  ...[400, 481, 500, 503].map((status) => [status, 'NORMAL_TEMPORARY_FAILURE'] as const),
  ...[485, 604].map((status) => [status, 'NO_ROUTE_DESTINATION'] as const),
  ...[408, 504].map((status) => [status, 'RECOVERY_ON_TIMER_EXPIRE'] as const),
  ...[413, 414, 416, 420, 421, 423, 505, 513].map((status) => [status, 'INTERWORKING'] as const),
  ...[406, 415, 501].map((status) => [status, 'SERVICE_NOT_IMPLEMENTED'] as const),
  ...[482, 483].map((status) => [status, 'EXCHANGE_ROUTING_ERROR'] as const),
  ...[486, 600].map((status) => [status, 'USER_BUSY'] as const),
  ...[488, 606].map((status) => [status, 'INCOMPATIBLE_DESTINATION'] as const),
  [404, 'UNALLOCATED_NUMBER'],
  [405, 'SERVICE_UNAVAILABLE'],
  [410, 'NUMBER_CHANGED'],
  [428, 'NO_IDENTITY'],
  [429, 'BAD_IDENTITY_INFO'],
  [437, 'UNSUPPORTED_CERTIFICATE'],
  [438, 'INVALID_IDENTITY'],
  [480, 'NO_USER_RESPONSE'],
  [484, 'INVALID_NUMBER_FORMAT'],
  [487, 'ORIGINATOR_CANCEL'],
  [502, 'NETWORK_OUT_OF_ORDER'],
  [607, 'UNWANTED'],
]);

/** What FreeSWITCH makes of a gateway's final status, 400 to 699, that comes without a Reason header (contract 7.6). */
export function causeOfStatus(status: number): string {
  return CAUSES.get(status) ?? 'NORMAL_UNSPECIFIED';
}
