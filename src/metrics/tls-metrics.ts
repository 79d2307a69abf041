import { Counter, type Registry } from 'prom-client';
import { ReadGauge } from './read-gauge.ts';

/** Why a client did not get through the handshake. */
export const HANDSHAKE_FAILURES = [
  'plain_http',
  'protocol',
  'client_certificate_missing',
  'client_certificate_refused',
  'refused_by_client',
  'timeout',
  'disconnected',
  'other',
] as const;
export type HandshakeFailure = (typeof HANDSHAKE_FAILURES)[number];

/** What a server that speaks TLS shows of it. */
export interface TlsReadingOfMetrics {
  /** Seconds since 1970. */
  readonly expirySeconds: Readonly<Record<'server' | 'client_ca', number | undefined>>;
  /** Whether the files, as they are now, are what is served. */
  readonly isCurrent: boolean;
}

/** The metrics of TLS. Without it none of them has a series. */
export class TlsMetrics {
  readonly #failures: Counter;
  #read: () => TlsReadingOfMetrics | undefined = () => undefined;

  constructor(registry: Registry) {
    const registers = [registry];
    new ReadGauge(
      {
        name: 'trunkhunt_tls_certificate_expiry_timestamp_seconds',
        help: 'When the first certificate expires, of the chain that is served or of the authorities of clients.',
        labelNames: ['certificate'],
        registers,
      },
      () =>
        Object.entries(this.#read()?.expirySeconds ?? {}).flatMap(([certificate, value]) =>
          value === undefined ? [] : [{ labels: { certificate }, value }],
        ),
    );
    new ReadGauge(
      {
        name: 'trunkhunt_tls_last_reload_successful',
        help: '1 where the certificate files as they are now are served, 0 where they could not be taken.',
        registers,
      },
      () => {
        const reading = this.#read();
        return reading === undefined ? [] : [{ labels: {}, value: reading.isCurrent ? 1 : 0 }];
      },
    );
    this.#failures = new Counter({
      name: 'trunkhunt_tls_handshake_failures_total',
      help: 'Connections that ended before TLS was agreed on, by reason.',
      labelNames: ['reason'],
      registers,
    });
  }

  /** TLS is spoken from now on. @param read gives what is so at a scrape */
  begin(read: () => TlsReadingOfMetrics): void {
    this.#read = read;
    for (const reason of HANDSHAKE_FAILURES) this.#failures.inc({ reason }, 0);
  }

  handshakeFailed(reason: HandshakeFailure): void {
    this.#failures.inc({ reason });
  }
}
