/** By which clock the moments of a state file are written. */
export interface StateClock {
  /** Which run of the machine the clock belongs to; empty = the system does not say. */
  readonly bootId: string;
  /** What is added to a moment of the machine's monotonic clock to write it: the wall clock's distance, as it once was. */
  readonly wallOffsetMs: number;
}
