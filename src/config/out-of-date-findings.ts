import type { Finding } from '../errors/finding.ts';
import type { Validity } from './read-certificates.ts';
import type { TlsMaterial } from './tls-material.ts';

/** Which certificates are not valid at this time. @param nowMs wall clock, milliseconds since 1970 */
export function outOfDateFindings({ served, clients }: TlsMaterial, nowMs: number): readonly Finding[] {
  const findings: Finding[] = [];
  const look = (where: string, what: string, fix: string, validity: Validity | undefined): void => {
    const when = validity === undefined ? undefined : objection(validity, nowMs);
    if (when !== undefined) findings.push({ code: 'tls-out-of-date', where, what: `${what} ${when}`, fix });
  };
  const renew = 'renew it: switches that verify it cannot ask here, those that do not go on as before';
  look('TRUNKHUNT_TLS_CERT', 'the certificate, or one that leads to its authority,', renew, served);
  const replace = 'put the new one into the file: clients whose certificates it signed are refused';
  look('TRUNKHUNT_TLS_CLIENT_CA', 'an authority of clients', replace, clients);
  return findings;
}

function objection({ fromMs, untilMs }: Validity, nowMs: number): string | undefined {
  if (nowMs >= untilMs) return `expired at ${new Date(untilMs).toISOString()}`;
  return nowMs < fromMs ? `is not valid before ${new Date(fromMs).toISOString()}` : undefined;
}
