/** Time, as it is handed to whoever needs it: only the command line reads the real clocks. */
export interface Timers {
  /** Monotonic clock, milliseconds. */
  nowMs(): number;
  /**
   * Runs once after so many milliseconds.
   * @returns how to cancel
   */
  after(delayMs: number, run: () => void): () => void;
}
