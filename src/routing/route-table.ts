import { type Call, plainText } from './call.ts';
import { type Route, unmetCondition } from './route.ts';

/**
 * Routes by context and prefix. A look-up costs one map access for each length that a prefix of the context has, and
 * then only routes whose prefix fits are looked at, however many there are.
 */
export class RouteTable {
  readonly #contexts = new Map<string, ContextRoutes>();
  /** Of all contexts, by position, then id. */
  readonly routes: readonly Route[];
  readonly size: number;

  constructor(routes: readonly Route[]) {
    this.routes = [...routes].sort((a, b) => a.position - b.position || a.id - b.id);
    this.size = routes.length;
    for (const route of this.routes) {
      const key = contextKey(route.context);
      const context = this.#contexts.get(key) ?? new ContextRoutes();
      context.add(route);
      this.#contexts.set(key, context);
    }
  }

  /**
   * All routes, so that of those whose prefix fits a call the first that it meets is its match: whoever asks them one
   * after the other comes to the same as `match`.
   */
  get inOrder(): readonly Route[] {
    return [...this.#contexts.values()].flatMap((context) => context.inOrder);
  }

  /** The contexts that have routes, in lower case. */
  get contexts(): readonly string[] {
    return [...this.#contexts.keys()].sort();
  }

  /** The routes of the call's context whose prefix fits: by position, then longest prefix, then id. */
  candidates(call: Call): Iterable<Route> {
    return this.#contexts.get(contextKey(call.context))?.candidates(plainText(call.destinationNumber)) ?? [];
  }

  /** The first candidate that the call meets in full. */
  match(call: Call): Route | undefined {
    for (const route of this.candidates(call)) {
      if (unmetCondition(route, call) === undefined) return route;
    }
    return undefined;
  }
}

/** One name for all spellings of a context: FreeSWITCH compares them without regard to case (contract 6.1). */
export function contextKey(context: string): string {
  return context.toLowerCase();
}

class ContextRoutes {
  /** Each list by position, then id. */
  readonly #byPrefix = new Map<string, Route[]>();
  /** Longest first. */
  #prefixLengths: readonly number[] = [];

  add(route: Route): void {
    const routes = this.#byPrefix.get(route.destinationPrefix);
    if (routes !== undefined) {
      routes.push(route);
      return;
    }
    this.#byPrefix.set(route.destinationPrefix, [route]);
    const lengths = new Set([...this.#prefixLengths, route.destinationPrefix.length]);
    this.#prefixLengths = [...lengths].sort((a, b) => b - a);
  }

  get inOrder(): readonly Route[] {
    return [...mergeByPosition(this.#prefixLengths.flatMap((length) => this.#ofLength(length)))];
  }

  /** One list for all prefixes of a length, in order: at most one of them fits a call. */
  #ofLength(length: number): readonly (readonly Route[])[] {
    const routes = [...this.#byPrefix].flatMap(([prefix, list]) => (prefix.length === length ? list : []));
    return [routes.sort((a, b) => a.position - b.position || a.id - b.id)];
  }

  *candidates(number: string): Iterable<Route> {
    const lists: (readonly Route[])[] = [];
    for (const length of this.#prefixLengths) {
      const routes = length > number.length ? undefined : this.#byPrefix.get(number.slice(0, length));
      if (routes !== undefined) lists.push(routes);
    }
    const [only] = lists;
    if (lists.length === 1 && only !== undefined) yield* only;
    else yield* mergeByPosition(lists);
  }
}

/** Merges lists that are each in order; of equal positions the earlier list, that of the longer prefix, goes first. */
function* mergeByPosition(lists: readonly (readonly Route[])[]): Iterable<Route> {
  const heads = lists.map(() => 0);
  for (;;) {
    let first = -1;
    let best: Route | undefined;
    for (const [at, list] of lists.entries()) {
      const head = list[heads[at] ?? 0];
      if (head !== undefined && (best === undefined || head.position < best.position)) {
        best = head;
        first = at;
      }
    }
    if (best === undefined) return;
    heads[first] = (heads[first] ?? 0) + 1;
    yield best;
  }
}
