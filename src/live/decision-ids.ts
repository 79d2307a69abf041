/**
 * Makes names for decisions: unique over restarts, and safe in a dial string as they are (a-z, 0-9, "-"). Time alone
 * would not do: a wall clock that is set back passes the same second twice.
 * @param startedMs wall clock at the start
 * @param random from 0 up to 1
 */
export function decisionIds(startedMs: number, random: () => number): () => string {
  const noise = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  const prefix = `${Math.floor(startedMs / 1000).toString(36)}${noise}`;
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
