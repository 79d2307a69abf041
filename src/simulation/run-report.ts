/** What became of one gateway in one group. Shares are from 0 to 1. */
export interface GatewayReport {
  readonly gateway: string;
  readonly tier: number;
  readonly weight: number;
  /** What the inventory gives it of the first choices. */
  readonly target: number;
  readonly firstChoices: number;
  readonly firstShare: number;
  /** How far, in calls, its first choices ever were from its target. */
  readonly largestDeviation: number;
  readonly attempts: number;
  readonly served: number;
  readonly servedShare: number;
}

/** What became of the calls that were planned for one group. */
export interface GroupReport {
  readonly group: string;
  readonly strategy: string;
  readonly calls: number;
  readonly served: number;
  readonly attempts: number;
  readonly attemptsPerCall: number;
  /** Calls that went on beyond their first choice, and beyond the tier that it is in. */
  readonly overflow: number;
  readonly tierOverflow: number;
  readonly largestDeviation: number;
  /** Calls whose first choice was on trial, which are nobody's turn. */
  readonly trials: number;
  /** Calls planned as if all were up, since health left nobody. */
  readonly doubted: number;
  /** Calls that nobody answered, by the cause of their last leg. */
  readonly unserved: Readonly<Record<string, number>>;
  readonly gateways: readonly GatewayReport[];
}

/** What became of all calls with one inventory. */
export interface RunReport {
  readonly calls: number;
  readonly planned: number;
  readonly served: number;
  readonly attempts: number;
  readonly attemptsPerCall: number;
  readonly overflow: number;
  readonly largestDeviation: number;
  /** Calls without a plan, by outcome and reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Only groups that got calls. */
  readonly groups: readonly GroupReport[];
  /** Calls that passed a gateway over since it was at a limit, by gateway and limit. */
  readonly full: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What became of the gateways' health, by gateway. */
  readonly health: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
