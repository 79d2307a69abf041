import type { Name } from '../routing/name.ts';

/** After so many legs, or so long, what was seen counts half. */
const HALF_LIFE_LEGS = 100;
const HALF_LIFE_MS = 15 * 60_000;

interface Tally {
  answered: number;
  all: number;
  atMs: number;
}

/** The share of legs that each gateway got answered lately (the field's "answer-seizure ratio"), fading with time. */
export class AnswerRatios {
  readonly #tallies = new Map<Name, Tally>();

  note(gateway: Name, isAnswered: boolean, nowMs: number): void {
    const tally = this.#tallies.get(gateway) ?? { answered: 0, all: 0, atMs: nowMs };
    const fading = 2 ** (-1 / HALF_LIFE_LEGS - Math.max(0, nowMs - tally.atMs) / HALF_LIFE_MS);
    this.#tallies.set(gateway, {
      answered: tally.answered * fading + (isAnswered ? 1 : 0),
      all: tally.all * fading + 1,
      atMs: nowMs,
    });
  }

  /** The gateways that had legs, each with its ratio. */
  get ratios(): readonly (readonly [gateway: Name, ratio: number])[] {
    return [...this.#tallies].map(([gateway, { answered, all }]) => [gateway, answered / all]);
  }

  keepOnly(isKept: (gateway: Name) => boolean): void {
    for (const gateway of this.#tallies.keys()) if (!isKept(gateway)) this.#tallies.delete(gateway);
  }
}
