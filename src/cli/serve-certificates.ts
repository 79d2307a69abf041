import type { Log } from '../config/log.ts';
import type { TlsSettings } from '../config/tls-settings.ts';
import { CertificateKeeper } from '../live/certificate-keeper.ts';
import type { TlsMetrics } from '../metrics/tls-metrics.ts';
import type { CommandContext } from './command-context.ts';

export interface ServedCertificates {
  readonly certificates: CertificateKeeper;
  readonly stop: () => void;
}

/**
 * Follows the certificate files from now on, and looks at them at once on a SIGHUP.
 * @returns undefined where none is named, so that plain http is spoken
 * @throws OperatorError where they do not do
 */
export async function serveCertificates(
  { tlsCert, tlsKey, tlsClientCa }: TlsSettings,
  { log, metrics }: { readonly log: Log; readonly metrics: TlsMetrics },
  { nowMs, after, reloads }: CommandContext,
): Promise<ServedCertificates | undefined> {
  if (tlsCert === undefined) return undefined;
  const paths = { tlsCert, tlsKey, tlsClientCa };
  const certificates = await CertificateKeeper.open({ paths, log, metrics, nowMs, after });
  await certificates.start();
  const stopReloads = reloads(() => {
    void certificates.lookNow();
  });
  return {
    certificates,
    stop: () => {
      stopReloads();
      certificates.stop();
    },
  };
}
