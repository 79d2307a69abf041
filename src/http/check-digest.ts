import { timingSafeEqual } from 'node:crypto';
import type { AccessRules, KnownCredentials } from '../live/access-rules.ts';
import type { DigestNonces } from '../live/digest-nonces.ts';
import { REALM } from './challenges.ts';
import {
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestQuestion,
  digestResponse,
  digestSecret,
} from './digest-response.ts';
import { type DigestParameters, parseDigest } from './parse-digest.ts';

/** Credentials that a request has shown to be right. */
export interface Proof {
  readonly credentials: KnownCredentials;
  /** The nonce is to be another one: too old, used before, or of another process. */
  readonly isStale: boolean;
}

/** As much is computed for a user that does not exist. */
const NOBODY: readonly KnownCredentials[] = [{ user: '', password: '', id: '', rules: [] }];

/**
 * Checks `Authorization: Digest` of a request (RFC 7616, 3.4.6); the time it takes tells nothing of how much was right.
 * @returns undefined where it is wrong
 */
export function checkDigest(
  header: string,
  { method, url }: { readonly method: string; readonly url: string },
  rules: AccessRules,
  nonces: DigestNonces,
): Proof | undefined {
  const parameters = parseDigest(header);
  const question = parameters === undefined ? undefined : questionIn(parameters, method, url);
  if (parameters === undefined || question === undefined) return undefined;
  const response = Buffer.from((parameters.get('response') ?? '').toLowerCase(), 'latin1');
  const user = Buffer.from(parameters.get('username') ?? '', 'latin1').toString('utf8');
  const known = rules.ofUser(user);
  const right = (known.length === 0 ? NOBODY : known).filter((it) => isResponse(response, it, question));
  const [credentials] = right;
  if (credentials === undefined || known.length === 0) return undefined;
  return { credentials, isStale: !nonces.use(question.nonce, Number.parseInt(question.nc, 16)) };
}

/** What the response was to be computed of; undefined where the client does not do what the challenge asked for. */
function questionIn(parameters: DigestParameters, method: string, url: string): DigestQuestion | undefined {
  const get = (name: string): string => parameters.get(name) ?? '';
  const algorithm = algorithmNamed(parameters.get('algorithm') ?? 'MD5');
  const [uri, nc, cnonce] = [get('uri'), get('nc'), get('cnonce')];
  const isAsAsked = get('qop').toLowerCase() === 'auth' && get('realm') === REALM && uri === url;
  if (algorithm === undefined || !isAsAsked || !/^[0-9a-f]{8}$/i.test(nc) || cnonce === '') return undefined;
  return { algorithm, method, uri, nonce: get('nonce'), nc, cnonce };
}

function algorithmNamed(name: string): DigestAlgorithm | undefined {
  return DIGEST_ALGORITHMS.find((it) => it === name.toUpperCase());
}

function isResponse(response: Buffer, { user, password }: KnownCredentials, question: DigestQuestion): boolean {
  const expected = Buffer.from(digestResponse(digestSecret(question.algorithm, user, REALM, password), question));
  return response.length === expected.length && timingSafeEqual(response, expected);
}
