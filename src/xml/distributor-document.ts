import type { GatewayGroup, Tier } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { spreadOrder } from '../routing/spread-order.ts';
import { element, writeAnswer, writeDocument, type XmlElement } from './write-document.ts';

/** The name of a list: that of its group, or made of one by `laterListName`. */
export type ListName = Name | (string & { readonly brand: 'ListName' });

/** A list that is in a switch's own files only: a look at it tells whether the switch runs on them. */
export const LOCAL_LIST = 'trunkhunt-local' as ListName;

/** A list for mod_distributor: the names in the order in which they are to be returned. */
export interface DistributorList {
  readonly name: ListName;
  readonly nodes: readonly Name[];
}

/**
 * mod_distributor keeps its old lists where the new document has none (contract 4.5), so an inventory without groups
 * is said with a list that no group can be named like, and that never names a gateway.
 */
const NO_GROUPS: DistributorList = { name: '-no-groups' as ListName, nodes: [] };

/**
 * The lists of a group: its lowest usable tier under its own name, in the order in which turns are taken, then the later
 * tiers.
 */
export function groupLists(group: GatewayGroup, tiers: readonly Tier[]): readonly DistributorList[] {
  const [lowest, ...later] = tiers;
  return [
    { name: group.name, nodes: lowest === undefined ? [] : spreadOrder(lowest.lineup.members).names },
    ...later.map(({ tier, lineup }) => ({
      name: laterListName(group.name, tier),
      nodes: spreadOrder(lineup.members).names,
    })),
  ];
}

/** The list of a tier that is not the group's lowest; no group can be named so. */
export function laterListName(group: Name, tier: number): ListName {
  return `${group}~${tier}` as ListName;
}

/** distributor.conf: every list with weight-1 nodes, which mod_distributor walks in their order (contract 4.2). */
export function distributorDocument(lists: readonly DistributorList[]): string {
  return writeAnswer('configuration', [distributorConfiguration(lists.length === 0 ? [NO_GROUPS] : lists)]);
}

/** `distributor.conf.xml`, a file of the switch's own. */
export function localDistributorFile(lists: readonly DistributorList[]): string {
  return writeDocument(distributorConfiguration(lists));
}

function distributorConfiguration(lists: readonly DistributorList[]): XmlElement {
  return element('configuration', { name: 'distributor.conf', description: 'gateways by weight' }, [
    element('lists', {}, lists.map(writeList)),
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
