/**
 * A wall clock to tell ages by: nothing becomes old by a jump forward, and what is thrown away by its age is not thrown
 * away early. Until the next start it goes on as it began where the wall clock was set forward, and follows where that
 * was set back.
 * @param nowMs wall clock
 * @param clockMs monotonic clock
 */
export function ageClock(nowMs: () => number, clockMs: () => number): () => number {
  const startedMs = nowMs() - clockMs();
  return () => Math.min(nowMs(), startedMs + clockMs());
}
