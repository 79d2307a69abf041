/** What did not work so often is left alone for a while, unless something else is wanted. */
const ATTEMPTS_LIMIT = 3;
const RETRY_AFTER_MS = 10 * 60_000;

/** What a gateway is that does not come, and what does not go, in a log. */
export const NOT_TAKEN_OVER =
  'is not taken over by the switch: does it ask here for its gateways (mod_xml_curl, parse="true"), ' +
  'does the profile run, is there a local gateway of the same name?';
export const NOT_TAKEN_AWAY = 'cannot be taken away from the switch, see the reply to killgw';

/** Remembers what was tried in vain, so that a switch is not told the same thing for ever. */
export class Attempts {
  readonly #failures = new Map<string, { readonly wanted: string; readonly count: number; readonly lastMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * It did not work.
   * @param wanted what was to be reached; trying for something else begins anew
   * @returns how often it has not
   */
  failed(name: string, wanted: string): number {
    const before = this.#failures.get(name);
    const count = before?.wanted === wanted ? before.count + 1 : 1;
    this.#failures.set(name, { wanted, count, lastMs: this.#nowMs() });
    return count;
  }

  /** @param isHarmless whether it may be tried again and again, at long intervals */
  isWorthwhile(name: string, wanted: string, isHarmless = true): boolean {
    const failure = this.#failures.get(name);
    if (failure?.wanted !== wanted) return true;
    return failure.count < ATTEMPTS_LIMIT || (isHarmless && this.#nowMs() - failure.lastMs >= RETRY_AFTER_MS);
  }

  /** @returns how long it is left alone, or undefined where it is not; Infinity = until something else is wanted */
  leftAloneMs(name: string, wanted: string, isHarmless: boolean): number | undefined {
    if (this.isWorthwhile(name, wanted, isHarmless)) return undefined;
    return isHarmless ? RETRY_AFTER_MS - (this.#nowMs() - (this.#failures.get(name)?.lastMs ?? 0)) : Infinity;
  }

  /** All but these are as they are wanted: what was in vain before says nothing any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#failures.keys()) if (!names.has(name)) this.#failures.delete(name);
  }

  reset(): void {
    this.#failures.clear();
  }
}
