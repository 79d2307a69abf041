import type { FindingCode } from '../errors/catalogue.ts';
import { OperatorError } from '../errors/operator-error.ts';

/**
 * One thing wrong with the database file as a whole.
 * @param options the cause, where somebody may have to tell one from another
 */
export function inventoryError(
  code: FindingCode,
  path: string,
  what: string,
  fix: string,
  options?: ErrorOptions,
): OperatorError {
  return new OperatorError([{ code, where: path, what, fix }], options);
}
