import type { SourcePlace } from './reading.ts';

/** Why a whole extension is left where it is: half of one would do something that nobody asked for. */
export class NotCarriedError extends Error {
  /** The line that is in the way. */
  readonly from: SourcePlace;

  constructor(from: SourcePlace, why: string) {
    super(why);
    this.name = 'NotCarriedError';
    this.from = from;
  }
}
