import { equalIgnoringAsciiCase } from './ascii-case.ts';
import { locateSection } from './locate-section.ts';
import { childrenNamed, type XmlNode } from './xml-node.ts';

/** What mod_distributor answers when it has no node to give (contract 4.3). */
export const noNode = '-err';

const mostTries = 1000;
const mostWords = 100;

export interface DistributorNode {
  readonly name: string;
  readonly weight: number;
}

export interface DistributorList {
  readonly name: string;
  readonly nodes: readonly DistributorNode[];
}

/**
 * The lists mod_distributor loads from a distributor.conf answer (contract 4.1). Lists without a name and nodes with
 * a weight below 1 are left out. Throws where `distributor_ctl reload` says `-error` and keeps the old lists
 * (contract 4.5).
 */
export function listsFrom(root: XmlNode): readonly DistributorList[] {
  return listsIn(locateSection(root, 'configuration', 'configuration', 'name', 'distributor.conf'));
}

/** The same from the `<configuration>` itself, as a local file holds it; without one there is nothing to load. */
export function listsIn(configuration: XmlNode | undefined): readonly DistributorList[] {
  const container = configuration === undefined ? undefined : childrenNamed(configuration, 'lists')[0];
  const lists = (container === undefined ? [] : childrenNamed(container, 'list'))
    .map((list) => ({ name: list.attributes.get('name') ?? '', nodes: nodesFrom(list) }))
    .filter(({ name }) => name !== '');
  if (lists.length === 0) {
    throw new Error('-error: no list in distributor.conf');
  }
  return lists;
}

function nodesFrom(list: XmlNode): readonly DistributorNode[] {
  return childrenNamed(list, 'node')
    .map(({ attributes }) => ({ name: attributes.get('name') ?? '', weight: atoi(attributes.get('weight') ?? '') }))
    .filter(({ weight }) => weight >= 1);
}

/** C's atoi for 32-bit int: leading white space, a sign, digits; anything else ends or is 0. */
function atoi(text: string): number {
  const digits = /^[\t\n\v\f\r ]*([+-]?[0-9]+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(BigInt.asIntN(32, BigInt(digits.replace('+', ''))));
}

/** One list with its position in the cycle. */
class Cycle {
  readonly #nodes: readonly DistributorNode[];
  #budgets: number[];
  #cursor = -1;

  constructor(nodes: readonly DistributorNode[]) {
    this.#nodes = nodes;
    this.#budgets = nodes.map(({ weight }) => weight);
  }

  /** The walk of contract 4.2. */
  next(exceptions: ReadonlySet<string>): string {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const nodesWithBudget = this.#budgets.filter((budget) => budget > 0).length;
      const index = this.#budgets.findIndex((budget, at) => at > this.#cursor && budget > 0);
      const node = this.#nodes[index];
      if (node === undefined) {
        if (nodesWithBudget > 0) {
          this.#cursor = -1;
        } else {
          this.#reset();
        }
        continue;
      }
      // Spent even when the node turns out to be excepted.
      this.#budgets[index]! -= 1;
      this.#cursor = index;
      if (!exceptions.has(node.name)) {
        return node.name;
      }
      // An excepted node that alone has budget starts a new cycle at once, however much of its budget is left.
      if (nodesWithBudget === 1) {
        this.#reset();
      }
    }
    return noNode;
  }

  #reset(): void {
    this.#budgets = this.#nodes.map(({ weight }) => weight);
    this.#cursor = -1;
  }
}

/** A running mod_distributor (contract 4.1 to 4.3). Sums of weights beyond 32 bits are not modelled. */
export class ModDistributor {
  readonly #lists: readonly (DistributorList & { readonly cycle: Cycle })[];

  constructor(lists: readonly DistributorList[]) {
    this.#lists = lists.map(({ name, nodes }) => ({ name, nodes, cycle: new Cycle(nodes) }));
  }

  /** The list of that name, in any case; the first where there are several (contract 4.1). */
  list(listName: string): DistributorList | undefined {
    return this.#lists.find(({ name }) => equalIgnoringAsciiCase(name, listName));
  }

  /** The next node of a list, or `-err`. List names match in any case, exceptions only exactly. */
  next(listName: string, exceptions: readonly string[] = []): string {
    const list = this.#lists.find(({ name }) => equalIgnoringAsciiCase(name, listName));
    return list?.cycle.next(new Set(asSplit(exceptions))) ?? noNode;
  }

  /** The API command `distributor <list>[ <exception>...]`; quoting is not modelled. */
  command(words: string): string {
    if (/['\\]|^\^\^/.test(words)) {
      throw new Error(`quoting is not modelled: ${words}`);
    }
    const [listName = '', ...exceptions] = words.split(' ');
    return this.next(
      listName,
      exceptions.filter((word) => word !== ''),
    );
  }
}

/** FreeSWITCH stops splitting when it starts the 100th word: with more, that one is all the rest and matches nothing. */
function asSplit(exceptions: readonly string[]): readonly string[] {
  return exceptions.length <= mostWords
    ? exceptions
    : [...exceptions.slice(0, mostWords - 1), exceptions.slice(mostWords - 1).join(' ')];
}
