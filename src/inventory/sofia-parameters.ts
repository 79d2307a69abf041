import type { NamedValue } from '../routing/gateway.ts';
import type { GatewayRow } from './inventory-rows.ts';

/** Those that are columns of `gateways`, or must not be used; `retry_seconds` is another spelling of one. */
const REFUSED_PARAMETERS: ReadonlySet<string> = new Set(
  `proxy realm username password register register-transport expire-seconds retry-seconds retry_seconds
  caller-id-in-from ping ping-min ping-max extension context ping-user-agent`.split(/\s+/),
);

/** Whether a further parameter may have this name; sofia would take one of two, or crash (contract 5.1). */
export function isFurtherParameter(name: string): boolean {
  return !REFUSED_PARAMETERS.has(name.toLowerCase());
}

/** The gateway parameters that sofia knows beyond those that are columns (contract 5.1); it is case-sensitive. */
export const FURTHER_PARAMETERS: readonly string[] = [
  '908-retry-seconds',
  'auth-username',
  'contact-host',
  'contact-in-ping',
  'contact-params',
  'destination-prefix',
  'distinct-to',
  'extension-in-contact',
  'from-domain',
  'from-user',
  'gw-auth-acl',
  'outbound-proxy',
  'ping-monitoring',
  'reg-id',
  'register-proxy',
  'rfc-5626',
  'scheme',
  'timeout-seconds',
];

/**
 * The row as sofia's parameters, then the further ones. `register` is always said, since sofia's default is true; what
 * is NULL is left to sofia.
 */
export function sofiaParameters(row: GatewayRow, further: readonly NamedValue[]): readonly NamedValue[] {
  const columns: readonly (readonly [string, string | number | null])[] = [
    ['proxy', row.proxy],
    ['realm', row.realm],
    ['username', row.username],
    ['password', row.password],
    ['register', row.register === 1 ? 'true' : 'false'],
    ['register-transport', row.registerTransport],
    ['expire-seconds', row.expireSeconds],
    ['retry-seconds', row.retrySeconds],
    ['caller-id-in-from', row.callerIdInFrom === 1 ? 'true' : 'false'],
    ['ping', row.pingSeconds],
    ['ping-min', row.pingMin],
    ['ping-max', row.pingMax],
    ['extension', row.extension],
    ['context', row.context],
  ];
  const said = columns.flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));
  return [...said, ...further.map(({ name, value }) => ({ name, value }))];
}
