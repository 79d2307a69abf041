import { asciiLower } from './ascii-case.ts';
import { distributedGateway, parseDialString, type DialString } from './parse-dial-string.ts';
import type { PlanAction } from './read-plan.ts';

export type Outcome = 'answered' | { readonly hangupCause: string } | { readonly respond: number };

export interface PlanRun {
  /** The gateways of the bridges executed, in order. */
  readonly tried: readonly string[];
  readonly outcome: Outcome;
}

/** What a gateway does with a call: `answer`, or the name of the FreeSWITCH cause it fails with. */
export type Dial = (gateway: string, number: string) => string;

/** Resolves what stands inside `${expand(...)}`, for example `distributor carriers`. */
export type Expand = (command: string) => string;

/** Causes that always let a plan go on, unless a variable says which do (contract 6.7). */
const continuingByDefault: ReadonlySet<string> = new Set(['no_answer', 'no_user_response', 'originator_cancel']);
const trueWords: ReadonlySet<string> = new Set(['yes', 'on', 'true', 't', 'enabled', 'active', 'allow']);

/** What a plan waits for while it runs: the output of a command, or how a leg ended. */
export type PlanStep =
  | { readonly kind: 'expand'; readonly command: string }
  | {
      readonly kind: 'dial';
      readonly gateway: string;
      readonly leg: DialString;
      /** The action as it stands in the plan. */
      readonly data: string;
    };

/**
 * Executes a plan like FreeSWITCH does (contract 6.7). A plan that runs out of actions hangs up with NORMAL_CLEARING;
 * the SIP status that the caller then sees is that of the last leg that sent one (verified.md), which is not modelled.
 */
export function runPlan(actions: readonly PlanAction[], dial: Dial, expand: Expand = notExpected): PlanRun {
  const tried: string[] = [];
  const run = executePlan(actions);
  let next = run.next();
  while (next.done !== true) {
    const step = next.value;
    if (step.kind === 'expand') {
      next = run.next(expand(step.command));
    } else {
      tried.push(step.gateway);
      next = run.next(dial(step.gateway, step.leg.number));
    }
  }
  return { tried, outcome: next.value };
}

/**
 * The same, one step at a time: each step is resumed with the command's output, or with `answer` or the cause that the
 * leg ended with; `answer` when the called party has hung up.
 * @param variables the channel variables of the calling leg, which whoever resumes may change
 */
export function* executePlan(
  actions: readonly PlanAction[],
  variables = new Map<string, string>(),
): Generator<PlanStep, Outcome, string> {
  let answered = false;
  const end = (outcome: Outcome): Outcome => (answered ? 'answered' : outcome);

  for (const { application, data } of actions) {
    switch (application) {
      case 'set':
        yield* setVariable(variables, data);
        break;
      case 'unset':
        variables.delete(data);
        break;
      case 'hangup':
        return end({ hangupCause: data });
      case 'respond':
        return end({ respond: Number.parseInt(data, 10) });
      case 'bridge': {
        const leg = parseDialString(data);
        const picked = variables.get('trunkhunt_gateway') ?? '';
        if (leg.onlyAfterErr === true && condition(picked, '-err', 'called', 'not called') !== 'called') {
          // A name that no gateway has: nothing is called, and INVALID_GATEWAY is the cause.
          if (continuesAfter('INVALID_GATEWAY', variables.get('continue_on_fail'))) break;
          return end({ hangupCause: 'INVALID_GATEWAY' });
        }
        const named = leg.spare === undefined ? leg.gateway : condition(picked, leg.gateway, leg.spare, leg.gateway);
        const gateway = named === distributedGateway ? picked : named;
        const result = yield { kind: 'dial', gateway, leg, data };
        if (result === 'answer') {
          answered = true;
          // Without the variable the plan goes on when the called party has hung up: the next gateway is called.
          if (hangsUpAfterBridge(variables.get('hangup_after_bridge'))) {
            return end('answered');
          }
        } else if (!continuesAfter(result, variables.get('continue_on_fail'))) {
          return end({ hangupCause: result });
        }
        break;
      }
    }
  }
  return end({ hangupCause: 'NORMAL_CLEARING' });
}

function* setVariable(variables: Map<string, string>, data: string): Generator<PlanStep, void, string> {
  const [, name = '', text = ''] = /^([^=]*)=(.*)$/s.exec(data) ?? [];
  const command = /^\$\{expand\((.*)\)\}$/.exec(text)?.[1];
  const [, then, otherwise] = /^\$\{cond\(x\$\{trunkhunt_gateway\} == x-err \? (.*) : (.*)\)\}$/.exec(text) ?? [];
  let value = text;
  if (command !== undefined) {
    value = yield { kind: 'expand', command };
  } else if (then !== undefined && otherwise !== undefined) {
    value = condition(variables.get('trunkhunt_gateway') ?? '', '-err', then, otherwise);
  }
  // An empty value removes the variable.
  if (value === '') {
    variables.delete(name);
  } else {
    variables.set(name, value);
  }
}

/**
 * `${cond(x${trunkhunt_gateway} == x... ? ... : ...)}` of mod_commands. Its operands end at the first space, so after an
 * error message in the place of a gateway it answers -ERR, which no gateway is called.
 */
function condition(picked: string, compared: string, then: string, otherwise: string): string {
  if (/\s/.test(picked)) return '-ERR';
  return picked === compared ? then : otherwise;
}

function continuesAfter(cause: string, continueOnFail: string | undefined): boolean {
  const name = asciiLower(cause);
  if (name === 'attended_transfer') {
    return false;
  }
  if (continueOnFail === undefined) {
    return continuingByDefault.has(name);
  }
  if (isTrue(continueOnFail)) {
    return true;
  }
  const listed = continueOnFail.split(',').map((word) => asciiLower(word.trim()));
  if (listed.some((word) => /^[0-9]+$/.test(word))) {
    throw new Error(`cause numbers are not modelled: ${continueOnFail}`);
  }
  return listed.includes(name);
}

function hangsUpAfterBridge(value: string | undefined): boolean {
  return value !== undefined && (isTrue(value) || asciiLower(value) === 'explicit');
}

/** FreeSWITCH's idea of a true word; any lone number other than 0 is one, also as a `continue_on_fail` (contract 6.7). */
function isTrue(value: string): boolean {
  return trueWords.has(asciiLower(value)) || (/^-?[0-9.]+$/.test(value) && Math.trunc(Number.parseFloat(value)) !== 0);
}

function notExpected(command: string): never {
  throw new Error(`nothing was given to expand ${command}`);
}
