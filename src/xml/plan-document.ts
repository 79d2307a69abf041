import type { Decision, DistributorLeg } from '../routing/decide.ts';
import type { Route } from '../routing/route.ts';
import type { CleanCallerIds } from './clean-caller-ids.ts';
import {
  type ActionData,
  type Attempt,
  callerIdData,
  chooseGateway,
  chosenLegDialString,
  legDialString,
  otherLegDialString,
  spareLegDialString,
  whereNobodyChosen,
} from './dial-string.ts';
import { element, writeAnswer, type XmlElement } from './write-document.ts';

export type Plan = Extract<Decision, { readonly outcome: 'planned' }>;

/** One try, and the causes after which FreeSWITCH goes on to what follows it. */
interface Bridge {
  readonly data: ActionData;
  readonly continueOn: string;
}

/** Before the last leg: only where no gateway could be tried does the plan go on, to its 503 (verified.md). */
export const NOT_TRIED = 'INVALID_GATEWAY,GATEWAY_DOWN';

/**
 * FreeSWITCH tells the caller the SIP status of the last bridge that got one (mod_sofia, sofia_on_hangup): after a 404,
 * a second leg that rings unanswered would end in 404. Each leg has to speak for itself.
 */
export const FORGET_EARLIER_STATUS = action('unset', 'last_bridge_proto_specific_hangup_cause');

/** FreeSWITCH's own limit for a bridge, which would end the leg first (contract 6.6). */
const SWITCH_ANSWER_TIMEOUT_SECONDS = 60;

/** The leg's own timeout fires a little late; the switch's is kept out of its way by this much. */
const TIMEOUT_MARGIN_SECONDS = 5;

/**
 * The whole failover plan in one answer: one bridge for each gateway, since only separate actions can tell causes
 * apart. Literal data in one unconditional extension, so that FreeSWITCH decides nothing but whether to go on.
 * After the last failure the caller gets the cause of the last leg, and 503 where no gateway could be tried.
 * @param caller what is said of the caller instead of its own words, where the route does not say it
 */
export function planDocument(plan: Plan, decisionId: string, caller?: CleanCallerIds): string {
  const { route, distributor } = plan;
  const bridges =
    distributor === undefined ? legBridges(plan, decisionId) : distributorBridges(plan, distributor, decisionId);
  const actions = [action('set', 'hangup_after_bridge=true'), ...routeSettings(route, caller)];
  if (distributor !== undefined) actions.push(action('set', chooseGateway(distributor)));
  let policy = '';
  for (const [at, { data, continueOn }] of bridges.entries()) {
    const wanted = at === bridges.length - 1 ? NOT_TRIED : continueOn;
    if (wanted !== policy) actions.push(action('set', `continue_on_fail=${wanted}`));
    policy = wanted;
    if (at > 0) actions.push(FORGET_EARLIER_STATUS);
    actions.push(action('bridge', data));
  }
  actions.push(action('respond', '503'));
  return extensionDocument(route, actions);
}

function legBridges({ route: { group }, legs }: Plan, decisionId: string): readonly Bridge[] {
  const continueOn = group.continueOn.join(',');
  return legs.map((leg, at) => ({ data: legDialString(leg, group, { decisionId, attempt: at + 1 }), continueOn }));
}

/**
 * First whom mod_distributor names; then our legs, with the spare one in the place of whichever it named; last the spare
 * one, only where it named nobody. Without a spare one our legs are there for that case alone.
 */
function distributorBridges(
  { route: { group }, legs }: Plan,
  leg: DistributorLeg,
  decisionId: string,
): readonly Bridge[] {
  const { spare } = leg;
  const attempt = (number: number): Attempt => ({ decisionId, attempt: number });
  // An -err of mod_distributor shows as INVALID_GATEWAY, and our legs have to follow it whatever the policy says.
  const afterChosen = [...new Set([...(spare === undefined ? [] : group.continueOn), 'INVALID_GATEWAY'])].sort();
  const chosen = { data: chosenLegDialString(leg, group, attempt(1)), continueOn: afterChosen.join(',') };
  const policy = group.continueOn.join(',');
  if (spare === undefined) {
    const backing = legs.map((it, at) => ({ data: legDialString(it, group, attempt(at + 2)), continueOn: policy }));
    return [chosen, ...backing];
  }
  const others = legs.map((it, at) => ({
    data: otherLegDialString(it, spare, group, attempt(at + 2)),
    continueOn: at === legs.length - 1 ? whereNobodyChosen(policy, NOT_TRIED) : policy,
  }));
  return [chosen, ...others, { data: spareLegDialString(spare, leg, group, attempt(legs.length + 2)), continueOn: '' }];
}

/** Refuses the call, since *not found* would only send it on to the local dialplan (contract 0, rule 8). */
export function refusalDocument(route: Route, sipStatus: 484 | 503): string {
  return extensionDocument(route, [action('respond', String(sipStatus))]);
}

/** What a route sets before its first leg. @param caller as for `planDocument` */
export function routeSettings(
  { group, callerIdNumber, callerIdName }: Route,
  caller?: CleanCallerIds,
): readonly XmlElement[] {
  const settings: XmlElement[] = [];
  if (group.answerTimeoutSeconds + 1 >= SWITCH_ANSWER_TIMEOUT_SECONDS) {
    settings.push(action('set', `call_timeout=${group.answerTimeoutSeconds + TIMEOUT_MARGIN_SECONDS}`));
  }
  if (callerIdNumber !== undefined) settings.push(action('set', `effective_caller_id_number=${callerIdNumber}`));
  else if (caller?.number !== undefined) settings.push(action('set', callerIdData('number', caller.number)));
  if (callerIdName !== undefined) settings.push(action('set', `effective_caller_id_name=${callerIdName}`));
  else if (caller?.name !== undefined) settings.push(action('set', callerIdData('name', caller.name)));
  return settings;
}

function extensionDocument(route: Route, actions: readonly XmlElement[]): string {
  return writeAnswer('dialplan', [
    element('context', { name: route.context }, [
      element('extension', { name: `trunkhunt ${route.label}` }, [element('condition', {}, actions)]),
    ]),
  ]);
}

/** One action of a dialplan. */
export function action(application: string, data: string): XmlElement {
  return element('action', { application, data });
}
