import type { ConfigurationElement } from '../xml/configuration-element.ts';
import { type ContinuePolicy, readContinuePolicy } from './continue-policy.ts';
import { type DialStringLeg, listAskedBy, readDialString } from './read-dial-string.ts';
import { isTrue } from './is-true.ts';
import { leadingInteger } from './leading-integer.ts';
import { NotCarriedError } from './not-carried-error.ts';
import type { SourcePlace } from './reading.ts';

/** One bridge action, done once. */
export interface BridgeStep {
  readonly legs: readonly DialStringLeg[];
  readonly from: SourcePlace;
  /** After which causes the next step follows. */
  readonly continueOn: ContinuePolicy;
  /** Of the channel, which ends a bridge; undefined = FreeSWITCH's default, 60. */
  readonly callTimeoutSeconds: number | undefined;
}

/** All that an extension does. */
export interface ExtensionSteps {
  readonly steps: readonly BridgeStep[];
  readonly callerIdNumber: string | undefined;
  readonly callerIdName: string | undefined;
  readonly hangsUpAfterBridge: boolean;
  /** What is done besides, and need not be done any more. */
  readonly dropped: readonly { readonly from: SourcePlace; readonly what: string; readonly why: string }[];
}

/** Variables that a plan of trunkhunt has by itself, or that mean nothing to it. */
const NEEDLESS_VARIABLES: Readonly<Record<string, string>> = {
  ignore_early_media: 'a served plan goes on after early media as well',
  outbound_redirect_fatal: 'a served plan has it',
};

/** Applications that change nothing about a call. */
const HARMLESS: ReadonlySet<string> = new Set(['log', 'info']);

/** Reads actions in their order. @throws NotCarriedError where they do more than pick gateways */
export function readSteps(actions: readonly ConfigurationElement[]): ExtensionSteps {
  const reader = new ActionReader();
  for (const action of actions) reader.read(action);
  return reader;
}

class ActionReader implements ExtensionSteps {
  readonly steps: BridgeStep[] = [];
  readonly dropped: { from: SourcePlace; what: string; why: string }[] = [];
  callerIdNumber: string | undefined;
  callerIdName: string | undefined;
  readonly #variables = new Map<string, string>();
  readonly #lists = new Map<string, string>();
  #isOver = false;

  get hangsUpAfterBridge(): boolean {
    return isTrue(this.#variables.get('hangup_after_bridge'));
  }

  read(action: ConfigurationElement): void {
    const application = action.attribute('application') ?? '';
    const data = action.text === '' ? (action.attribute('data') ?? '') : action.text;
    const loop = action.attribute('loop');
    const times = loop === undefined ? 1 : leadingInteger(loop);
    const refuse = (why: string): never => {
      throw new NotCarriedError(action.place, why);
    };
    if (this.#isOver) return refuse(`'${application}' comes after the call has ended`);
    if (isTrue(action.attribute('inline')))
      return refuse(`'${application}' is done inline, while the dialplan is read`);
    if (times < 1) {
      this.#drop(action, `'${application}'`, `its loop is '${loop ?? ''}', so FreeSWITCH never does it`);
    } else if (application === 'bridge') this.#bridge(action, data, times, refuse);
    else if (application === 'set') this.#set(action, data, refuse);
    else if (application === 'distributor') {
      const list = /^\s*([^\s$]+)\s*$/.exec(data)?.[1];
      if (list === undefined) return refuse(`it asks mod_distributor with exceptions: '${data}'`);
      this.#lists.set('DISTRIBUTOR', list);
    } else if (application === 'respond' || application === 'hangup') {
      if (this.steps.length === 0) return refuse(`it answers '${application} ${data}' and picks no gateway`);
      this.#isOver = true;
      if (data.trim() !== '503') {
        this.#drop(
          action,
          `'${application} ${data}'`,
          "the caller hears the last gateway's answer, and 503 where none could be tried",
        );
      }
    } else if (HARMLESS.has(application)) this.#drop(action, `'${application}'`, 'it does nothing to the call');
    else if (application !== 'unset' || data !== 'last_bridge_proto_specific_hangup_cause') {
      refuse(`'${application}' does more than pick a gateway`);
    }
  }

  #bridge(action: ConfigurationElement, data: string, times: number, refuse: (why: string) => never): void {
    const legs = readDialString(data.trim(), this.#lists);
    if (typeof legs === 'string') return refuse(legs);
    const timeout = this.#variables.get('call_timeout') ?? this.#variables.get('originate_timeout');
    const step: BridgeStep = {
      legs,
      from: action.place,
      continueOn: readContinuePolicy(this.#variables.get('continue_on_fail'), this.#variables.get('failure_causes')),
      callTimeoutSeconds: timeout === undefined ? undefined : leadingInteger(timeout),
    };
    if (this.steps.length + times > 1000) refuse('it tries more often than any caller waits');
    this.steps.push(...Array.from({ length: times }, () => step));
  }

  #set(action: ConfigurationElement, data: string, refuse: (why: string) => never): void {
    const equals = data.indexOf('=');
    const name = data.slice(0, Math.max(0, equals)).trim();
    const value = data.slice(equals + 1).trim();
    if (equals < 1) return refuse('it has a set without a =');
    const list = listAskedBy(value);
    if (list !== undefined) {
      this.#lists.set(name, list);
      return;
    }
    if (/[$\\]/.test(value)) return refuse(`it sets '${name}' to what only a call knows`);
    const needless = NEEDLESS_VARIABLES[name];
    if (needless !== undefined) this.#drop(action, `variable '${name}'`, needless);
    else if (name === 'effective_caller_id_number' || name === 'effective_caller_id_name') {
      if (this.steps.length > 0) return refuse(`it sets '${name}' between two gateways`);
      if (name === 'effective_caller_id_number') this.callerIdNumber = value;
      else this.callerIdName = value;
    } else if (/^(?:hangup_after_bridge|continue_on_fail|failure_causes|call_timeout|originate_timeout)$/.test(name)) {
      // An empty value unsets.
      if (value === '') this.#variables.delete(name);
      else this.#variables.set(name, value);
    } else refuse(`it sets '${name}', which a route cannot`);
  }

  #drop(action: ConfigurationElement, what: string, why: string): void {
    this.dropped.push({ from: action.place, what, why });
  }
}
