import type { FindingCode } from '../errors/catalogue.ts';
import { OperatorError } from '../errors/operator-error.ts';

/** One thing wrong with the database file as a whole. */
export function inventoryError(code: FindingCode, path: string, what: string, fix: string): OperatorError {
  return new OperatorError([{ code, where: path, what, fix }]);
}
