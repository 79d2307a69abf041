import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, nothingLearned } from '../../src/routing/decide.ts';
import { routeNumber } from '../../src/routing/route-number.ts';
import { dialledText, parseDialNumber } from '../../src/routing/dial-number.ts';
import { buildCall } from '../support/build-call.ts';
import { buildSnapshot, type SnapshotPlan } from '../support/build-snapshot.ts';
import { TurnKeeper } from '../support/turn-keeper.ts';

const decided = (plan: SnapshotPlan, call: Parameters<typeof buildCall>[0]): Decision =>
  decide(buildSnapshot(plan), nothingLearned(new TurnKeeper()), buildCall(call));

/** `gateway:number` of every leg, or the outcome, with the reason where a number is refused. */
function brief(decision: Decision): string {
  if (decision.outcome === 'rejected_number') return `rejected_number ${decision.reason}`;
  if (decision.outcome !== 'planned') return decision.outcome;
  return decision.legs.map(({ gateway, number }) => `${gateway.name}:${dialledText(number)}`).join(' ');
}

const groups = { g: { members: { gw: 1 } } };

describe('a call', () => {
  it.each([
    ['in another context', { routes: [{ context: 'public', dialNumber: '1' }] }],
    ['to a number that no route has', { routes: [{ destinationPrefix: '49' }] }],
    ['where there is no route at all', { routes: [] }],
  ])('%s has no route', (_, { routes }) => {
    expect(decided({ groups, routes }, { number: '100' })).toEqual({ outcome: 'no_route' });
  });

  it('to a group of which nobody takes calls finds no gateway', () => {
    const gateways = { gw: { state: 'drain' as const } };
    const decision = decided({ gateways, groups, routes: [{}] }, { number: '100' });
    expect(decision).toMatchObject({ outcome: 'no_gateway', route: { id: 1 } });
  });

  it('is refused for its number before it is for want of a gateway', () => {
    const gateways = { gw: { state: 'drain' as const } };
    expect(brief(decided({ gateways, groups, routes: [{}] }, { number: 'x' }))).toBe('rejected_number charset');
  });
});

describe('the called number', () => {
  it.each([
    ['digits', '', 'rejected_number empty'],
    ['digits', '1'.repeat(65), 'rejected_number too_long'],
    ['digits', 'alice', 'rejected_number charset'],
    ['digits', '100,sofia/gateway/gw/900', 'rejected_number charset'],
    ['digits', '+*1#', 'gw:+*1#'],
    ['user', 'alice.b-c_d', 'gw:alice.b-c_d'],
    ['user', 'alice@example.com', 'rejected_number charset'],
    ['user', '', 'rejected_number empty'],
  ] as const)('in charset %s: %j gives %s', (destinationCharset, number, expected) => {
    expect(brief(decided({ groups, routes: [{ destinationCharset }] }, { number }))).toBe(expected);
  });

  it.each([
    ['the route strips and adds', { stripDigits: 1, addPrefix: '00' }, {}, '+4930', 'gw:004930'],
    ['the gateway strips and adds', {}, { stripDigits: 2, addPrefix: '9' }, '4930', 'gw:930'],
    ['the route goes first', { stripDigits: 1, addPrefix: '77' }, { stripDigits: 1, addPrefix: '5' }, '123', 'gw:5723'],
    ['the route leaves nothing', { stripDigits: 3 }, { addPrefix: '9' }, '123', 'rejected_number after_rules'],
    ['the route makes it too long', { addPrefix: '0'.repeat(62) }, {}, '123', 'rejected_number after_rules'],
    ['the route puts a digit before a +', { addPrefix: '00' }, {}, '+49', 'rejected_number after_rules'],
    ['no gateway can dial what is left', {}, { stripDigits: 3 }, '123', 'rejected_number after_rules'],
    ['the gateway makes it too long', {}, { addPrefix: '0'.repeat(62) }, '123', 'rejected_number after_rules'],
  ])('where %s', (_, route, gw, number, expected) => {
    expect(brief(decided({ gateways: { gw }, groups, routes: [route] }, { number }))).toBe(expected);
  });

  it('is what each gateway makes of it, and gateways that cannot dial it have no leg', () => {
    const plan = {
      gateways: { a: { addPrefix: '1' }, b: { stripDigits: 3 }, c: { stripDigits: 1 }, d: { addPrefix: '1' } },
      groups: { g: { members: { a: 1, b: 1, c: 1, d: 1 }, maxAttempts: 9 } },
      routes: [{}],
    };
    const legs = (number: string) => brief(decided(plan, { number })).split(' ').sort();
    expect(legs('777')).toEqual(['a:1777', 'c:77', 'd:1777']);
    expect(legs('7777')).toEqual(['a:17777', 'b:7', 'c:777', 'd:17777']);
    expect(legs('7')).toEqual(['a:17', 'd:17']);
    expect(legs('+7')).toEqual(['c:7']);
  });
});

describe('a dial_number', () => {
  const rules = { stripDigits: 1, addPrefix: '9' };

  it('replaces the called number, and neither the route nor the gateway changes it', () => {
    const plan = { gateways: { gw: rules }, groups, routes: [{ ...rules, dialNumber: '1004' }] };
    expect(brief(decided(plan, { number: '9980' }))).toBe('gw:1004');
  });

  it('takes captures of the pattern, empty for a group that took no part', () => {
    const routes = [{ destinationPattern: '^0(\\d{2})(\\d+?)(#)?$', dialNumber: '+49$2*$1$3' }];
    expect(brief(decided({ groups, routes }, { number: '0301234' }))).toBe('gw:+491234*30');
    expect(brief(decided({ groups, routes }, { number: '0301234#' }))).toBe('gw:+491234*30#');
  });

  it('takes the captures of the leftmost match where the pattern is not anchored', () => {
    const routes = [{ destinationPattern: '([1-3]+)', dialNumber: '$1' }];
    expect(brief(decided({ groups, routes }, { number: '91292' }))).toBe('gw:12');
  });

  it('is refused where a capture makes it undiallable', () => {
    const routes = [{ destinationPattern: '(.*)', dialNumber: '00$1' }];
    expect(brief(decided({ groups, routes }, { number: '+49' }))).toBe('rejected_number after_rules');
    expect(brief(decided({ groups, routes }, { number: '1'.repeat(63) }))).toBe('rejected_number after_rules');
    expect(brief(decided({ groups, routes }, { number: '1'.repeat(62) }))).toBe(`gw:00${'1'.repeat(62)}`);
  });

  it('does not admit a called number outside the charset', () => {
    expect(brief(decided({ groups, routes: [{ dialNumber: '1004' }] }, { number: 'alice' }))).toBe(
      'rejected_number charset',
    );
  });
});

describe('whatever a caller dials', () => {
  const rules = fc.record({
    stripDigits: fc.integer({ min: 0, max: 5 }),
    addPrefix: fc.constantFrom('', '0', '+', '00', '#'),
  });
  const numbers = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789*#+')), maxLength: 70 }),
    fc.string({ unit: fc.constantFrom(...Array.from('0a,|@${}\n ')), maxLength: 10 }),
  );

  it('each leg carries what the rules make of it, proven diallable, or the number is refused', () => {
    fc.assert(
      fc.property(rules, rules, numbers, fc.constantFrom('digits', 'user'), (route, gw, number, destinationCharset) => {
        const snapshot = buildSnapshot({
          gateways: { gw },
          groups,
          // A prefix of several characters on top of another can never be dialled where it holds a plus.
          routes: [{ ...route, addPrefix: route.addPrefix === '+' ? '' : route.addPrefix, destinationCharset }],
        });
        const call = buildCall({ number });
        const decision = decide(snapshot, nothingLearned(new TurnKeeper()), call);
        const before = parseDialNumber(number, destinationCharset);
        if (decision.outcome === 'planned') {
          const routed = routeNumber(decision.route, call);
          const text = typeof routed === 'string' ? routed : routed.text;
          expect(decision.legs.map((leg) => leg.number)).toEqual([gw.addPrefix + text.slice(gw.stripDigits)]);
          expect(parseDialNumber(dialledText(decision.legs[0]!.number), destinationCharset)).toBeDefined();
          expect(before).toBeDefined();
        } else {
          expect(decision.outcome).toBe('rejected_number');
          if (decision.outcome === 'rejected_number')
            expect(decision.reason === 'after_rules').toBe(before !== undefined);
        }
      }),
      { numRuns: 500 },
    );
  });
});
