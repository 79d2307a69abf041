import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import type { LossReason } from '../../src/esl/esl-error.ts';
import { LiveState } from '../../src/live/live-state.ts';
import type { CommandResult, HealthEvent } from '../../src/metrics/live-metrics.ts';
import type { RequestResult, RequestSection } from '../../src/metrics/request-result.ts';
import { type DecisionOutcome, ServerMetrics } from '../../src/metrics/server-metrics.ts';
import type { NumberRejection } from '../../src/routing/dial-number.ts';
import { NEVER_EJECTED } from '../../src/routing/ejection.ts';
import type { LegVerdict } from '../../src/routing/leg-outcome.ts';
import type { Snapshot } from '../../src/routing/snapshot.ts';
import { CollectingLog } from '../live/collecting-log.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const SIZE = { gateways: 1_000, switches: 10, groups: 100, attempts: 3, onTrial: 7 };

const ANSWERS: readonly (readonly [RequestSection, RequestResult])[] = [
  ['configuration', 'served'],
  ['configuration', 'not_found'],
  ['directory', 'served'],
  ['directory', 'not_found'],
  ['dialplan', 'served'],
  ['dialplan', 'refused'],
  ['dialplan', 'not_found'],
  ['other', 'not_found'],
];
/** Of requests that do not get as far as saying which switch they are from. */
const NAMELESS: readonly RequestResult[] = [
  'too_large',
  'malformed',
  'challenged',
  'unauthorized',
  'forbidden',
  'throttled',
  'error',
];
const OUTCOMES: readonly DecisionOutcome[] = ['planned', 'no_gateway', 'all_down', 'all_full', 'rejected_number'];
const REJECTIONS: readonly NumberRejection[] = ['empty', 'too_long', 'charset', 'after_rules'];
const VERDICTS: readonly LegVerdict[] = ['answered', 'gateway', 'destination', 'caller', 'ourselves', 'unjudged'];
const COMMANDS = ['killgw', 'rescan', 'distributor_reload'];
const RESULTS: readonly CommandResult[] = ['ok', 'refused', 'failed'];
/** `stopped` is ourselves, and not counted. */
const LOSSES: readonly Exclude<LossReason, 'stopped'>[] = [
  'refused',
  'unreachable',
  'handshake_timeout',
  'wrong_password',
  'forbidden',
  'protocol',
  'reply_timeout',
  'silent',
  'disconnected',
];
const EVENTS: readonly HealthEvent[] = [
  'up',
  'down',
  'fault',
  'excused',
  'spared',
  'ejected',
  'would_eject',
  'trial',
  'slow_start',
  'returned',
];

function largeInventory(): string {
  const rows = (count: number, row: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => row(at)).join(', ');
  return `
    INSERT INTO switches (hostname, esl_host) VALUES ${rows(SIZE.switches, (at) => `('fs${at}', '127.0.0.1')`)};
    INSERT INTO gateways (name, proxy, max_calls) VALUES ${rows(SIZE.gateways, (at) => `('gw${at}', '127.1.${at >> 8}.${at & 255}', 100)`)};
    INSERT INTO gateway_groups (name, max_attempts) VALUES ${rows(SIZE.groups, (at) => `('g${at}', ${SIZE.attempts})`)};
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ${rows(SIZE.gateways, (at) => `('g${at % SIZE.groups}', 'gw${at}')`)};
    INSERT INTO routes (context, group_name) VALUES ${rows(SIZE.groups, (at) => `('c${at}', 'g${at}')`)};
  `;
}

/** All that can ever happen to this inventory has happened. */
function liveLong(metrics: ServerMetrics, live: LiveState, { gateways, groups, hostnames }: Snapshot): void {
  for (const hostname of hostnames) {
    live.learned.reach.replace(
      hostname,
      new Map(
        gateways.map(({ name }) => [
          name,
          {
            name,
            profile: 'external',
            proxy: 'sip:127.0.0.1',
            username: '',
            expireSeconds: '3600',
            pingSeconds: 0,
            state: 'NOREG',
            isUp: true,
            callsOut: 0,
          },
        ]),
      ),
    );
    for (const [section, result] of ANSWERS) metrics.requestAnswered(section, result, hostname, 0.001);
    metrics.requestPassed('dialplan', 'shed', hostname);
    metrics.fieldsMissing(hostname, 1);
    metrics.live.connected(hostname, true);
    metrics.live.inboundCall(hostname);
    metrics.live.drift(hostname, 1);
    for (const reason of LOSSES) metrics.live.connectionLost(hostname, reason);
    for (const command of COMMANDS) for (const result of RESULTS) metrics.live.command(hostname, command, result);
  }
  for (const [section, result] of ANSWERS) metrics.requestAnswered(section, result, 'unheard of', 0.001);
  for (const result of NAMELESS) metrics.requestAnswered('other', result, '', 0.001);
  metrics.requestPassed('dialplan', 'shed', 'unheard of');
  metrics.requestPassed('other', 'abandoned', '');
  for (const reason of REJECTIONS) metrics.numberRejected(reason);
  metrics.decided(undefined, 'no_route');
  for (const { name, members, maxAttempts } of groups) {
    for (const outcome of OUTCOMES) metrics.decided(name, outcome);
    metrics.live.panic(name);
    for (const { gateway } of members) {
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) metrics.selected(name, gateway.name, attempt);
    }
  }
  for (const { name } of gateways) {
    for (const verdict of VERDICTS) metrics.live.attemptEnded(name, verdict);
    for (const event of EVENTS) metrics.live.healthEvent(name, event);
    metrics.live.rang(name, 1);
    metrics.live.callEnded(name, 60);
    live.learned.answerRatios.note(name, true, 0);
  }
  const [hostname = ''] = hostnames;
  const trials = groups.flatMap(({ name: group, members }) =>
    members.map(({ gateway: { name: gateway } }) => {
      const ejection = { ...NEVER_EJECTED, stage: 'trial' as const, strikes: 1 };
      return { hostname, group, gateway, ejection };
    }),
  );
  live.learned.book.restore([], trials.slice(0, SIZE.onTrial));
}

/** The formula of docs/metrics.md, with these numbers. */
function formulaResult(): number {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const formula = /^series = (\d+) G \+ (\d+) P \+ E \+ \((\d+) \+ T\) M \+ (\d+) R \+ (\d+) S \+ (\d+)$/m;
  const [perGateway, perPlace, perMember, perGroup, perSwitch, fixed] = formula.exec(page)?.slice(1).map(Number) ?? [];
  const { gateways, switches, groups, attempts, onTrial } = SIZE;
  // Each gateway is on each switch, and in one group.
  return (
    perGateway! * gateways +
    perPlace! * gateways * switches +
    onTrial +
    (perMember! + attempts) * gateways +
    perGroup! * groups +
    perSwitch! * switches +
    fixed!
  );
}

it('a server of 1,000 gateways and 10 switches has as many series as docs/metrics.md says, and no more', async () => {
  const { snapshot } = temporaryInventory(largeInventory()).compile();
  if (snapshot === undefined) throw new Error('the inventory is refused');
  const metrics = new ServerMetrics('1', 'v1');
  const live = new LiveState(metrics, new CollectingLog(), () => 0);
  live.serve(snapshot, []);
  await vi.waitFor(async () => {
    expect(await metrics.text()).toContain('trunkhunt_gateway_attempts_total{gateway="gw999"');
  });
  liveLong(metrics, live, snapshot);
  const text = await metrics.text();
  const names = text.split('\n').flatMap((line) => /^[a-z]\w*/.exec(line) ?? []);
  const ours = names.filter((name) => name.startsWith('trunkhunt_'));
  expect(ours.length).toBe(formulaResult());
  // Node's own depend on its version and the platform.
  expect(names.length - ours.length).toBeLessThan(100);
});
