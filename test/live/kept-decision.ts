import type { DecisionLine, OutcomeLine } from '../../src/live/decision-line.ts';
import type { KeptDecision } from '../../src/live/decision-rings.ts';

/** A decision that is kept: of a plan through gw1 and gw2, unless something else is said. */
export function keptDecision(kept: Partial<KeptDecision> = {}, line: Partial<DecisionLine> = {}): KeptDecision {
  const order = kept.order ?? 1;
  return {
    line: {
      kind: 'decision',
      id: 'd-1',
      at: '2026-11-25T00:00:00.000Z',
      switch: 'fs1',
      uuid: 'u1',
      context: 'default',
      number: '4930123456',
      caller: '2001',
      source: '192.0.2.1',
      headers: {},
      outcome: 'planned',
      reason: null,
      route: 'all',
      group: 'g',
      numberAfterRoute: '4930123456',
      distributor: null,
      probe: null,
      doubted: false,
      plan: ['gw1', 'gw2'].map((gateway, at) => ({ attempt: at + 1, gateway, number: '4930123456' })),
      gatewaysPassedOver: [],
      gatewaysPassedOverMore: 0,
      routesPassedOver: [],
      generation: 1,
      version: 0,
      ...line,
    },
    order,
    change: order,
    attempts: [],
    isOver: true,
    ...kept,
  };
}

/** What came of an attempt: gw1 failed with 503, unless something else is said. */
export function keptOutcome(line: Partial<OutcomeLine> = {}): OutcomeLine {
  return {
    kind: 'outcome',
    id: 'd-1',
    at: '2026-11-25T00:00:01.000Z',
    attempt: 1,
    gateway: 'gw1',
    outcome: 'gateway',
    cause: 'NORMAL_TEMPORARY_FAILURE',
    sipStatus: 503,
    postDialDelayMs: null,
    answeredSeconds: null,
    ...line,
  };
}
