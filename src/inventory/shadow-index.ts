import type { Route } from '../routing/route.ts';
import { NetworkIndex } from './network-index.ts';

/** Routes of one prefix that have the same conditions but for the source network: the first of each. */
interface Alike {
  readonly anywhere: Route | undefined;
  readonly byNetwork: NetworkIndex<Route>;
}

/**
 * Finds of each route of a context whether an earlier one takes every call that it would. Patterns are compared as
 * texts: what is found is certain, and a pattern that contains another one is not found. A look-up costs one map access
 * for each length that prefixes have, however many routes there are.
 */
export class ShadowIndex {
  readonly #byPrefix = new Map<string, Map<string, Alike>>();
  readonly #prefixLengths = new Set<number>();

  /**
   * Takes the next route.
   * @param route by position, then id, as `RouteTable.routes` has them
   * @returns the route that shadows it
   */
  next(route: Route): Route | undefined {
    const shadow = this.#shadowOf(route);
    // Whatever a shadowed route shadows is shadowed by its shadow as well.
    if (shadow === undefined) this.#add(route);
    return shadow;
  }

  #shadowOf(route: Route): Route | undefined {
    const { destinationPrefix: prefix, sourceNetwork } = route;
    const keys = weakerConditions(route);
    for (const length of this.#prefixLengths) {
      const bucket = length > prefix.length ? undefined : this.#byPrefix.get(prefix.slice(0, length));
      if (bucket === undefined) continue;
      // Of equal positions the longer prefix goes first, and of equal prefixes the lower id, which came before.
      const precedes = (it: Route): boolean => length === prefix.length || it.position < route.position;
      for (const key of keys) {
        const alike = bucket.get(key);
        if (alike === undefined) continue;
        const candidates = sourceNetwork === undefined ? [] : alike.byNetwork.containing(sourceNetwork.cidr);
        const found = [...(alike.anywhere === undefined ? [] : [alike.anywhere]), ...candidates].find(precedes);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #add(route: Route): void {
    const { destinationPrefix: prefix, sourceNetwork } = route;
    const bucket = this.#byPrefix.get(prefix) ?? new Map<string, Alike>();
    this.#byPrefix.set(prefix, bucket);
    this.#prefixLengths.add(prefix.length);
    const key = conditionsKey(patternsOf(route));
    const alike = bucket.get(key) ?? { anywhere: undefined, byNetwork: new NetworkIndex<Route>() };
    if (sourceNetwork !== undefined) alike.byNetwork.add(sourceNetwork.cidr, route);
    bucket.set(key, sourceNetwork === undefined ? { ...alike, anywhere: alike.anywhere ?? route } : alike);
  }
}

type Conditions = readonly (string | null)[];

function patternsOf({ destinationPattern, callerPattern, header }: Route): Conditions {
  return [
    destinationPattern?.source ?? null,
    callerPattern?.source ?? null,
    header === undefined ? null : JSON.stringify([header.name.toLowerCase(), header.pattern.source]),
  ];
}

function conditionsKey(conditions: Conditions): string {
  return JSON.stringify(conditions);
}

/** The keys of every set of conditions that a call meets which meets all of the route's. */
function weakerConditions(route: Route): readonly string[] {
  let sets: readonly Conditions[] = [[]];
  for (const condition of patternsOf(route)) {
    sets = sets.flatMap((set) =>
      condition === null
        ? [[...set, null]]
        : [
            [...set, null],
            [...set, condition],
          ],
    );
  }
  return sets.map(conditionsKey);
}
