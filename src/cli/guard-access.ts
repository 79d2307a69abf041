import { randomBytes } from 'node:crypto';
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import { Gate } from '../http/gate.ts';
import { AccessKeeper } from '../live/access-keeper.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { CommandContext } from './command-context.ts';

/** Who may ask the server, for as long as it runs. */
export interface GuardedAccess {
  readonly gate: Gate;
  /** Follows the access file from now on. @returns how to stop */
  readonly follow: () => () => void;
}

export interface AccessOptions {
  /** Nobody has to be kept out: the network does. */
  readonly isOpenOnPurpose: boolean;
  readonly metrics: ServerMetrics;
  readonly log: Log;
}

/**
 * Reads who may ask for what.
 * @throws OperatorError with all that is wrong in the access file
 */
export function guardAccess(
  { accessFile: path, credentials, listen }: Settings,
  { isOpenOnPurpose, metrics, log }: AccessOptions,
  { clockMs, after, reloads }: CommandContext,
): GuardedAccess {
  const keeper = new AccessKeeper({
    path,
    credentials,
    listen: isOpenOnPurpose ? undefined : listen,
    salt: randomBytes(32),
    log,
    fileRead: (isInForce) => {
      metrics.access.fileRead(isInForce);
    },
    after,
  });
  const gate = new Gate({
    rules: () => keeper.rules,
    key: randomBytes(32),
    metrics: metrics.access,
    log,
    nowMs: clockMs,
    after,
  });
  const follow = (): (() => void) => {
    keeper.start();
    // Also without a file: a supervisor that asks for a reload is not to end the server.
    const stopReloads = reloads(() => {
      keeper.readAgain();
    });
    return () => {
      stopReloads();
      keeper.stop();
    };
  };
  return { gate, follow };
}
