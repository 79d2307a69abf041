import { legLimit } from '../routing/decide.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import { type Findings, rowAt } from './findings.ts';
import { groupViews } from './group-views.ts';

/**
 * How long a call may be without a sign of life: 20 to 30 seconds is what the exchange before us waits (ISUP timer T7,
 * ITU-T Q.764 table A.1), and few people listen to silence for longer.
 */
const PATIENCE_SECONDS = 30;

/** Less would cut off gateways that are only slow to ring. */
const LEAST_PROGRESS_SECONDS = 4;

/** Timeouts that end a call before the plan does: the caller's patience, and one that stops the plan. */
export function reviewWaits(group: GatewayGroup, findings: Findings): void {
  const members = groupViews(group).map(({ tiers }) => tiers.reduce((sum, { gateways }) => sum + gateways.length, 0));
  const tries = Math.min(legLimit(group), Math.max(...members));
  if (tries < 2 || reportEarlyEnd(group, findings)) return;
  const { progressTimeoutSeconds, answerTimeoutSeconds, continueOn } = group;
  const isProgress = progressTimeoutSeconds <= answerTimeoutSeconds;
  // Where the plan stops after a gateway that stays silent, nobody waits for the next.
  if (!continueOn.includes(isProgress ? 'PROGRESS_TIMEOUT' : 'ALLOTTED_TIMEOUT')) return;
  const seconds = isProgress ? progressTimeoutSeconds : answerTimeoutSeconds;
  if (tries * seconds <= PATIENCE_SECONDS) return;
  const column = isProgress ? 'progress_timeout_seconds' : 'answer_timeout_seconds';
  const what = `${tries} gateways that stay silent for ${seconds} s each take ${tries * seconds} s (max_attempts x ${column}); callers, and the networks that they call from, give up after about ${PATIENCE_SECONDS} s`;
  findings.add('caller-waits-long', rowAt('gateway_groups', group.name, column), what, shorter(tries, seconds, column));
}

function shorter(tries: number, seconds: number, column: string): string {
  const fewer = Math.floor(PATIENCE_SECONDS / seconds);
  const quicker = Math.floor(PATIENCE_SECONDS / tries);
  const ways = [
    ...(fewer >= 2 ? [`max_attempts to ${fewer}`] : []),
    ...(quicker >= LEAST_PROGRESS_SECONDS ? [`${column} to ${quicker}`] : []),
  ];
  return ways.length === 0 ? `set ${column} to 10 and max_attempts to 3` : `set ${ways.join(', or ')}`;
}

/**
 * A leg whose answer timeout is the shorter one ends with ALLOTTED_TIMEOUT (contract 6.6), which stops the plan and
 * blames the destination, where its silence was to lead to the next gateway.
 */
function reportEarlyEnd(group: GatewayGroup, findings: Findings): boolean {
  const { progressTimeoutSeconds, answerTimeoutSeconds, continueOn } = group;
  const isMeant = continueOn.includes('ALLOTTED_TIMEOUT') || !continueOn.includes('PROGRESS_TIMEOUT');
  if (answerTimeoutSeconds >= progressTimeoutSeconds || isMeant) return false;
  const what = `a silent gateway is given up after ${answerTimeoutSeconds} s, before progress_timeout_seconds (${progressTimeoutSeconds}) can pass: its cause is ALLOTTED_TIMEOUT then, after which no other gateway is tried`;
  const fix = `set progress_timeout_seconds below ${answerTimeoutSeconds}, or answer_timeout_seconds above ${progressTimeoutSeconds}`;
  findings.add('silence-ends-call', rowAt('gateway_groups', group.name, 'answer_timeout_seconds'), what, fix);
  return true;
}
