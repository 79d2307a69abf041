import type { Scheduler } from '../../src/routing/scheduler.ts';

/** Gives out this many turns; who got them, by position. */
export function takeTurns(scheduler: Scheduler, calls: number): number[] {
  return Array.from({ length: calls }, () => {
    const member = scheduler.next();
    scheduler.advance();
    return member;
  });
}
