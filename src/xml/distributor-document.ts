import type { Name } from '../routing/name.ts';
import { element, writeAnswer, type XmlElement } from './write-document.ts';

/** A list for mod_distributor: the names in the order in which they are to be returned. */
export interface DistributorList {
  readonly name: Name;
  readonly nodes: readonly Name[];
}

/**
 * mod_distributor keeps its old lists where the new document has none (contract 4.5), so an inventory without groups
 * is said with a list that no group can be named like, and that never names a gateway.
 */
const NO_GROUPS = element('list', { name: '-no-groups' });

/** distributor.conf: every list with weight-1 nodes, which mod_distributor walks in their order (contract 4.2). */
export function distributorDocument(lists: readonly DistributorList[]): string {
  const written = lists.map(writeList);
  return writeAnswer('configuration', [
    element('configuration', { name: 'distributor.conf', description: 'gateways by weight' }, [
      element('lists', {}, written.length === 0 ? [NO_GROUPS] : written),
    ]),
  ]);
}

/** A list without nodes is taken over and answers `-err`. */
function writeList({ name, nodes }: DistributorList): XmlElement {
  return element(
    'list',
    { name },
    nodes.map((node) => element('node', { name: node, weight: '1' })),
  );
}
