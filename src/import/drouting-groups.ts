import type { TableRow } from '../inventory/table-rows.ts';
import { type ListedDestination, listName } from './destination-list.ts';
import { type Tiers, tiersOfList, withoutRepeated } from './tiers-of-list.ts';
import type { Carrier } from './read-carriers.ts';
import { NameMaker } from './name-maker.ts';
import type { SourcePlace } from './reading.ts';
import type { ReadingBuilder } from './reading-builder.ts';

/** What SQL has as default; groups of more gateways get as many attempts as they have gateways. */
const USUAL_ATTEMPTS = 3;
const MOST_ATTEMPTS = 100;
const MOST_TIERS = 1000;

/** Makes groups of carriers, and of the lists of rules: one for all rules that have the same list. */
export class DroutingGroups {
  readonly #carriers: ReadonlyMap<string, Carrier>;
  /** By gwid. */
  readonly #gateways: ReadonlyMap<string, string>;
  readonly #builder: ReadingBuilder;
  readonly #names = new NameMaker('carrier');
  readonly #groupOfCarrier = new Map<string, string>();
  readonly #groupOfList = new Map<string, string | undefined>();

  constructor(carriers: ReadonlyMap<string, Carrier>, gateways: ReadonlyMap<string, string>, builder: ReadingBuilder) {
    this.#carriers = carriers;
    this.#gateways = gateways;
    this.#builder = builder;
    for (const carrier of carriers.values()) this.#proposeCarrier(carrier);
  }

  /**
   * The group for the list of a rule.
   * @returns undefined where nobody is left of the list; why is then among what was left out
   */
  groupFor(
    from: SourcePlace,
    what: string,
    list: readonly ListedDestination[],
    isWeighted: boolean,
  ): string | undefined {
    const [first, ...others] = list;
    if (first?.isCarrier === true && others.length === 0) {
      const group = this.#groupOfCarrier.get(first.id);
      if (group === undefined) this.#reportNoCarrier(from, what, first.id);
      return group;
    }
    const key = `${isWeighted ? 'W' : 'N'} ${list.map(({ id, isCarrier, weight }) => `${isCarrier ? '#' : ''}${id}=${weight}`).join(',')}`;
    if (this.#groupOfList.has(key)) return this.#groupOfList.get(key);
    const group = this.#proposeList(from, what, list, isWeighted);
    this.#groupOfList.set(key, group);
    return group;
  }

  #proposeList(
    from: SourcePlace,
    what: string,
    list: readonly ListedDestination[],
    isWeighted: boolean,
  ): string | undefined {
    const tiers = tiersOfList(list, isWeighted, (destination) => this.#tiersIn(from, what, destination));
    if (tiers.length === 0) return undefined;
    const name = this.#names.make(listName(list));
    if (isWeighted && list.some(({ isCarrier }) => isCarrier)) {
      const why =
        'shares are those of OpenSIPS; after a failed call any gateway of the group may follow, not the same carrier first';
      this.#builder.remark(from, `group '${name}'`, why);
    }
    this.#proposeGroup(from, name, tiers, undefined, '');
    return name;
  }

  #proposeCarrier(carrier: Carrier): void {
    const { id, from, isFirstOnly, isOff, description } = carrier;
    const tiers = this.#tiersOfCarrier(carrier);
    if (tiers.length === 0) {
      this.#builder.leaveOut(from, `carrier ${id}`, 'there is no gateway in its list');
      return;
    }
    const name = this.#names.make(id);
    this.#groupOfCarrier.set(id, name);
    if (name !== id)
      this.#builder.remark(from, `carrier ${id}`, `is group '${name}': ${id} is no name that is legal and free`);
    if (isOff) this.#builder.remark(from, `carrier ${id}`, `is disabled, so all weights in group '${name}' are 0`);
    const shown = isOff ? tiers.map((tier) => tier.map((member) => ({ ...member, weight: 0 }))) : tiers;
    this.#proposeGroup(from, name, shown, isFirstOnly ? 1 : undefined, description);
  }

  #proposeGroup(from: SourcePlace, name: string, tiers: Tiers, attempts: number | undefined, note: string): void {
    const once = withoutRepeated(tiers, (gateway) => {
      this.#builder.leaveOut(
        from,
        `group '${name}', gateway '${gateway}'`,
        'it stands in the list before; a call tries it once',
      );
    });
    const members = once.flat().length;
    const maxAttempts = attempts ?? (members > USUAL_ATTEMPTS ? Math.min(members, MOST_ATTEMPTS) : undefined);
    const group: Record<string, string | number> = { name };
    if (maxAttempts !== undefined) group['max_attempts'] = maxAttempts;
    if (note !== '') group['note'] = note;
    this.#builder.propose('gateway_groups', from, group satisfies TableRow);
    for (const [at, tier] of once.entries()) {
      for (const { gateway, weight } of tier) {
        if (at < MOST_TIERS)
          this.#builder.propose('gateway_group_members', from, { group_name: name, gateway, tier: at + 1, weight });
        else
          this.#builder.leaveOut(
            from,
            `group '${name}', gateway '${gateway}'`,
            `a group has up to ${MOST_TIERS} tiers`,
          );
      }
    }
  }

  #tiersIn(from: SourcePlace, what: string, { id, isCarrier }: ListedDestination): Tiers {
    if (!isCarrier) return [[{ gateway: this.#gateways.get(id) ?? id, weight: 1 }]];
    const carrier = this.#carriers.get(id);
    if (carrier === undefined) {
      this.#reportNoCarrier(from, what, id);
      return [];
    }
    if (carrier.isOff) {
      this.#builder.leaveOut(from, `${what}, carrier ${id} in its list`, 'the carrier is disabled');
      return [];
    }
    if (carrier.isFirstOnly) {
      const why =
        'after a failed call its other gateways are tried as well; only a group of its own has max_attempts = 1';
      this.#builder.leaveOut(from, `${what}, the flag of carrier ${id} to use one gateway only`, why);
    }
    return this.#tiersOfCarrier(carrier);
  }

  #tiersOfCarrier({ list, isWeighted }: Carrier): Tiers {
    return tiersOfList(list, isWeighted, ({ id }) => [[{ gateway: this.#gateways.get(id) ?? id, weight: 1 }]]);
  }

  #reportNoCarrier(from: SourcePlace, what: string, id: string): void {
    this.#builder.leaveOut(
      from,
      `${what}, carrier ${id} in its list`,
      'no row of dr_carriers that was taken over has this carrierid',
    );
  }
}
