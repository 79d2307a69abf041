/** Where a destination is, out of a SIP URI. */
export interface SipAddress {
  /** As sofia's `proxy` takes it: `host`, `host:port`, IPv6 in brackets. */
  readonly proxy: string;
  readonly host: string;
  /** Undefined where the port is that of the transport anyway. */
  readonly port: number | undefined;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'sctp';
  /** What stands in the URI besides and has no place in a gateway: `user x`, `parameter lr`. */
  readonly extras: readonly string[];
}

const TRANSPORTS = ['udp', 'tcp', 'tls', 'sctp'] as const;

const URI =
  /^(?:(sips?):)?(?:([^@\s]*)@)?(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?((?:;[^?\s]*)?)(\?\S*)?$/i;

/**
 * Reads `sip:host:port;transport=tcp` or the same without `sip:`.
 * @returns what is wrong with it, as a text, where it cannot be read
 */
export function parseSipAddress(text: string): SipAddress | string {
  const [, scheme, user, host, portText, parameters = '', headers] = URI.exec(text.trim()) ?? [];
  if (host === undefined) return `'${text}' is no SIP address such as sip:192.0.2.1:5060`;
  const port = portText === undefined ? 0 : Number(portText);
  if (port > 65_535) return `port ${port} is above 65535`;
  const pairs = parameters.split(';').filter((it) => it !== '');
  const said = pairs.find((it) => /^transport=/i.test(it))?.slice('transport='.length);
  const wanted = said?.toLowerCase() ?? (scheme?.toLowerCase() === 'sips' ? 'tls' : 'udp');
  const transport = TRANSPORTS.find((it) => it === wanted);
  if (transport === undefined) return `sofia has no gateways with transport ${wanted}`;
  const isUsual = port === 0 || port === (transport === 'tls' ? 5061 : 5060);
  return {
    proxy: port === 0 ? host : `${host}:${port}`,
    host,
    port: isUsual ? undefined : port,
    transport,
    extras: [
      ...(user === undefined ? [] : [`user ${user.split(':')[0] ?? ''}`]),
      ...pairs.filter((it) => !/^transport=/i.test(it)).map((it) => `parameter ${it}`),
      ...(headers === undefined ? [] : [`headers ${headers}`]),
    ],
  };
}

/** A name for what has none: `192.0.2.1`, `192.0.2.1-5080-tcp`. */
export function addressName({ host, port, transport }: SipAddress): string {
  const parts = [
    host.toLowerCase(),
    ...(port === undefined ? [] : [String(port)]),
    ...(transport === 'udp' ? [] : [transport]),
  ];
  return parts.join('-');
}
