import { asciiLower } from './ascii-case.ts';
import { distributedGateway, parseDialString } from './parse-dial-string.ts';
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

/**
 * Executes a plan like FreeSWITCH does (contract 6.7). A plan that runs out of actions hangs up with NORMAL_CLEARING;
 * the SIP status that the caller then sees is that of the last leg that sent one (verified.md), which is not modelled.
 */
export function runPlan(actions: readonly PlanAction[], dial: Dial, expand: Expand = notExpected): PlanRun {
  const variables = new Map<string, string>();
  const tried: string[] = [];
  let answered = false;
  const end = (outcome: Outcome): PlanRun => ({ tried, outcome: answered ? 'answered' : outcome });

  for (const { application, data } of actions) {
    switch (application) {
      case 'set':
        setVariable(variables, data, expand);
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
        if (leg.onlyAfterErr === true && picked !== '-err') {
          // A name that no gateway has: nothing is called, and INVALID_GATEWAY is the cause.
          if (continuesAfter('INVALID_GATEWAY', variables.get('continue_on_fail'))) break;
          return end({ hangupCause: 'INVALID_GATEWAY' });
        }
        const named = leg.spare !== undefined && picked === leg.gateway ? leg.spare : leg.gateway;
        const gateway = named === distributedGateway ? picked : named;
        tried.push(gateway);
        const result = dial(gateway, leg.number);
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

function setVariable(variables: Map<string, string>, data: string, expand: Expand): void {
  const [, name = '', text = ''] = /^([^=]*)=(.*)$/s.exec(data) ?? [];
  const command = /^\$\{expand\((.*)\)\}$/.exec(text)?.[1];
  const [, then, otherwise] = /^\$\{cond\(x\$\{trunkhunt_gateway\} == x-err \? (.*) : (.*)\)\}$/.exec(text) ?? [];
  const conditional = variables.get('trunkhunt_gateway') === '-err' ? then : otherwise;
  const value = command === undefined ? (conditional ?? text) : expand(command);
  // An empty value removes the variable.
  if (value === '') {
    variables.delete(name);
  } else {
    variables.set(name, value);
  }
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
