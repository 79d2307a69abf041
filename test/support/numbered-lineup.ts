import { buildLineup, type Lineup } from '../../src/routing/lineup.ts';
import { parseName } from '../../src/routing/name.ts';

/** A line-up of members `m0`, `m1`, ... with these weights; who has weight 0 is not in it. */
export function numberedLineup(weights: readonly number[], key = 'g/1'): Lineup {
  const members = weights.map((weight, at) => ({ name: parseName(`m${at}`)!, weight }));
  return buildLineup(
    key,
    members.filter(({ weight }) => weight > 0),
  );
}
