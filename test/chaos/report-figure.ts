import { appendFileSync } from 'node:fs';

/**
 * Reports one figure of a run: printed, and for `npm run chaos` a row of the table that it makes.
 * @param run the name of the file before `.chaos.ts`
 */
export function reportFigure(run: string, what: string, figure: string | number): void {
  const text = typeof figure === 'number' ? figure.toLocaleString('en-US') : figure;
  process.stdout.write(`${what.padEnd(90)} ${text}\n`);
  const file = process.env['CHAOS_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ run, what, figure: text })}\n`);
}
