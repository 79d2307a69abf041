import { type NumberCharset } from './parse-dial-string.ts';
import { readPlan } from './read-plan.ts';
import type { XmlNode } from './xml-node.ts';

/** Whom a leg calls: a gateway, or whom FreeSWITCH puts there as the plan runs. */
export type Called =
  | { readonly kind: 'gateway'; readonly gateway: string }
  | { readonly kind: 'chosen' }
  /** The spare one where mod_distributor has chosen the gateway. */
  | { readonly kind: 'unless_chosen'; readonly gateway: string; readonly spare: string }
  | { readonly kind: 'where_nobody_chosen'; readonly spare: string };

/** After which causes the plan goes on; `whereNobody` instead where mod_distributor has chosen nobody. */
export interface Policy {
  readonly causes: readonly string[];
  readonly whereNobody?: readonly string[];
}

export interface Attempt {
  /** Where it is said before this leg. */
  readonly policy?: Policy;
  readonly progressTimeout: number;
  readonly timeout: number;
  readonly decision: string;
  readonly attempt: number;
  readonly called: Called;
  readonly number: string;
}

export interface DialplanPlan {
  readonly callTimeout?: number;
  readonly callerNumber?: string;
  readonly callerName?: string;
  readonly choice?: {
    readonly list: string;
    readonly exceptions: readonly string[];
    readonly profiles: readonly string[];
  };
  readonly attempts: readonly Attempt[];
}

export type DialplanAnswer = DialplanPlan | { readonly refusal: 484 | 503 };

/** The actions of a dialplan answer, each as `APPLICATION DATA` on a line. Throws where there is more than one context, extension or condition. */
export function actionLines(root: XmlNode, context: string, charset: NumberCharset = 'user'): string {
  const { actions } = readPlan(root, context, charset);
  const broken = actions.find(({ data }) => data.includes('\n'));
  if (broken !== undefined) throw new Error(`${broken.application} has a line break in ${JSON.stringify(broken.data)}`);
  return actions.map(({ application, data }) => `${application} ${data}\n`).join('');
}

const NAME = /[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}/;
const SECONDS = /[1-9][0-9]{0,3}/;
const USER = /\+?[0-9*#A-Za-z._-]{1,64}/;
const CAUSE = /[A-Z_]{1,64}/;
const CALLER_NAME = /[^\p{Cc}\p{Cs}"$%',/:;<>@[\\\]^{|}]{1,64}/u;
const WHERE_NOBODY = '${cond(x${trunkhunt_gateway} == x-err ? ';

/** The grammar of `docs/dial-strings.md`, by hand: what it does not name is an error. */
export function parseDialplanAnswer(lines: string): DialplanAnswer {
  const text = new Cursor(lines);
  const [refusal] = ['484', '503'].filter((status) => lines === `respond ${status}\n`);
  if (refusal !== undefined) return { refusal: refusal === '484' ? 484 : 503 };
  text.expect('set hangup_after_bridge=true\n');
  const callTimeout = text.optionalLine('set call_timeout=', SECONDS);
  const callerNumber = text.optionalLine('set effective_caller_id_number=', USER);
  const callerName = text.optionalLine('set effective_caller_id_name=', CALLER_NAME);
  const choice = parseChoice(text);
  const attempts = [parseAttempt(text, parsePolicy(text, true))];
  while (!text.takes('respond 503\n')) {
    const policy = parsePolicy(text, false);
    text.expect('unset last_bridge_proto_specific_hangup_cause\n');
    attempts.push(parseAttempt(text, policy));
  }
  text.end();
  return {
    ...(callTimeout !== undefined && { callTimeout: Number(callTimeout) }),
    ...(callerNumber !== undefined && { callerNumber }),
    ...(callerName !== undefined && { callerName }),
    ...(choice !== undefined && { choice }),
    attempts,
  };
}

function parseChoice(text: Cursor): DialplanPlan['choice'] {
  if (!text.takes('set trunkhunt_gateway=${expand(distributor ')) return undefined;
  const list = text.take(NAME);
  const exceptions: string[] = [];
  const profiles: string[] = [];
  while (!text.takes(')}\n')) {
    text.expect(' ');
    if (text.takes('${sofia(profile ')) {
      profiles.push(text.take(NAME));
      text.expect(' gwlist down)}');
    } else if (profiles.length === 0) exceptions.push(text.take(NAME));
    else throw text.error('another profile');
  }
  if (profiles.length === 0) throw text.error('a profile');
  return { list, exceptions, profiles };
}

function parsePolicy(text: Cursor, isNeeded: true): Policy;
function parsePolicy(text: Cursor, isNeeded: boolean): Policy | undefined;
function parsePolicy(text: Cursor, isNeeded: boolean): Policy | undefined {
  if (!text.takes('set continue_on_fail=')) {
    if (isNeeded) throw text.error('a policy');
    return undefined;
  }
  if (!text.takes(WHERE_NOBODY)) {
    const policy = { causes: parseCauses(text) };
    text.expect('\n');
    return policy;
  }
  const whereNobody = parseCauses(text);
  text.expect(' : ');
  const causes = parseCauses(text);
  text.expect(')}\n');
  return { causes, whereNobody };
}

function parseCauses(text: Cursor): readonly string[] {
  const causes = [text.take(CAUSE)];
  while (text.takes(',')) causes.push(text.take(CAUSE));
  return causes;
}

function parseAttempt(text: Cursor, policy: Policy | undefined): Attempt {
  text.expect('bridge [leg_progress_timeout=');
  const progressTimeout = Number(text.take(SECONDS));
  text.expect(',leg_timeout=');
  const timeout = Number(text.take(SECONDS));
  text.expect(',outbound_redirect_fatal=true,trunkhunt_decision=');
  const decision = text.take(/[a-z0-9-]{1,40}/);
  text.expect(',trunkhunt_attempt=');
  const attempt = Number(text.take(/[1-9][0-9]{0,2}/));
  text.expect(']sofia/gateway/');
  const called = parseCalled(text);
  text.expect('/');
  const number = text.take(USER);
  text.expect('\n');
  return { ...(policy && { policy }), progressTimeout, timeout, decision, attempt, called, number };
}

function parseCalled(text: Cursor): Called {
  if (text.takes('${trunkhunt_gateway}')) return { kind: 'chosen' };
  if (text.takes(WHERE_NOBODY)) {
    const spare = text.take(NAME);
    text.expect(' : -err)}');
    return { kind: 'where_nobody_chosen', spare };
  }
  if (!text.takes('${cond(x${trunkhunt_gateway} == x')) return { kind: 'gateway', gateway: text.take(NAME) };
  const gateway = text.take(NAME);
  text.expect(' ? ');
  const spare = text.take(NAME);
  text.expect(' : ');
  const otherwise = text.take(NAME);
  text.expect(')}');
  if (otherwise !== gateway || spare === gateway) throw text.error('one of two gateways');
  return { kind: 'unless_chosen', gateway, spare };
}

class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  error(expected: string): Error {
    return new Error(`position ${this.#at}: expected ${JSON.stringify(expected)} in ${JSON.stringify(this.#text)}`);
  }

  takes(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  expect(literal: string): void {
    if (!this.takes(literal)) throw this.error(literal);
  }

  take(pattern: RegExp): string {
    const sticky = new RegExp(pattern, `${pattern.flags}y`);
    sticky.lastIndex = this.#at;
    const [taken] = sticky.exec(this.#text) ?? [];
    if (taken === undefined) throw this.error(pattern.source);
    this.#at += taken.length;
    return taken;
  }

  optionalLine(beginning: string, value: RegExp): string | undefined {
    if (!this.takes(beginning)) return undefined;
    const taken = this.take(value);
    this.expect('\n');
    return taken;
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.error('the end');
  }
}
