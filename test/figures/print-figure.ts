/** Prints one figure of a run as a line of its own. */
export function printFigure(what: string, figure: string | number): void {
  process.stdout.write(`${what.padEnd(90)} ${figure}\n`);
}
