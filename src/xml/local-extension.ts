import type { Gateway } from '../routing/gateway.ts';
import type { Tier } from '../routing/gateway-group.ts';
import { type NumberRules, numberRulesKey, sameNumberRules } from '../routing/number-rules.ts';
import type { Route } from '../routing/route.ts';
import { localConditions, type Unexpressed } from './local-conditions.ts';
import { numberByGateway, numberVariable, sameNumber } from './local-leg.ts';
import { localPlan } from './local-plan.ts';
import { proveNumber, wholeNumber } from './number-proof.ts';
import { action } from './plan-document.ts';
import { element, type XmlElement } from './write-document.ts';

/** Where the number stands that a dial_number makes of captures, until it is proven. */
const MADE_NUMBER = 'trunkhunt_number';

/**
 * A route as extensions of the switch's own dialplan: the first plans what the route matches, the second refuses with
 * 484 those of its numbers that cannot be dialled, instead of leaving them to the routes that follow. A number enters a
 * dial string only as what an anchored expression captured.
 * @param tiers of the route's group, as the switch sees them
 * @returns why the route has to be left out, where it cannot be said
 */
export function localExtensions(route: Route, tiers: readonly Tier[]): readonly XmlElement[] | Unexpressed {
  const conditions = localConditions(route);
  if ('column' in conditions) return conditions;
  const { elements, patternExpression } = conditions;
  const name = `trunkhunt ${route.label}`;
  const refusal = element('condition', {}, [action('respond', '484')]);
  return [
    element('extension', { name }, [...elements, ...numberConditions(route, tiers, patternExpression)]),
    element('extension', { name: `${name} (refused)` }, [...elements, refusal]),
  ];
}

/** The conditions on the number itself, after all others: what fails here is refused. */
function numberConditions(
  route: Route,
  tiers: readonly Tier[],
  patternExpression: string | undefined,
): readonly XmlElement[] {
  const { charset, dialNumber, destinationPrefix } = route;
  const planned = (dialled: string): readonly XmlElement[] => planOrRefuse(route, tiers, dialled);
  if (dialNumber?.includes('$') === true && patternExpression !== undefined) {
    return [
      proven('destination_number', wholeNumber(charset), []),
      madeNumber(patternExpression, dialNumber),
      proven(`\${${MADE_NUMBER}}`, wholeNumber(charset), planned('$1')),
    ];
  }
  if (dialNumber !== undefined) return [proven('destination_number', wholeNumber(charset), planned(dialNumber))];
  const gateways = tiers.flatMap((tier) => tier.gateways);
  const rules = distinctRules(tiers);
  if (rules.length > 1) return numbersByRules(route, tiers, gateways);
  const proof = proveNumber(charset, [route.numberRules, ...rules], destinationPrefix);
  // Prefix and rules together may leave none, which the inventory is not proven against.
  if (proof === undefined) return [proven('destination_number', NEVER, [])];
  return [proven('destination_number', proof.expression, planned(proof.dialled))];
}

/** Captures of the route's pattern, put together. Braces keep a digit that follows from being read as the capture's. */
function madeNumber(expression: string, dialNumber: string): XmlElement {
  const data = `${MADE_NUMBER}=${dialNumber.replace(/\$([1-9])/g, '${$1}')}`;
  return element('condition', { field: 'destination_number', expression }, [inline('action', 'set', data)]);
}

/** Members with different rules: each rule proves the number for its gateways, or takes them out of this call. */
function numbersByRules(route: Route, tiers: readonly Tier[], gateways: readonly Gateway[]): readonly XmlElement[] {
  const { charset, numberRules, destinationPrefix } = route;
  const routed = proveNumber(charset, [numberRules], destinationPrefix);
  if (routed === undefined) return [proven('destination_number', NEVER, [])];
  const rules = distinctRules(tiers);
  const without = rules.map((_, at) => `trunkhunt_without_${at + 1}`);
  const conditions = rules.map((own, at) => {
    const members = gateways.filter((it) => sameNumberRules(it.numberRules, own));
    const proof = proveNumber(charset, [numberRules, own], destinationPrefix);
    const variable = without[at] ?? '';
    const found = members.map(({ name }) => inline('action', 'set', `${numberVariable(name)}=${proof?.dialled ?? ''}`));
    const missed = members.map(({ name }) => inline('anti-action', 'unset', numberVariable(name)));
    const names = members.map(({ name }) => name).join(' ');
    return element(
      'condition',
      { field: 'destination_number', expression: proof?.expression ?? NEVER, break: 'never' },
      [...found, inline('action', 'unset', variable), ...missed, inline('anti-action', 'set', `${variable}=${names}`)],
    );
  });
  const plan = localPlan(
    route,
    tiers,
    numberByGateway(),
    without.map((name) => `\${${name}}`),
  );
  return [...conditions, proven('destination_number', routed.expression, plan)];
}

function distinctRules(tiers: readonly Tier[]): readonly NumberRules[] {
  const all = tiers.flatMap(({ numberRules }) => numberRules);
  return [...new Map(all.map((rules) => [numberRulesKey(rules), rules])).values()];
}

/** Matches nothing. */
const NEVER = '^\\z.';

function planOrRefuse(route: Route, tiers: readonly Tier[], dialled: string): readonly XmlElement[] {
  if (tiers.length === 0) return [action('respond', '503')];
  return localPlan(route, tiers, sameNumber(dialled), []);
}

/** Actions that may use what an anchored expression captured. */
function proven(field: string, expression: string, actions: readonly XmlElement[]): XmlElement {
  return element('condition', { field, expression }, actions);
}

/** Done while the dialplan is still being read, so that a later condition sees it (contract 6.1). */
function inline(kind: 'action' | 'anti-action', application: 'set' | 'unset', data: string): XmlElement {
  return element(kind, { application, data, inline: 'true' });
}
