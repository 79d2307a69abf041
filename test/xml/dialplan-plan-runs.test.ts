import { describe, expect, it } from 'vitest';

import { planDocument } from '../../src/xml/plan-document.ts';
import { ModDistributor, noNode } from '../support/mod-distributor.ts';
import { planCall, TWO_GATEWAYS } from '../support/plan-call.ts';
import { readDocument } from '../support/read-document.ts';
import { readPlan } from '../support/read-plan.ts';
import { type Expand, type PlanRun, runPlan } from '../support/run-plan.ts';

/** What FreeSWITCH makes of a SIP answer (contract 7.6). */
const CAUSES: Readonly<Record<number, string>> = {
  200: 'answer',
  404: 'UNALLOCATED_NUMBER',
  408: 'RECOVERY_ON_TIMER_EXPIRE',
  480: 'NO_USER_RESPONSE',
  484: 'INVALID_NUMBER_FORMAT',
  486: 'USER_BUSY',
  500: 'NORMAL_TEMPORARY_FAILURE',
  502: 'NETWORK_OUT_OF_ORDER',
  503: 'NORMAL_TEMPORARY_FAILURE',
  603: 'CALL_REJECTED',
};

type Result = number | string;
const causeOf = (result: Result): string => (typeof result === 'number' ? CAUSES[result]! : result);

/** Runs the plan that is written for a call, with gateways that answer so; unknown names are INVALID_GATEWAY. */
function run(results: Readonly<Record<string, Result>>, sql = '', expand?: Expand): PlanRun {
  const document = planDocument(planCall(TWO_GATEWAYS + sql), 'd-1');
  const { actions } = readPlan(readDocument(document), 'default', 'digits');
  return runPlan(actions, (gateway) => causeOf(results[gateway] ?? 'INVALID_GATEWAY'), expand);
}

const ended = (result: Result) => ({ hangupCause: causeOf(result) });

describe('the plan for two gateways (verified.md)', () => {
  it('ends with the call that was answered', () => {
    expect(run({ gw1: 200, gw2: 200 })).toEqual({ tried: ['gw1'], outcome: 'answered' });
  });

  it.each([
    486,
    404,
    603,
    484,
    'NO_ANSWER',
    'ALLOTTED_TIMEOUT',
    'ORIGINATOR_CANCEL',
    'NORMAL_CLEARING',
    'INCOMPATIBLE_DESTINATION',
  ])('gives %s to the caller and rings nobody else', (result) => {
    expect(run({ gw1: result, gw2: 200 })).toEqual({ tried: ['gw1'], outcome: ended(result) });
  });

  it.each([503, 500, 502, 408, 480, 'PROGRESS_TIMEOUT', 'GATEWAY_DOWN', 'INVALID_GATEWAY', 'DESTINATION_OUT_OF_ORDER'])(
    'goes on to the second after %s',
    (result) => {
      expect(run({ gw1: result, gw2: 200 })).toEqual({ tried: ['gw1', 'gw2'], outcome: 'answered' });
    },
  );

  it.each<[Result, Result, PlanRun['outcome']]>([
    [503, 503, ended(503)],
    [480, 503, ended(503)],
    [503, 404, ended(404)],
    [503, 486, ended(486)],
    [500, 480, ended(480)],
    [503, 480, ended(480)],
    ['PROGRESS_TIMEOUT', 'PROGRESS_TIMEOUT', ended('PROGRESS_TIMEOUT')],
    [503, 'NO_ANSWER', ended('NO_ANSWER')],
    [503, 'INVALID_GATEWAY', { respond: 503 }],
    ['INVALID_GATEWAY', 'INVALID_GATEWAY', { respond: 503 }],
    ['GATEWAY_DOWN', 'GATEWAY_DOWN', { respond: 503 }],
    ['GATEWAY_DOWN', 'INVALID_GATEWAY', { respond: 503 }],
  ])('after %s and %s ends with the last cause, and 503 where nobody could be tried', (gw1, gw2, outcome) => {
    expect(run({ gw1, gw2 })).toEqual({ tried: ['gw1', 'gw2'], outcome });
  });

  it('goes on after what the group says, and stops after what it says', () => {
    const own =
      "INSERT INTO group_failover_causes VALUES ('2gw', 'UNALLOCATED_NUMBER', 'next'), ('2gw', 'NORMAL_TEMPORARY_FAILURE', 'stop');";
    expect(run({ gw1: 404, gw2: 200 }, own)).toEqual({ tried: ['gw1', 'gw2'], outcome: 'answered' });
    expect(run({ gw1: 503, gw2: 200 }, own)).toEqual({ tried: ['gw1'], outcome: ended(503) });
  });

  it('tries no more gateways than the group says', () => {
    expect(run({ gw1: 503, gw2: 200 }, 'UPDATE gateway_groups SET max_attempts = 1')).toEqual({
      tried: ['gw1'],
      outcome: ended(503),
    });
  });
});

describe('the plan of a group that goes on after nothing', () => {
  // Without any list FreeSWITCH goes on after three causes of its own (contract 6.7).
  it.each(['NO_ANSWER', 'NO_USER_RESPONSE', 'ORIGINATOR_CANCEL', 503, 486])('really stops after %s', (result) => {
    for (const sql of ['DELETE FROM failover_causes', "UPDATE failover_causes SET action = 'stop'"]) {
      expect(run({ gw1: result, gw2: 200 }, sql)).toEqual({ tried: ['gw1'], outcome: ended(result) });
    }
  });

  it('answers 503 where its only gateway cannot be tried', () => {
    expect(run({ gw1: 'GATEWAY_DOWN', gw2: 200 }, 'DELETE FROM failover_causes').outcome).toEqual({ respond: 503 });
  });
});

describe('the plan of a group whose list has one cause', () => {
  it.each([
    ['NO_ANSWER', ['gw1']],
    ['NO_USER_RESPONSE', ['gw1']],
    ['USER_BUSY', ['gw1', 'gw2']],
  ])('after %s tries %j', (result, tried) => {
    const sql = "UPDATE failover_causes SET action = CASE cause WHEN 'USER_BUSY' THEN 'next' ELSE 'stop' END";
    expect(run({ gw1: result, gw2: 200 }, sql).tried).toEqual(tried);
  });
});

describe('the plan in which mod_distributor chooses (verified.md)', () => {
  const BY_DISTRIBUTOR = "UPDATE gateway_groups SET chooser = 'mod_distributor';";
  /** A running mod_distributor, and a profile that says which of its gateways are down. */
  const switchWith = (lists: readonly string[], down = ''): Expand => {
    const nodes = ['gw2', 'gw1'].map((name) => ({ name, weight: 1 }));
    const distributor = new ModDistributor(lists.map((name) => ({ name, nodes })));
    return (command) => {
      const words = command.replace('${sofia(profile external gwlist down)}', down).replace(/^distributor /, '');
      return distributor.command(words.trim());
    };
  };

  it('alternates as the list says', () => {
    const expand = switchWith(['2gw']);
    const tried = [1, 2, 3, 4].map(() => run({ gw1: 200, gw2: 200 }, BY_DISTRIBUTOR, expand).tried.join());
    expect(tried).toEqual(['gw2', 'gw1', 'gw2', 'gw1']);
  });

  it('passes over a gateway that is down', () => {
    const expand = switchWith(['2gw'], 'gw2 ');
    const tried = [1, 2, 3].map(() => run({ gw1: 200, gw2: 200 }, BY_DISTRIBUTOR, expand).tried.join());
    expect(tried).toEqual(['gw1', 'gw1', 'gw1']);
  });

  it.each(['', 'DELETE FROM failover_causes;'])(
    'falls to the named legs after -err, whatever the policy says: %j',
    (policy) => {
      expect(run({ gw1: 200 }, BY_DISTRIBUTOR + policy, switchWith([]))).toEqual({
        tried: [noNode, 'gw1'],
        outcome: 'answered',
      });
    },
  );

  it('falls to the named legs when the chosen gateway fails', () => {
    expect(run({ gw2: 503, gw1: 200 }, BY_DISTRIBUTOR, switchWith(['2gw']))).toEqual({
      tried: ['gw2', 'gw1'],
      outcome: 'answered',
    });
  });

  it('stops where the chosen one is busy', () => {
    expect(run({ gw2: 486, gw1: 200 }, BY_DISTRIBUTOR, switchWith(['2gw']))).toEqual({
      tried: ['gw2'],
      outcome: ended(486),
    });
  });

  it('answers 503 where nobody could be tried', () => {
    expect(run({}, BY_DISTRIBUTOR, switchWith([])).outcome).toEqual({ respond: 503 });
  });

  it.each(['gw1', 'gw2'])('calls nobody twice: the chosen %s fails, and so does the other', (chosen) => {
    const [first, second] = chosen === 'gw1' ? ['gw1', 'gw2'] : ['gw2', 'gw1'];
    const expand = switchWith(['2gw'], `${second} `);
    expect(run({ gw1: 503, gw2: 503 }, BY_DISTRIBUTOR, expand).tried).toEqual([first, second]);
  });

  // -err was no attempt at any gateway, so all of them are still to be had.
  it('leaves no gateway untried after -err', () => {
    expect(run({ gw1: 503, gw2: 200 }, BY_DISTRIBUTOR, switchWith([]))).toEqual({
      tried: [noNode, 'gw1', 'gw2'],
      outcome: 'answered',
    });
  });
});
