/** How a group judges its gateways by their calls. */
export interface HealthPolicy {
  /** `observe`: what would be ejected is counted and told, and gets its calls all the same. */
  readonly mode: 'enforce' | 'observe';
  /** What a call gets where health leaves nobody: a plan as if all were up, or 503. */
  readonly whenAllDown: 'try_all' | 'refuse';
  /** The rate of faults that is tolerated, 0 to 1. */
  readonly faultLimit: number;
  /** How sure one has to be that the rate is above the limit before a gateway is ejected, 0 to 1. */
  readonly confidence: number;
  /** How long the first ejection lasts; each further one lasts twice as long. */
  readonly ejectSeconds: number;
  /** How long the weight takes to grow back after an ejection. */
  readonly slowStartSeconds: number;
}
