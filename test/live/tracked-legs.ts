import type { SwitchEvent } from '../../src/esl/switch-event.ts';
import { AnswerRatios } from '../../src/live/answer-ratios.ts';
import { CallLedger } from '../../src/live/call-ledger.ts';
import { type DecisionNotes, NO_NOTES } from '../../src/live/decision-notes.ts';
import { EjectionBook } from '../../src/live/ejection-book.ts';
import { LegTracker } from '../../src/live/leg-tracker.ts';
import { type Name, parseName } from '../../src/routing/name.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';

/** The gateways of the recordings. */
export const [gw1, gw2] = [parseName('gw1')!, parseName('gw2')!];

/** A tracker over gw1 and gw2, with the table of blame as it is shipped. */
export function tracking() {
  const { snapshot } = temporaryInventory(`
    INSERT INTO gateways (name, proxy, max_calls, max_cps) VALUES ('gw1', '192.0.2.1', 9, 9), ('gw2', '192.0.2.2', 9, 9);
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1'), ('g', 'gw2');
  `).compile();
  const { gateways, groups, blame } = snapshot!;
  const metrics = new NotedMetrics();
  const ledger = new CallLedger();
  const answerRatios = new AnswerRatios();
  const book = new EjectionBook({
    metrics,
    log: new CollectingLog(),
    nowMs: () => 0,
    groupsOf: () => groups,
    isReachable: () => true,
    onChange: () => undefined,
  });
  const told: string[] = [];
  const notes: DecisionNotes = {
    ...NO_NOTES,
    attempt: (it) => {
      told.push(`${it.decisionId} ${it.attempt} ${it.gateway} ${it.outcome}${it.isEnded ? '' : ' so far'}`);
    },
    over: (id) => {
      told.push(`${id} over`);
    },
  };
  const legs = new LegTracker({
    ledger,
    book,
    metrics,
    answerRatios,
    nowMs: () => 0,
    gatewayOf: (name) => gateways.find((gateway) => gateway.name === name),
    blame: () => blame,
    notes,
  });
  const follow = (events: readonly SwitchEvent[]): void => {
    for (const event of events) if (event.kind === 'leg') legs.follow('fs1', event);
  };
  return {
    ledger,
    answerRatios,
    book,
    follow,
    /** Legs through gw1 and gw2, then slots. */
    calls: () => [gw1, gw2].map((name) => [ledger.liveCalls(name), ledger.slotsInUse(name)]),
    news: (pattern = /./) => metrics.news().filter((note) => pattern.test(note)),
    /** What was told of attempts since the last look. */
    told: () => told.splice(0),
    /** A plan through both, as in recordings 10 to 12. */
    plan: (callerUuid: string) => {
      ledger.open(
        {
          decisionId: '0198f3c1',
          hostname: 'fs1',
          callerUuid,
          group: groups[0]!.name,
          number: '4312345',
          gateways,
          firstAttempt: 1,
          probe: undefined,
          openedAtMs: 0,
          expiresAtMs: 60_000,
        },
        0,
      );
    },
    evidence: (gateway: Name) => book.evidenceOf('fs1', groups[0]!.name, gateway),
  };
}
