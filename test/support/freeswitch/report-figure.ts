/** Prints what a run came to where no check knows the exact figure in advance. */
export function reportFigure(text: string): void {
  process.stdout.write(`      ${text}\n`);
}

/** Seconds since a moment of the monotonic clock, for people. */
export function secondsSince(atMs: number): string {
  return `${((performance.now() - atMs) / 1000).toFixed(1)} s`;
}
