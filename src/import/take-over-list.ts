import { NAME_RULE, parseName } from '../routing/name.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import { leadingInteger } from './leading-integer.ts';
import { type ReadingCollector, unknownValueOf } from './reading-collector.ts';
import type { SourcePlace } from './reading.ts';

/** A list of mod_distributor, as far as it can be a group. */
export interface TakenList {
  readonly name: string;
  readonly from: SourcePlace;
  /** In the order of the list. */
  readonly members: readonly ListMember[];
}

export interface ListMember {
  readonly gateway: string;
  readonly weight: number;
  readonly tier: number;
  readonly from: SourcePlace;
}

/** What the inventory takes; beyond it weights lose their proportion. */
const WEIGHT_LIMIT = 1_000_000;

interface ListSurroundings {
  readonly collector: ReadingCollector;
  readonly variables: GlobalVariables;
  /** The gateways there are, by their names in lower case, with their spelling. */
  readonly gateways: ReadonlyMap<string, string>;
  /** The lists that were read before, by their names in lower case: the first of a name wins (contract 4.1). */
  readonly lists: ReadonlyMap<string, TakenList>;
}

/** Reads `<list>` as mod_distributor does (contract 4.1); undefined where it cannot be a group, which is then told of. */
export function takeOverList(element: ConfigurationElement, around: ListSurroundings): TakenList | undefined {
  const { collector, variables } = around;
  const name = element.attribute('name') ?? '';
  const from = element.place;
  const what = `list '${variables.asWritten(name)}'`;
  const later = laterTier(name, around);
  const refusal = later === undefined ? nameRefusal(name, around) : undefined;
  if (refusal !== undefined) {
    collector.leaveOut(from, what, refusal);
    return undefined;
  }
  if (element.attribute('total-weight') !== undefined) {
    collector.remark(from, what, 'its total-weight is ignored, as mod_distributor does');
  }
  const members = shorten(readNodes(element, what, later?.tier ?? 1, around));
  if (later !== undefined) return { ...later.list, members: [...later.list.members, ...members] };
  if (members.length > 0 && members.every(({ weight }) => weight <= WEIGHT_LIMIT)) return { name, from, members };
  const why = members.length === 0 ? 'it has no node that names a gateway' : `it has weights above ${WEIGHT_LIMIT}`;
  collector.leaveOut(from, what, why);
  return undefined;
}

/** `export` names the list of a group's later tier `GROUP~2`, which no group can be named. */
function laterTier(
  name: string,
  { lists }: ListSurroundings,
): { readonly list: TakenList; readonly tier: number } | undefined {
  const [, group = '', tier] = /^(.*)~(\d{1,4})$/.exec(name) ?? [];
  const list = lists.get(group.toLowerCase());
  return list === undefined || tier === undefined ? undefined : { list, tier: Number(tier) };
}

function nameRefusal(name: string, { variables, lists }: ListSurroundings): string | undefined {
  if (name === '') return 'it has no name, and mod_distributor skips it';
  const unknown = unknownValueOf(name, variables);
  if (unknown !== undefined) return unknown;
  if (parseName(name) === undefined) return `trunkhunt takes no such name: ${NAME_RULE}`;
  const first = lists.get(name.toLowerCase());
  return first && `the name is taken by the list at ${first.from.file}:${first.from.line}, and the first wins`;
}

function readNodes(
  element: ConfigurationElement,
  what: string,
  tier: number,
  around: ListSurroundings,
): readonly ListMember[] {
  const { collector, variables, gateways } = around;
  const members = new Map<string, ListMember>();
  for (const node of element.childrenNamed('node')) {
    const name = node.attribute('name') ?? '';
    const weight = leadingInteger(node.attribute('weight') ?? '');
    const from = node.place;
    const which = `${what}, node '${variables.asWritten(name)}'`;
    const gateway = gateways.get(name.toLowerCase());
    const unknown = unknownValueOf(`${name}${node.attribute('weight') ?? ''}`, variables);
    if (unknown !== undefined) collector.leaveOut(from, which, unknown);
    else if (weight < 1) collector.leaveOut(from, which, 'its weight is not above 0, and mod_distributor skips it');
    else if (gateway === undefined) {
      collector.leaveOut(
        from,
        which,
        'there is no gateway of this name, here or in the inventory; the others share its calls',
      );
    } else {
      const earlier = members.get(gateway);
      // Where all nodes weigh 1 the repetitions are the weights, as served lists have them.
      if (earlier !== undefined && weight > 1) {
        collector.remark(from, which, `it is in line ${earlier.from.line} too: their weights are added up`);
      }
      members.set(gateway, { gateway, tier, weight: weight + (earlier?.weight ?? 0), from: earlier?.from ?? from });
    }
  }
  return [...members.values()];
}

/** Weights that the inventory does not take are divided by what all of them have in common. */
function shorten(members: readonly ListMember[]): readonly ListMember[] {
  if (!members.some(({ weight }) => weight > WEIGHT_LIMIT)) return members;
  const common = members.reduce((divisor, { weight }) => greatestCommonDivisor(divisor, weight), 0);
  return members.map((member) => ({ ...member, weight: member.weight / common }));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
