import { type Decision, decide, nothingLearned } from '../../src/routing/decide.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import type { Plan } from '../../src/xml/plan-document.ts';
import { buildCall } from './build-call.ts';
import { temporaryInventory } from './temporary-inventory.ts';

/** gw1, then gw2, always in this order; whoever is called in context `default` is sent there. */
export const TWO_GATEWAYS = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2');
  INSERT INTO gateway_groups (name, strategy) VALUES ('2gw', 'ordered');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('2gw', 'gw1'), ('2gw', 'gw2');
  INSERT INTO routes (name, context, group_name) VALUES ('all', 'default', '2gw');
`;

/** Decides a call over an inventory made by SQL, everybody at the start of their turns. */
export function planCall(sql: string, number = '1004', context = 'default'): Plan {
  return planned(decideCall(sql, number, context));
}

/** The same over a snapshot that is there already. */
export function planOver(snapshot: Snapshot, number = '1004', context = 'default'): Plan {
  return planned(decideOver(snapshot, number, context));
}

export function decideCall(sql: string, number = '1004', context = 'default'): Decision {
  const { snapshot, findings } = temporaryInventory(sql).compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  return decideOver(snapshot, number, context);
}

function planned(decision: Decision): Plan {
  if (decision.outcome !== 'planned') throw new Error(`not planned: ${decision.outcome}`);
  return decision;
}

function decideOver(snapshot: Snapshot, number: string, context: string): Decision {
  return decide(snapshot, nothingLearned(new Map()), buildCall({ number, context, networkAddress: '' }));
}
