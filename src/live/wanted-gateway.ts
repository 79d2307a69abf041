import { createHash } from 'node:crypto';
import type { Gateway } from '../routing/gateway.ts';

/** A gateway that a switch is to have, and the fingerprint of its definition. */
export interface WantedGateway {
  readonly gateway: Gateway;
  readonly fingerprint: string;
}

/** A definition that a switch took over from us. */
export interface AppliedGateway {
  readonly fingerprint: string;
  /** Kept for when SQL has forgotten it. */
  readonly drainSeconds: number;
}

/** The fingerprint of a gateway's definition as it is served; its secrets cannot be read from it. */
export function fingerprintOf({ name, profile, parameters, variables }: Gateway): string {
  return createHash('sha256')
    .update(JSON.stringify([name, profile, parameters, variables]))
    .digest('base64');
}
