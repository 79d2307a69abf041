import type { Log } from '../config/log.ts';
import type { EslConnection } from '../esl/esl-connection.ts';
import type { EventSocket } from '../routing/snapshot.ts';

/** Who a switch is: its run, and its version. */
export interface SwitchIdentity {
  /** The Core-UUID: another one after each restart. */
  readonly core: string;
  readonly version: string;
}

/** Asks a switch who it is, and tells the operator where it is not who the inventory says. */
export async function readIdentity(
  connection: EslConnection,
  { hostname, host, port }: EventSocket,
  log: Log,
): Promise<SwitchIdentity> {
  const core = (await connection.api('global_getvar core_uuid')).trim();
  const version = (await connection.api('version')).trim();
  const switchname = (await connection.api('switchname')).trim();
  if (switchname !== hostname) {
    log.warn(
      { switch: hostname, switchname },
      `the FreeSWITCH at ${host}:${port} calls itself '${switchname}': look-ups of its calls carry that name, and what ` +
        `is learned here is kept for '${hostname}'; set switches.hostname to '${switchname}'`,
    );
  }
  return { core, version };
}
