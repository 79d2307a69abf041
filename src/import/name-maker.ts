/** Names are up to 128 characters long; a number has to fit behind. */
const LONGEST = 120;

/** Makes names that FreeSWITCH and the inventory take, each of them once. Deterministic: by the order of what asks. */
export class NameMaker {
  readonly #taken = new Set<string>();
  readonly #byDefault: string;

  /** @param byDefault where nothing legal is left of a name */
  constructor(byDefault: string) {
    this.#byDefault = byDefault;
  }

  /**
   * The wanted name where it is legal and free, without regard to case, and the nearest one to it else: other
   * characters become `-`, and `-2`, `-3` and so on come behind a name that is taken.
   */
  make(wanted: string): string {
    const legal = legalName(wanted) ?? this.#byDefault;
    let name = legal;
    for (let count = 2; this.#taken.has(name.toLowerCase()); count += 1) name = `${legal}-${count}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }
}

/** Contract 5.1 and 5.2: what sofia takes as a name, without what its commands read as something else. */
function legalName(wanted: string): string | undefined {
  const name = wanted
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST);
  if (name === '') return undefined;
  return /^(?:all|_all_)$/i.test(name) ? `${name}-1` : name;
}
