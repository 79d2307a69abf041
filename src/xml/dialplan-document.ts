import type { Decision } from '../routing/decide.ts';
import type { Route } from '../routing/route.ts';
import { type ActionData, chooseGateway, chosenLegDialString, legDialString } from './dial-string.ts';
import { element, writeAnswer, type XmlElement } from './write-document.ts';

export type Plan = Extract<Decision, { readonly outcome: 'planned' }>;

/** Before the last leg: only where no gateway could be tried does the plan go on, to its 503 (verified.md). */
const NOT_TRIED = 'INVALID_GATEWAY,GATEWAY_DOWN';

/** FreeSWITCH's own limit for a bridge, which would end the leg first (contract 6.6). */
const SWITCH_ANSWER_TIMEOUT_SECONDS = 60;

/** The leg's own timeout fires a little late; the switch's is kept out of its way by this much. */
const TIMEOUT_MARGIN_SECONDS = 5;

/**
 * The whole failover plan in one answer: one bridge for each gateway, since only separate actions can tell causes
 * apart. Literal data in one unconditional extension, so that FreeSWITCH decides nothing but whether to go on.
 * After the last failure the caller gets the cause of the last leg, and 503 where no gateway could be tried.
 */
export function planDocument(plan: Plan, decisionId: string): string {
  const { route, distributor, legs } = plan;
  const { group } = route;
  const bridges: { readonly data: ActionData; readonly continueOn: readonly string[] }[] = [];
  if (distributor !== undefined) {
    const data = chosenLegDialString(distributor, group, { decisionId, attempt: 1 });
    // An -err of mod_distributor shows as INVALID_GATEWAY, and our legs have to follow it whatever the policy says.
    bridges.push({ data, continueOn: [...new Set([...group.continueOn, 'INVALID_GATEWAY'])] });
  }
  for (const leg of legs) {
    const data = legDialString(leg, group, { decisionId, attempt: bridges.length + 1 });
    bridges.push({ data, continueOn: group.continueOn });
  }
  const actions = [action('set', 'hangup_after_bridge=true'), ...routeSettings(route)];
  if (distributor !== undefined) actions.push(action('set', chooseGateway(distributor)));
  let policy = '';
  for (const [at, { data, continueOn }] of bridges.entries()) {
    const wanted = at === bridges.length - 1 ? NOT_TRIED : continueOn.join(',');
    if (wanted !== policy) actions.push(action('set', `continue_on_fail=${wanted}`));
    policy = wanted;
    actions.push(action('bridge', data));
  }
  actions.push(action('respond', '503'));
  return extensionDocument(route, actions);
}

/** Refuses the call, since *not found* would only send it on to the local dialplan (contract 0, rule 8). */
export function refusalDocument(route: Route, sipStatus: 484 | 503): string {
  return extensionDocument(route, [action('respond', String(sipStatus))]);
}

function routeSettings({ group, callerIdNumber, callerIdName }: Route): readonly XmlElement[] {
  const settings: XmlElement[] = [];
  if (group.answerTimeoutSeconds + 1 >= SWITCH_ANSWER_TIMEOUT_SECONDS) {
    settings.push(action('set', `call_timeout=${group.answerTimeoutSeconds + TIMEOUT_MARGIN_SECONDS}`));
  }
  if (callerIdNumber !== undefined) settings.push(action('set', `effective_caller_id_number=${callerIdNumber}`));
  if (callerIdName !== undefined) settings.push(action('set', `effective_caller_id_name=${callerIdName}`));
  return settings;
}

function extensionDocument(route: Route, actions: readonly XmlElement[]): string {
  return writeAnswer('dialplan', [
    element('context', { name: route.context }, [
      element('extension', { name: `trunkhunt ${route.label}` }, [element('condition', {}, actions)]),
    ]),
  ]);
}

function action(application: string, data: string): XmlElement {
  return element('action', { application, data });
}
