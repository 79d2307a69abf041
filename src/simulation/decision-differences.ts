import type { Decision } from '../routing/decide.ts';
import { dialledText } from '../routing/dial-number.ts';
import { Counts } from './counts.ts';
import { refusalOf } from './run-tally.ts';

/** Of how many calls the proposal makes something else. Whose turn it is counts as well: a first choice may be one. */
export interface DecisionDifferences {
  /** Calls of which anything below differs. */
  readonly any: number;
  readonly route: number;
  readonly group: number;
  readonly firstChoice: number;
  /** Who is tried, in whatever order. */
  readonly plan: number;
  /** What is dialled first. */
  readonly number: number;
  /** Calls that one of the two has no plan for, as `today -> proposal`. */
  readonly outcome: Readonly<Record<string, number>>;
}

/** Compares what two inventories make of the same calls, call by call. */
export class DecisionComparison {
  #any = 0;
  #route = 0;
  #group = 0;
  #firstChoice = 0;
  #plan = 0;
  #number = 0;
  readonly #outcome = new Counts();

  compare(today: Decision, proposal: Decision): void {
    const [one, other] = [factsOf(today), factsOf(proposal)];
    const differs = (name: keyof DecisionFacts): 0 | 1 => (one[name] === other[name] ? 0 : 1);
    const isPlannedByBoth = one.outcome === 'planned' && other.outcome === 'planned';
    if (differs('outcome')) this.#outcome.add(`${one.outcome} -> ${other.outcome}`);
    this.#route += differs('route');
    this.#group += differs('group');
    if (isPlannedByBoth) {
      this.#firstChoice += differs('firstChoice');
      this.#plan += differs('plan');
      this.#number += differs('number');
    }
    const names = ['outcome', 'route', 'group', 'firstChoice', 'plan', 'number'] as const;
    if (names.some((name) => differs(name) === 1)) this.#any += 1;
  }

  report(): DecisionDifferences {
    return {
      any: this.#any,
      route: this.#route,
      group: this.#group,
      firstChoice: this.#firstChoice,
      plan: this.#plan,
      number: this.#number,
      outcome: this.#outcome.all,
    };
  }
}

interface DecisionFacts {
  readonly outcome: string;
  readonly route: string;
  readonly group: string;
  readonly firstChoice: string;
  readonly plan: string;
  readonly number: string;
}

function factsOf(decision: Decision): DecisionFacts {
  const route = decision.outcome === 'no_route' ? '' : decision.route.label;
  const group = decision.outcome === 'no_route' ? '' : decision.route.group.name;
  if (decision.outcome !== 'planned') {
    return { outcome: refusalOf(decision), route, group, firstChoice: '', plan: '', number: '' };
  }
  const { legs, distributor } = decision;
  const [first] = legs;
  const dialled = distributor?.number ?? first?.number;
  const names = legs.map(({ gateway }) => gateway.name).sort();
  return {
    outcome: 'planned',
    route,
    group,
    // Whom mod_distributor names is its own choice, and the same for the same list.
    firstChoice: distributor === undefined ? (first?.gateway.name ?? '') : `list ${distributor.list}`,
    plan: [...names, distributor === undefined ? '' : `list ${distributor.list}`].join(' '),
    number: dialled === undefined ? '' : dialledText(dialled),
  };
}
