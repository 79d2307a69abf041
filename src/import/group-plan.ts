import type { ContinuePolicy } from './continue-policy.ts';
import type { DialStringLeg } from './read-dial-string.ts';
import type { BridgeStep, ExtensionSteps } from './extension-steps.ts';
import { isTrue } from './is-true.ts';
import { leadingInteger } from './leading-integer.ts';
import { NotCarriedError } from './not-carried-error.ts';
import type { SourcePlace } from './reading.ts';

/** Whom an extension calls, in which order and for how long: what a group says. */
export interface GroupPlan {
  /** Either a list of mod_distributor, or gateways by name in their order. */
  readonly list: string | undefined;
  readonly gateways: readonly string[];
  readonly maxAttempts: number;
  /** Whether `export` wrote it: then a list goes by its gateways' order too, and tries may be as many as gateways. */
  readonly isExported: boolean;
  /** The group that `export` wrote it for, where it says so. */
  readonly exportedGroup?: string | undefined;
  readonly progressTimeoutSeconds: number | undefined;
  readonly answerTimeoutSeconds: number | undefined;
  /** After which causes the next gateway follows; undefined where none can. */
  readonly continueOn: ContinuePolicy | undefined;
  /** What stands after the gateway's name in the dial string. */
  readonly number: string;
  readonly callerIdNumber: string | undefined;
  readonly callerIdName: string | undefined;
  /** What it did and a group does otherwise. */
  readonly remarks: readonly { readonly from: SourcePlace; readonly what: string; readonly why: string }[];
}

const NEEDLESS =
  /^(?:ignore_early_media|outbound_redirect_fatal|local_var_clobber|originate_continue_on_timeout|trunkhunt_\w+)$/;

/** Makes one plan of all that an extension tries. @throws NotCarriedError where a group has no room for it */
export function groupPlan(extension: ExtensionSteps): GroupPlan {
  const { steps } = extension;
  const [first] = steps;
  const legs = steps.flatMap((step) => step.legs);
  const [leg] = legs;
  if (first === undefined || leg === undefined) throw new Error('an extension without a bridge has no plan');
  const remarks = [...extension.dropped];
  const gateways = [...new Set(legs.flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway])))];
  const lists = new Set(legs.flatMap(({ list }) => (list === undefined ? [] : [list])));
  if (lists.size > 1 || (lists.size === 1 && gateways.length > 0)) {
    throw new NotCarriedError(
      first.from,
      'it tries several lists, or a list and gateways by name, and a route has one group',
    );
  }
  const maxAttempts =
    leg.list === undefined ? gateways.length : new Set(legs.map(({ choice }, at) => choice ?? at)).size;
  if (maxAttempts < legs.length) {
    remarks.push({
      from: first.from,
      what: 'a gateway that it tries more than once',
      why: 'a served plan tries each gateway once',
    });
  }
  if (maxAttempts > 1 && steps.length > 1 && !extension.hangsUpAfterBridge) {
    const why =
      'without hangup_after_bridge the next gateway is called after a call that was answered; a served plan hangs up';
    remarks.push({ from: first.from, what: 'the end of a call', why });
  }
  const continueOn = maxAttempts < 2 ? undefined : commonPolicy(steps);
  if (continueOn === 'all') {
    const why =
      'it goes on after every failure, so that a busy callee is rung through the next gateway as well; rows of group_failover_causes keep it so, and may be deleted';
    remarks.push({ from: first.from, what: 'failures', why });
  }
  for (const name of needlessIn(legs)) {
    const why = 'it is not carried over: a served plan sees to that itself, or has no use for it';
    remarks.push({ from: first.from, what: `variable '${name}'`, why });
  }
  const limits = steps.flatMap((step) => step.legs.map((one) => legLimits(step, one)));
  return {
    list: leg.list,
    gateways,
    maxAttempts,
    isExported: false,
    continueOn,
    number:
      agreed(
        first,
        legs.map(({ number }) => number),
        'dials different numbers at different gateways',
      ) ?? '',
    progressTimeoutSeconds: agreed(
      first,
      limits.map(({ progress }) => progress),
      'has different progress timeouts',
    ),
    answerTimeoutSeconds: agreed(
      first,
      limits.map(({ answer }) => answer),
      'has different timeouts',
    ),
    callerIdNumber:
      agreed(
        first,
        limits.map(({ number }) => number),
        'has different caller ids',
      ) ?? extension.callerIdNumber,
    callerIdName:
      agreed(
        first,
        limits.map(({ name }) => name),
        'has different caller ids',
      ) ?? extension.callerIdName,
    remarks,
  };
}

/** After all failures within a `|` list; between actions, after what the channel says. */
function commonPolicy(steps: readonly BridgeStep[]): ContinuePolicy {
  const between = steps.slice(0, -1).map(({ continueOn }) => continueOn);
  const policies: readonly ContinuePolicy[] = steps.some(({ legs }) => legs.length > 1) ? [...between, 'all'] : between;
  const [first = 'all'] = policies;
  if (policies.some((policy) => policyKey(policy) !== policyKey(first))) {
    const from = steps[0]?.from ?? { file: '', line: 1 };
    throw new NotCarriedError(
      from,
      'it goes on after some causes here and after others there, and a group has one policy',
    );
  }
  return first;
}

/** A text that is the same for the same policy. */
export function policyKey(policy: ContinuePolicy | undefined): string {
  return policy === undefined || policy === 'all' ? String(policy) : [...policy].sort().join();
}

/** `outbound_redirect_fatal` is what a served plan has as well. */
function needlessIn(legs: readonly DialStringLeg[]): ReadonlySet<string> {
  const variables = legs.flatMap((leg) => [...leg.variables]);
  const others = variables.filter(([name, value]) => name !== 'outbound_redirect_fatal' || !isTrue(value));
  return new Set(others.flatMap(([name]) => (NEEDLESS.test(name) ? [name] : [])));
}

interface LegLimits {
  readonly progress: number | undefined;
  readonly answer: number | undefined;
  readonly number: string | undefined;
  readonly name: string | undefined;
}

function legLimits(step: BridgeStep, { variables }: DialStringLeg): LegLimits {
  let { callTimeoutSeconds } = step;
  const read = { progress: [] as number[], answer: [] as number[], number: '', name: '' };
  for (const [name, value] of variables) {
    if (name === 'leg_timeout') read.answer.push(leadingInteger(value));
    else if (name === 'leg_progress_timeout' || name === 'progress_timeout') read.progress.push(leadingInteger(value));
    else if (name === 'originate_timeout' || name === 'call_timeout') callTimeoutSeconds = leadingInteger(value);
    else if (name === 'origination_caller_id_number') read.number = value;
    else if (name === 'origination_caller_id_name') read.name = value;
    else if (!NEEDLESS.test(name)) throw new NotCarriedError(step.from, `it gives the leg a variable, '${name}'`);
  }
  if (callTimeoutSeconds !== undefined) {
    // It ends the whole list, and later legs are not tried any more (contract 6.6).
    if (step.legs.length > 1) throw new NotCarriedError(step.from, 'its timeout is one of all gateways together');
    read.answer.push(callTimeoutSeconds);
  }
  const least = (all: readonly number[]): number | undefined => {
    const set = all.filter((seconds) => seconds > 0);
    return set.length === 0 ? undefined : Math.min(...set);
  };
  return {
    progress: least(read.progress),
    answer: least(read.answer),
    number: read.number || undefined,
    name: read.name || undefined,
  };
}

function agreed<Value>(step: BridgeStep, values: readonly Value[], what: string): Value | undefined {
  const [first] = values;
  if (values.some((value) => value !== first)) throw new NotCarriedError(step.from, `it ${what}, and a route has one`);
  return first;
}
