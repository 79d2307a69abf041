import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListedDestination, parseDestinationList } from '../../src/import/destination-list.ts';
import { type Tiers, tiersOfList, withoutRepeated } from '../../src/import/tiers-of-list.ts';

const weight = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }));
const gateway = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), isCarrier: fc.constant(false), weight });
const gateways = fc.uniqueArray(gateway, { minLength: 1, maxLength: 5, selector: ({ id }) => id });
const carrier = fc.record({ list: gateways, isWeighted: fc.boolean() });
const carriers = fc.array(carrier, { minLength: 1, maxLength: 3 });

const plain = ({ id }: ListedDestination): Tiers => [[{ gateway: id, weight: 1 }]];

/** How likely each gateway is OpenSIPS's first choice: weights, or, where nothing has any, all alike. */
function firstChoices(
  list: readonly ListedDestination[],
  isWeighted: boolean,
  within: (destination: ListedDestination) => ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sum = list.reduce((total, it) => total + it.weight, 0);
  const chances = new Map<string, number>();
  for (const [at, destination] of list.entries()) {
    const chance = !isWeighted ? (at === 0 ? 1 : 0) : sum === 0 ? 1 / list.length : destination.weight / sum;
    for (const [id, share] of within(destination)) chances.set(id, (chances.get(id) ?? 0) + chance * share);
  }
  return new Map([...chances].filter(([, chance]) => chance > 0));
}

const itself = ({ id }: ListedDestination): ReadonlyMap<string, number> => new Map([[id, 1]]);

function expectShares(tiers: Tiers, wanted: ReadonlyMap<string, number>): void {
  const first = tiers[0] ?? [];
  const sum = first.reduce((total, it) => total + it.weight, 0);
  expect(first.map((it) => it.gateway).sort()).toEqual([...wanted.keys()].sort());
  for (const it of first) expect(it.weight / sum).toBeCloseTo(wanted.get(it.gateway) ?? 0, 4);
}

describe('a list of drouting as tiers', () => {
  it('has the first choices of OpenSIPS', () => {
    fc.assert(
      fc.property(gateways, fc.boolean(), (list, isWeighted) => {
        expectShares(tiersOfList(list, isWeighted, plain), firstChoices(list, isWeighted, itself));
      }),
    );
  });

  it('has them with carriers in it as well, whatever gateways these share', () => {
    fc.assert(
      fc.property(
        carriers,
        fc.array(weight, { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        (all, weights, isWeighted) => {
          const list = all.map((_, at) => ({ id: `c${at}`, isCarrier: true, weight: weights[at] ?? 0 }));
          const of = ({ id }: ListedDestination) => all[Number(id.slice(1))]!;
          const tiers = tiersOfList(list, isWeighted, (it) => tiersOfList(of(it).list, of(it).isWeighted, plain));
          expectShares(
            tiers,
            firstChoices(list, isWeighted, (it) => firstChoices(of(it).list, of(it).isWeighted, itself)),
          );
          const once = withoutRepeated(tiers, () => undefined).flat();
          expect(new Set(once.map((it) => it.gateway)).size).toBe(once.length);
          expect(new Set(once.map((it) => it.gateway))).toEqual(
            new Set(all.flatMap((it) => it.list.map(({ id }) => id))),
          );
          expect(once.every((it) => Number.isInteger(it.weight) && it.weight >= 1 && it.weight <= 1_000_000)).toBe(
            true,
          );
        },
      ),
    );
  });

  it('without weights has one gateway a tier, in its order', () => {
    expect(tiersOfList(list('b,a=7,c'), false, plain)).toEqual([
      [{ gateway: 'b', weight: 1 }],
      [{ gateway: 'a', weight: 1 }],
      [{ gateway: 'c', weight: 1 }],
    ]);
  });

  it('weights that do not fit are rounded, and none becomes 0', () => {
    const tiers = tiersOfList(list('a=999999999,b=1'), true, plain);
    expect(tiers).toEqual([
      [
        { gateway: 'a', weight: 1_000_000 },
        { gateway: 'b', weight: 1 },
      ],
    ]);
  });
});

const list = (text: string): readonly ListedDestination[] => {
  const parsed = parseDestinationList(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

describe('the text of such a list', () => {
  it('has ids, carriers, weights, commas and bars', () => {
    expect(list(' gw1 = 50 |#cr_1.x,gw-2,')).toEqual([
      { id: 'gw1', isCarrier: false, weight: 50 },
      { id: 'cr_1.x', isCarrier: true, weight: 0 },
      { id: 'gw-2', isCarrier: false, weight: 0 },
    ]);
    expect(list('')).toEqual([]);
  });

  it.each(['gw1,,gw2', 'gw1 gw2', 'gw1=', '#,x', 'gw1=a', 'gw1=-4', ',gw1'])('%s is refused', (text) => {
    expect(typeof parseDestinationList(text)).toBe('string');
  });
});
