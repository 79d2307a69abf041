import type { IncomingMessage } from 'node:http';
import type { AccessRole } from '../live/access-rule.ts';
import type { AccessRules } from '../live/access-rules.ts';
import type { DigestNonces } from '../live/digest-nonces.ts';
import type { FailedAttempts } from '../live/failed-attempts.ts';
import { checkDigest, type Proof } from './check-digest.ts';
import { isForeignPage, isRebound } from './foreign-page.ts';

/**
 * Why a request is not answered. `challenged`: it has no credentials, or their nonce is too old, as a Digest client's
 * first request; `unauthorized`: wrong ones; `forbidden`: right ones, but not for this or not from there, or a browser for another site's page; `throttled`:
 * nothing was compared, since too much from there was wrong.
 */
export type Refusal =
  | { readonly result: 'challenged'; readonly isStale: boolean }
  | { readonly result: 'unauthorized' }
  | { readonly result: 'throttled' }
  | {
      readonly result: 'forbidden';
      readonly user: string;
      /** What is missing: the role, the right place to ask from, or a page of its own. */
      readonly lacks: 'role' | 'network' | 'page';
    };

/** A request, with the path that it came with: Express takes off what a router is mounted at. */
export type AskedRequest = IncomingMessage & { readonly originalUrl?: string };

/** Whether a request may have what needs this role. @returns undefined where it may */
export type Authorise = (request: AskedRequest, role: AccessRole) => Refusal | undefined;

export interface AccessParts {
  /** Those in force now. */
  readonly rules: () => AccessRules;
  readonly attempts: FailedAttempts;
  readonly nonces: DigestNonces;
}

/**
 * Decides by rules that may change at any time. An address that failed too often is told nothing new: what it sends is
 * refused, right or wrong, unless these credentials were right from there before (see `FailedAttempts`).
 */
export function authorisation({ rules, attempts, nonces }: AccessParts): Authorise {
  return (request, role) => {
    const address = (): string => addressOf(request);
    const current = rules();
    if (current.isOpen(role, address)) {
      // What Prometheus reads is worth nothing to a page, and it says which encodings it takes.
      const isFromPage = isForeignPage(request) || (role !== 'metrics' && isRebound(request.headers, address()));
      return isFromPage ? fromPage('') : undefined;
    }
    const header = request.headers.authorization;
    if (header === undefined) return { result: 'challenged', isStale: false };
    const proof = prove(header, request, current, nonces);
    if (attempts.isExhausted(address)) {
      const isProven = proof !== undefined && attempts.isProven(address(), proof.credentials.id);
      if (!isProven) return { result: 'throttled' };
    }
    if (proof === undefined) return { result: 'unauthorized' };
    const { credentials, isStale } = proof;
    if (isStale) return { result: 'challenged', isStale };
    if (!current.isAllowed(credentials, role, address)) {
      const lacks = current.isFor(credentials, role) ? 'network' : 'role';
      return { result: 'forbidden', user: credentials.user, lacks };
    }
    attempts.proved(address, credentials.id);
    return isForeignPage(request) ? fromPage(credentials.user) : undefined;
  };
}

function fromPage(user: string): Refusal {
  return { result: 'forbidden', user, lacks: 'page' };
}

/** Who asks; empty where the connection is gone already. */
export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

function prove(
  header: string,
  { method = '', url = '', originalUrl = url }: AskedRequest,
  rules: AccessRules,
  nonces: DigestNonces,
): Proof | undefined {
  const usual = rules.ofHeader(header);
  if (usual !== undefined) return { credentials: usual, isStale: false };
  if (/^digest\b/i.test(header)) return checkDigest(header, { method, url: originalUrl }, rules, nonces);
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header) ?? [];
  const credentials = rules.ofText(Buffer.from(encoded ?? '', 'base64').toString('utf8'));
  return credentials === undefined ? undefined : { credentials, isStale: false };
}
