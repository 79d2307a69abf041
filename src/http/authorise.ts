import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../config/credentials.ts';

/** Whether a request may be answered. */
export type Authorise = (request: IncomingMessage) => boolean;

/** What a refused request is told. */
export const CHALLENGE = 'Basic realm="trunkhunt", charset="UTF-8"';

/** Basic authentication; the time it takes tells nothing of how much was right. No credentials: everybody may. */
export function basicAuthorisation(credentials: Credentials | undefined): Authorise {
  if (credentials === undefined) return () => true;
  const expected = digest(`${credentials.user}:${credentials.password}`);
  return (request) => {
    const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    return (
      timingSafeEqual(digest(Buffer.from(encoded ?? '', 'base64').toString('utf8')), expected) && encoded !== undefined
    );
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
