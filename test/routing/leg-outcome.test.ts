import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLAME_MATCH,
  type BlameTable,
  judgeLeg,
  type LegOutcome,
  type LegVerdict,
  showsGatewayWell,
} from '../../src/routing/leg-outcome.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** The table as it is shipped. */
const shipped = (): BlameTable => temporaryInventory().compile().snapshot!.blame;

const outcomeOf = (outcome: Partial<LegOutcome>): LegOutcome => ({
  isAnswered: false,
  hasRung: false,
  sipStatus: 0,
  cause: 'NORMAL_CLEARING',
  disposition: '',
  ...outcome,
});

const judge = (outcome: Partial<LegOutcome>, table = shipped()): LegVerdict => judgeLeg(outcomeOf(outcome), table);

describe('the shipped table', () => {
  it.each([
    [401, 'gateway'],
    [402, 'gateway'],
    [403, 'gateway'],
    [407, 'gateway'],
    [408, 'gateway'],
    [500, 'gateway'],
    [502, 'gateway'],
    [503, 'gateway'],
    [504, 'gateway'],
    [599, 'gateway'],
    [904, 'gateway'],
    [300, 'destination'],
    [301, 'destination'],
    [404, 'destination'],
    [410, 'destination'],
    [480, 'destination'],
    [484, 'destination'],
    [485, 'destination'],
    [486, 'destination'],
    [600, 'destination'],
    [603, 'destination'],
    [604, 'destination'],
    [487, 'caller'],
    [400, 'ourselves'],
    [415, 'ourselves'],
    [481, 'ourselves'],
    [488, 'ourselves'],
    [501, 'ourselves'],
    [505, 'ourselves'],
    [513, 'ourselves'],
    [606, 'ourselves'],
  ] as const)('holds a %d against: %s', (sipStatus, verdict) => {
    // FreeSWITCH has the same cause for most of them (contract 7.6).
    for (const cause of ['NORMAL_TEMPORARY_FAILURE', 'CALL_REJECTED', 'USER_BUSY', 'NO_USER_RESPONSE']) {
      expect(judge({ sipStatus, cause, disposition: 'recv_refuse' })).toBe(verdict);
    }
  });

  it('has rows that may be matched only', () => {
    expect([...shipped().keys()].filter((match) => !BLAME_MATCH.test(match))).toEqual([]);
  });

  it('knows no answer at all: SIP gave up, or the network is out of order', () => {
    expect(judge({ cause: 'RECOVERY_ON_TIMER_EXPIRE' })).toBe('gateway');
    expect(judge({ cause: 'NETWORK_OUT_OF_ORDER' })).toBe('gateway');
  });
});

describe('the outcomes that were seen (contract 7.6)', () => {
  it.each<[string, LegVerdict, Partial<LegOutcome>]>([
    ['remote 503', 'gateway', { sipStatus: 503, cause: 'NORMAL_TEMPORARY_FAILURE', disposition: 'recv_refuse' }],
    [
      'remote 503 with a Reason header',
      'gateway',
      { sipStatus: 503, cause: 'NORMAL_CIRCUIT_CONGESTION', disposition: 'recv_refuse' },
    ],
    ['our timeout', 'destination', { hasRung: true, cause: 'NO_ANSWER', disposition: 'send_cancel' }],
    ['another leg won', 'caller', { cause: 'LOSE_RACE', disposition: 'send_cancel' }],
    [
      'the caller hangs up while it rings',
      'caller',
      { hasRung: true, cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' },
    ],
    ['the caller hangs up before anything came', 'caller', { cause: 'ORIGINATOR_CANCEL', disposition: 'send_cancel' }],
    ['answered, then ended by the caller', 'answered', { isAnswered: true, hasRung: true, disposition: 'send_bye' }],
    [
      'a Reason header that speaks of a busy user',
      'gateway',
      { sipStatus: 503, cause: 'USER_BUSY', disposition: 'recv_refuse' },
    ],
  ])('%s: %s', (_, verdict, outcome) => {
    expect(judge(outcome)).toBe(verdict);
  });

  it('blame the gateway for a progress timeout where it never rang', () => {
    const timeout = { cause: 'PROGRESS_TIMEOUT', disposition: 'send_cancel' };
    expect(judge({ ...timeout, hasRung: false })).toBe('gateway');
    expect(judge({ ...timeout, hasRung: true })).toBe('unjudged');
  });
});

describe('a verdict', () => {
  const anyTable = fc
    .dictionary(
      fc.oneof(
        fc.constantFrom('1xx', '3xx', '4xx', '5xx', '6xx', '9xx', 'NO_ANSWER', 'LOSE_RACE', 'ORIGINATOR_CANCEL'),
        fc.integer({ min: 100, max: 999 }).map(String),
      ),
      fc.constantFrom('gateway' as const, 'destination' as const, 'caller' as const, 'ourselves' as const),
    )
    .map((rows): BlameTable => new Map(Object.entries(rows)));
  const causes = fc.constantFrom('NO_ANSWER', 'LOSE_RACE', 'ORIGINATOR_CANCEL', 'NORMAL_CLEARING', 'constructor');

  it('never blames the gateway for a call that this side gave up, whatever the table says', () => {
    fc.assert(
      fc.property(anyTable, causes, fc.boolean(), (table, cause, hasRung) => {
        const said = table.get(cause) ?? 'unjudged';
        const verdict = judge({ cause, hasRung, disposition: 'send_cancel' }, table);
        expect(verdict).toBe(said === 'gateway' ? 'unjudged' : said);
      }),
    );
  });

  it('is by the status, then its class, then the cause, then none', () => {
    const cause = 'USER_BUSY';
    const rows = [
      ['503', 'caller'],
      ['5xx', 'ourselves'],
      [cause, 'destination'],
    ] as const;
    const verdicts = [0, 1, 2, 3].map((left) => judge({ sipStatus: 503, cause }, new Map(rows.slice(left))));
    expect(verdicts).toEqual(['caller', 'ourselves', 'destination', 'unjudged']);
  });

  it('of an answered leg is that it was answered, whatever else is said of it', () => {
    fc.assert(
      fc.property(anyTable, causes, fc.nat(999), (table, cause, sipStatus) => {
        expect(judge({ isAnswered: true, cause, sipStatus, disposition: 'recv_bye' }, table)).toBe('answered');
      }),
    );
  });

  it('takes a status below 300 for none', () => {
    expect(judge({ sipStatus: 200, cause: 'USER_BUSY' })).toBe('destination');
  });
});

describe('a gateway is shown well', () => {
  it.each<[LegVerdict, Partial<LegOutcome>, boolean]>([
    ['answered', {}, true],
    ['gateway', { hasRung: true, sipStatus: 503 }, false],
    ['destination', { sipStatus: 486 }, true],
    ['destination', { sipStatus: 300 }, true],
    // FreeSWITCH's own words, without a final answer of the gateway.
    ['destination', { cause: 'NO_USER_RESPONSE' }, false],
    ['destination', { hasRung: true }, true],
    ['caller', { hasRung: true }, true],
    ['caller', {}, false],
    ['ourselves', { sipStatus: 488 }, false],
    ['unjudged', { hasRung: true }, true],
    ['unjudged', {}, false],
  ])('by the verdict %s of %j: %s', (verdict, outcome, isWell) => {
    expect(showsGatewayWell(verdict, outcomeOf(outcome))).toBe(isWell);
  });
});
