/** A gateway as a switch runs it. */
export interface RunningGateway {
  readonly name: string;
  readonly profile: string;
  /** `sip:` and the proxy as it was configured. */
  readonly proxy: string;
  readonly username: string;
  /** The registration's; 3600 where none was configured. */
  readonly expireSeconds: string;
  /** 0 = no ping. */
  readonly pingSeconds: number;
  /** NOREG, REGED, FAIL_WAIT ...; NOREG does not register at all. */
  readonly state: string;
  /** The one thing that decides whether calls are let out (contract 5.2). */
  readonly isUp: boolean;
  /** Calls sent to it since it was added. */
  readonly callsOut: number;
}

/**
 * Reads `sofia xmlstatus gateway`. Its realm, to, proxy, username and context are not escaped (contract 5.2), so it may
 * be no XML at all: it is read by its lines, which is how mod_sofia writes it. Of one name the first counts, which is the
 * newest: an older one is marked for deletion (contract 5.4).
 * @returns undefined where the text is no such document
 */
export function readXmlstatus(text: string): ReadonlyMap<string, RunningGateway> | undefined {
  if (!/^\s*(?:<\?xml[^>]*\?>\s*)?<gateways?>/.test(text)) return undefined;
  const gateways = new Map<string, RunningGateway>();
  let fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '<gateway>') fields = new Map();
    else if (trimmed === '</gateway>') {
      const gateway = gatewayOf(fields);
      if (gateway.name !== '' && !gateways.has(gateway.name)) gateways.set(gateway.name, gateway);
    } else {
      const [, name, value, end] = /^<([a-z-]+)>(.*)<\/([a-z-]+)>$/s.exec(trimmed) ?? [];
      // The first of a name: a value that looks like a field of its own is on the line of another field.
      if (name !== undefined && name === end && value !== undefined && !fields.has(name)) fields.set(name, value);
    }
  }
  return gateways;
}

function gatewayOf(fields: ReadonlyMap<string, string>): RunningGateway {
  const text = (name: string): string => fields.get(name) ?? '';
  return {
    name: text('name'),
    profile: text('profile'),
    proxy: text('proxy'),
    username: text('username'),
    expireSeconds: text('expires'),
    pingSeconds: Number(text('pingfreq')) || 0,
    state: text('state'),
    isUp: text('status') === 'UP',
    callsOut: Number(text('calls-out')) || 0,
  };
}
