import type { DistributorLeg } from '../routing/decide.ts';
import type { DialNumber } from '../routing/dial-number.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import type { Leg } from '../routing/order-tier.ts';
import type { CleanText } from './clean-caller-ids.ts';
import { provenText } from './proven-text.ts';

/** `data` of a dialplan action, made of proven parts only. */
export type ActionData = string & { readonly brand: 'ActionData' };

/** The channel variable that holds mod_distributor's choice. */
export const CHOSEN_GATEWAY = 'trunkhunt_gateway';

/** What mod_distributor answers where it has no gateway to name (contract 4.3). */
export const NOBODY = '-err';

/** Tells FreeSWITCH who calls, instead of what the caller says. */
export function callerIdData(which: 'number' | 'name', text: CleanText): ActionData {
  return `effective_caller_id_${which}=${provenText(text)}` as ActionData;
}

/** Names the decision and the place in its plan, on the leg and in all of its events (contract 6.9). */
export interface Attempt {
  readonly decisionId: string;
  /** From 1. */
  readonly attempt: number;
}

/**
 * One leg of a bridge: `[variables]sofia/gateway/NAME/NUMBER`. A redirect is fatal for the leg: FreeSWITCH would follow
 * it to wherever it points (contract 5.9). Timeouts are the leg's, so that the plan goes on after them (contract 6.6).
 */
export function legDialString({ gateway, number }: Leg, group: GatewayGroup, attempt: Attempt): ActionData {
  return legData(group, attempt, gateway.name, number);
}

/**
 * A leg of ours after mod_distributor's choice: were it the same gateway, the spare one is called instead. The `x`
 * keeps FreeSWITCH from comparing names of digits as numbers.
 */
export function otherLegDialString(
  { gateway, number }: Leg,
  spare: Name,
  group: GatewayGroup,
  attempt: Attempt,
): ActionData {
  const other = `\${cond(x\${${CHOSEN_GATEWAY}} == x${gateway.name} ? ${spare} : ${gateway.name})}`;
  return legData(group, attempt, other, number);
}

/** The leg to whichever gateway mod_distributor chose; `-err` is a name that no gateway has. */
export function chosenLegDialString({ number }: DistributorLeg, group: GatewayGroup, attempt: Attempt): ActionData {
  return legData(group, attempt, `\${${CHOSEN_GATEWAY}}`, number);
}

/**
 * The last leg beside mod_distributor: the spare one where mod_distributor named nobody, so that no gateway is left
 * untried; else a name that no gateway has, which is no try.
 */
export function spareLegDialString(
  spare: Name,
  { number }: DistributorLeg,
  group: GatewayGroup,
  attempt: Attempt,
): ActionData {
  return legData(group, attempt, whereNobodyChosen(spare, NOBODY), number);
}

/** A choice that FreeSWITCH makes as the plan runs: the first where mod_distributor answered `-err`, else the second. */
export function whereNobodyChosen(then: string, otherwise: string): string {
  return `\${cond(x\${${CHOSEN_GATEWAY}} == x${NOBODY} ? ${then} : ${otherwise})}`;
}

/** Asks mod_distributor for a gateway that is not down, in a form that was tried on a real switch. */
export function chooseGateway({ list, profiles, exceptions }: DistributorLeg): ActionData {
  const down = profiles.map((profile) => `\${sofia(profile ${profile} gwlist down)}`).join(' ');
  return `${CHOSEN_GATEWAY}=\${expand(distributor ${[list, ...exceptions, down].join(' ')})}` as ActionData;
}

/** @param gateway a name, or what FreeSWITCH makes one of as the plan runs */
function legData(
  group: GatewayGroup,
  { decisionId, attempt }: Attempt,
  gateway: string,
  number: DialNumber,
): ActionData {
  const variables = `[${legLimits(group)},trunkhunt_decision=${decisionId},trunkhunt_attempt=${attempt}]`;
  return `${variables}sofia/gateway/${gateway}/${provenText(number)}` as ActionData;
}

/** What a leg is given of its group, whoever plans it. */
export function legLimits(group: GatewayGroup): string {
  const { progressTimeoutSeconds, answerTimeoutSeconds } = group;
  return `leg_progress_timeout=${progressTimeoutSeconds},leg_timeout=${answerTimeoutSeconds},outbound_redirect_fatal=true`;
}
