import { type Call, type CallerText, callerText, plainText } from '../routing/call.ts';
import { dialledText } from '../routing/dial-number.ts';
import { gatewaysPassedOver, type PassedOverGateway, routesPassedOver } from '../routing/passed-over.ts';
import { MATCH_LENGTH_LIMIT } from '../routing/route.ts';
import { routeNumber } from '../routing/route-number.ts';
import type { AttemptNews, AttemptVerdict, DecidedCall } from './decision-notes.ts';
import type { NumberMask } from './number-mask.ts';

/** A decision as it is kept, shown, and written to the log: these names are its format. */
export interface DecisionLine {
  readonly kind: 'decision';
  readonly id: string;
  /** Wall clock, ISO 8601 in UTC. */
  readonly at: string;
  readonly switch: string;
  readonly uuid: string;
  readonly context: string;
  readonly number: string;
  readonly caller: string;
  readonly source: string;
  /** Those that routes ask for, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly outcome: 'planned' | 'no_route' | 'rejected_number' | 'no_gateway';
  /** Of the last two: why. */
  readonly reason: string | null;
  readonly route: string | null;
  readonly group: string | null;
  readonly numberAfterRoute: string | null;
  /** The list that mod_distributor makes the first choice from; null = it makes none. */
  readonly distributor: string | null;
  /** The gateway on trial that the call goes to first. */
  readonly probe: string | null;
  /** Whether health left nobody, and was doubted. */
  readonly doubted: boolean;
  readonly plan: readonly { readonly attempt: number; readonly gateway: string; readonly number: string }[];
  readonly gatewaysPassedOver: readonly { readonly gateway: string; readonly reason: string }[];
  /** How many more there are. */
  readonly gatewaysPassedOverMore: number;
  /** Where no route matched: what the first ones lack. */
  readonly routesPassedOver: readonly { readonly route: string; readonly unmet: string }[];
  readonly generation: number;
  readonly version: number;
}

/** What came of one attempt. */
export interface OutcomeLine {
  readonly kind: 'outcome';
  readonly id: string;
  readonly at: string;
  readonly attempt: number;
  readonly gateway: string;
  readonly outcome: AttemptVerdict;
  readonly cause: string;
  readonly sipStatus: number | null;
  readonly postDialDelayMs: number | null;
  /** Null where nobody answered, and while an answered call goes on. */
  readonly answeredSeconds: number | null;
}

/** So many of those that are not in the plan are named: groups may have thousands. */
const PASSED_OVER_LIMIT = 20;

/** What a caller sends may be long. No more than this is ever matched, so that nothing is decided otherwise without the rest. */
const TEXT_LIMIT = MATCH_LENGTH_LIMIT + 1;

/** Puts a decision into words. Takes its time: never on the path of a look-up. */
export function decisionLine(decided: DecidedCall, mask: NumberMask): DecisionLine {
  const { decision, snapshot, generation } = decided;
  const call = cutCall(decided.call);
  const planned = decision.outcome === 'planned' ? decision : undefined;
  const route = decision.outcome === 'no_route' ? undefined : decision.route;
  const number = route === undefined ? undefined : routeNumber(route, call);
  const dialled = plainText(call.destinationNumber);
  const before = planned?.distributor === undefined ? 1 : 2;
  const passedOver = passedOverIn({ ...decided, call });
  return {
    kind: 'decision',
    id: call.decisionId,
    at: new Date(call.atMs).toISOString(),
    switch: call.hostname,
    uuid: call.channelUuid,
    context: call.context,
    number: mask.number(dialled),
    caller: mask.number(plainText(call.callerNumber)),
    source: call.networkAddress,
    headers: Object.fromEntries([...call.headers].map(([name, value]) => [name, mask.header(plainText(value))])),
    outcome: decision.outcome,
    reason: decision.outcome === 'rejected_number' || decision.outcome === 'no_gateway' ? decision.reason : null,
    route: route?.label ?? null,
    group: route?.group.name ?? null,
    numberAfterRoute: typeof number === 'object' ? mask.madeFrom(number.text, dialled) : null,
    distributor: planned?.distributor?.list ?? null,
    probe: planned?.probe?.name ?? null,
    doubted: planned?.isDoubted ?? false,
    plan: (planned?.legs ?? []).map((leg, at) => ({
      attempt: at + before,
      gateway: leg.gateway.name,
      number: mask.madeFrom(dialledText(leg.number), dialled),
    })),
    gatewaysPassedOver: passedOver.slice(0, PASSED_OVER_LIMIT),
    gatewaysPassedOverMore: Math.max(0, passedOver.length - PASSED_OVER_LIMIT),
    routesPassedOver:
      decision.outcome === 'no_route'
        ? routesPassedOver(snapshot, call, PASSED_OVER_LIMIT).map((it) => ({ route: it.route.label, unmet: it.unmet }))
        : [],
    generation,
    version: snapshot.version,
  };
}

/** Puts what came of an attempt into words. */
export function outcomeLine(news: AttemptNews, atMs: number): OutcomeLine {
  return {
    kind: 'outcome',
    id: news.decisionId,
    at: new Date(atMs).toISOString(),
    attempt: news.attempt,
    gateway: news.gateway,
    outcome: news.outcome,
    cause: cut(news.cause),
    sipStatus: news.sipStatus === 0 ? null : news.sipStatus,
    postDialDelayMs: news.postDialDelayMs ?? null,
    answeredSeconds: news.answeredMs === undefined ? null : news.answeredMs / 1000,
  };
}

/** Who is not in the plan; first those that health and limits keep out, since the others are no news. */
function passedOverIn({ call, decision, out, full }: DecidedCall): readonly PassedOverGateway[] {
  const isDoubted = decision.outcome === 'planned' && decision.isDoubted;
  const why = new Map([...full, ...(isDoubted ? [] : out)]);
  const all = gatewaysPassedOver(decision, call, why);
  if (all.length <= PASSED_OVER_LIMIT || why.size === 0) return all;
  return [...all.filter(({ gateway }) => why.has(gateway)), ...all.filter(({ gateway }) => !why.has(gateway))];
}

/** What a caller or a switch sent, none of it longer than can matter. */
function cutCall(call: Call): Call {
  return {
    ...call,
    hostname: cut(call.hostname),
    channelUuid: cut(call.channelUuid),
    context: cut(call.context),
    destinationNumber: cutText(call.destinationNumber),
    callerNumber: cutText(call.callerNumber),
    networkAddress: cut(call.networkAddress),
    headers: new Map([...call.headers].map(([name, value]) => [name, cutText(value)])),
  };
}

function cut(text: string): string {
  return text.length > TEXT_LIMIT ? text.slice(0, TEXT_LIMIT) : text;
}

function cutText(text: CallerText): CallerText {
  return callerText(cut(plainText(text)));
}
