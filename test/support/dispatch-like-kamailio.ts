/** Kamailio's dispatcher as its source has it: a second, slower telling of what the reader has to come to. */
export interface ListedDestination {
  readonly priority: number;
  /** 0 = none. */
  readonly weight: number;
}

/** The places of the destinations in the order in which Kamailio keeps them. */
export function orderLikeKamailio(list: readonly ListedDestination[]): readonly number[] {
  // A new one goes behind all that have not more priority; the whole is then read from the back.
  const chain: number[] = [];
  for (const [at, { priority }] of list.entries()) {
    let behind = 0;
    while (behind < chain.length && (list[chain[behind] ?? 0]?.priority ?? 0) <= priority) behind += 1;
    chain.splice(behind, 0, at);
  }
  return chain.reverse();
}

/** How many of a hundred calls each destination gets with algorithm 9; undefined where Kamailio uses no weights. */
export function percentsLikeKamailio(list: readonly ListedDestination[]): readonly number[] | undefined {
  const order = orderLikeKamailio(list);
  if ((list[order[0] ?? 0]?.weight ?? 0) === 0) return undefined;
  const calls: number[] = [];
  for (const at of order) {
    for (let count = list[at]?.weight ?? 0; count > 0 && calls.length < 100; count -= 1) calls.push(at);
  }
  while (calls.length < 100) calls.push(order.at(-1) ?? 0);
  return list.map((_, at) => calls.filter((it) => it === at).length);
}
