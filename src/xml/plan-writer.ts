import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';
import type { Leg } from '../routing/order-tier.ts';
import type { Route } from '../routing/route.ts';
import type { CleanCallerIds } from './clean-caller-ids.ts';
import { escapeText } from './escape-text.ts';
import { type Plan, planDocument } from './plan-document.ts';
import { anyNumber, provenText } from './proven-text.ts';

/** Stand for what differs from call to call, while a template is made; the text around them has no such characters. */
const DECISION = '\ue000';
const GATEWAY = '\ue001';
const NUMBER = '\ue002';
const PLACES = /[\ue000-\ue002]/;

/** For each leg: a decision, a gateway, a number. */
const PLACES_OF_A_LEG = 3;

/** Digits need no escaping, and nearly every number is of digits. */
const PLAIN_NUMBER = /^\+?[0-9*]*$/;

/**
 * Writes the same documents as `planDocument`, which it asks once for each route and count of legs: all but the
 * decision's id, the gateways and the numbers is then there already. For as long as a snapshot is served.
 */
export class PlanWriter {
  /** By route, then by how many legs: the texts around the places; undefined where there is no such thing. */
  readonly #templates = new Map<Route, (readonly string[] | undefined)[]>();
  readonly #names = new Map<Name, string>();

  write(plan: Plan, decisionId: string, caller?: CleanCallerIds): string {
    const isPlain = plan.distributor === undefined && caller?.number === undefined && caller?.name === undefined;
    const texts = isPlain ? this.#templateFor(plan) : undefined;
    if (texts === undefined) return planDocument(plan, decisionId, caller);
    const id = escapeText(decisionId);
    let document = texts[0] ?? '';
    let at = 1;
    for (const { gateway, number } of plan.legs) {
      const name = this.#nameOf(gateway);
      const dialled = provenText(number);
      const digits = PLAIN_NUMBER.test(dialled) ? dialled : escapeText(dialled);
      document += id + (texts[at] ?? '') + name + (texts[at + 1] ?? '') + digits + (texts[at + 2] ?? '');
      at += PLACES_OF_A_LEG;
    }
    return document;
  }

  #templateFor(plan: Plan): readonly string[] | undefined {
    const { route, legs } = plan;
    const known = this.#templates.get(route);
    const templates = known ?? [];
    if (known === undefined) this.#templates.set(route, templates);
    if (!(legs.length in templates)) templates[legs.length] = templateOf(plan);
    return templates[legs.length];
  }

  #nameOf({ name }: Gateway): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const escaped = escapeText(name);
    this.#names.set(name, escaped);
    return escaped;
  }
}

/** None where the route's own text has the characters that stand for places. */
function templateOf(plan: Plan): readonly string[] | undefined {
  const legs = plan.legs.map(({ gateway }): Leg => ({
    gateway: { ...gateway, name: GATEWAY as Name },
    number: anyNumber(NUMBER),
  }));
  const texts = planDocument({ ...plan, legs }, DECISION).split(PLACES);
  return texts.length === 1 + PLACES_OF_A_LEG * legs.length ? texts : undefined;
}
