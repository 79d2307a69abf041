import type { RequestHandler } from 'express';
import type { AccessRole } from '../live/access-rule.ts';
import type { Gate } from './gate.ts';

/** Methods that change nothing. */
const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets requests on that may have what comes next.
 * @param looks the role for those that only look
 * @param changes the role for those that may change something
 */
export function needRole(gate: Gate, looks: AccessRole, changes: AccessRole = looks): RequestHandler {
  return (request, response, next) => {
    const role = LOOKS.has(request.method) ? looks : changes;
    const refusal = gate.refusal(request, role);
    if (refusal === undefined) next();
    else gate.refuse(request, response, role, refusal);
  };
}
