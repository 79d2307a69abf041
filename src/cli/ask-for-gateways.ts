import type { Settings } from '../config/settings.ts';
import type { GatewayReport } from '../live/gateway-report.ts';
import { askForJson } from './ask-server.ts';

/** What `/api/gateways` answers. */
export interface GatewaysAnswer {
  readonly generation: number;
  /** For so many problems the server refuses the inventory as it is now, and serves an earlier one. */
  readonly problems: number;
  readonly gateways: readonly GatewayReport[];
}

/**
 * Asks the running server for its gateways, all or the one of this name.
 * @throws OperatorError server-unreachable, server-refused
 */
export async function askForGateways(settings: Settings, name?: string): Promise<GatewaysAnswer> {
  const query = name === undefined ? '' : `?${new URLSearchParams({ gateway: name }).toString()}`;
  return (await askForJson(settings, `/api/gateways${query}`)) as GatewaysAnswer;
}
