/** What is at the far end of a gateway, as far as pings and registrations go. */
export interface Peer {
  /** Whether OPTIONS are answered. */
  readonly pings: 'answer' | 'silent';
  /** The status that they are answered with. */
  readonly pingStatus?: number;
  readonly registers: 'accept' | 'wrong password' | 'silent';
  /** How long the registrar takes for a REGISTER. */
  readonly registerMs?: number;
  /**
   * How long a gateway that is killed goes on un-REGISTERing; up to 32 s with a registrar that is gone. Without it, it
   * does not wait for the answer, and goes with the tick after next (REG:133-151).
   */
  readonly unregisterMs?: number;
}

export const reachable: Peer = { pings: 'answer', registers: 'accept' };
