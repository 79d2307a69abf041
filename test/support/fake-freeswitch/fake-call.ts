import { equalIgnoringAsciiCase } from '../ascii-case.ts';
import { readPlan, type PlanAction } from '../read-plan.ts';
import { executePlan, type Outcome, type PlanStep } from '../run-plan.ts';
import { childrenNamed } from '../xml-node.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallOptions, CallResult, RunningCall, TriedLeg } from './call-result.ts';
import { CallerLeg } from './caller-leg.ts';
import type { ChannelTable } from './channel-table.ts';
import type { GatewayBehaviour, GatewayCall } from './gateway-behaviour.ts';
import type { GatewayTable } from './gateway-table.ts';
import { dialplanFields, inboundLeg } from './inbound-leg.ts';
import { fireLeg, legOrigins } from './leg-events.ts';
import { OriginateLeg, type LegLimits } from './originate-leg.ts';
import { outboundLeg } from './outbound-leg.ts';
import { causeOfStatus } from './sip-causes.ts';
import type { SofiaGateway } from './sofia-gateway.ts';
import type { SwitchCore } from './switch-core.ts';
import type { Found, XmlCurlClient } from './xml-curl-client.ts';

type DialStep = Extract<PlanStep, { readonly kind: 'dial' }>;

export interface CallWorld {
  readonly core: SwitchCore;
  readonly xmlCurl: XmlCurlClient;
  readonly gateways: GatewayTable;
  readonly channels: ChannelTable;
  /** What stands inside `${expand(...)}`. */
  readonly expand: (command: string) => Promise<string>;
  readonly behaviour: (call: GatewayCall) => GatewayBehaviour;
}

/** How long the caller's leg takes to notice what its other leg does. */
const noticeMs = 20;
/** What the switch itself waits for an answer, unless call_timeout says otherwise (contract 6.6). */
const originateSeconds = 60;

/** One call from its INVITE to its end: the dialplan request, then the plan, action by action (contract 6.7). */
export class FakeCall implements RunningCall {
  readonly result: Promise<CallResult>;
  readonly #world: CallWorld;
  readonly #options: CallOptions;
  readonly #caller: CallerLeg;
  readonly #startedMs: number;
  readonly #tried: TriedLeg[] = [];
  readonly #notSent: { readonly gateway: string; readonly cause: string }[] = [];
  #settled: { resolve: (result: CallResult) => void; reject: (error: unknown) => void };
  #decisionId: string | undefined;
  #current: OriginateLeg | undefined;
  #isOver = false;
  #lastCause = 'NORMAL_CLEARING';

  constructor(world: CallWorld, options: CallOptions) {
    this.#world = world;
    this.#options = options;
    this.#settled = { resolve: () => undefined, reject: () => undefined };
    this.result = new Promise((resolve, reject) => {
      this.#settled = { resolve, reject };
    });
    this.#startedMs = world.core.clock.nowMs();
    const { number, context = 'default', callerNumber = '2001', networkAddress = '127.0.0.1' } = options;
    const profile = world.gateways.profiles[0]?.name ?? 'external';
    const leg = inboundLeg({ number, context, callerNumber, networkAddress, profile }, world.core);
    this.#caller = new CallerLeg(world.core, leg, this.#tried);
  }

  get uuid(): string {
    return this.#caller.leg.uuid;
  }

  start(): void {
    const { core, channels } = this.#world;
    channels.add(this.#caller.leg);
    fireLeg(core, 'CHANNEL_CREATE', this.#caller.leg, legOrigins.running);
    const { cancelAfterMs } = this.#options;
    if (cancelAfterMs !== undefined) {
      core.clock.after(cancelAfterMs, () => {
        if (!this.#caller.isAnswered) this.hangUp();
      });
    }
    this.#run().catch((error: unknown) => {
      this.#isOver = true;
      this.#settled.reject(error);
    });
  }

  hangUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#caller.isAnswered) {
      this.#caller.tellBye(this.#current?.leg);
      this.#current?.hangUp('NORMAL_CLEARING');
      this.#caller.endWithBye();
      this.#finish(200);
    } else {
      this.#current?.hangUp('ORIGINATOR_CANCEL');
      this.#caller.endWithCancel();
      this.#finish(487);
    }
  }

  /** The switch is gone: nothing is said to anybody. */
  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#current?.drop();
    this.#settle(this.#caller.isAnswered ? 200 : undefined);
  }

  async #run(): Promise<void> {
    const { core, xmlCurl } = this.#world;
    const { leg } = this.#caller;
    leg.state = 'routing';
    leg.callState = 'RINGING';
    core.count(8);
    const found = await xmlCurl.lookup({ section: 'dialplan', fields: dialplanFields(leg, core) });
    if (this.#over()) return;
    leg.state = 'execute';
    const actions = actionsFor(found, leg.context);
    // Nothing matched (contract 6.1); the switch has no dialplan of its own.
    const outcome = actions === undefined ? { hangupCause: 'NO_ROUTE_DESTINATION' } : await this.#execute(actions);
    if (outcome !== undefined) this.#conclude(outcome);
  }

  async #execute(actions: readonly PlanAction[]): Promise<Outcome | undefined> {
    const plan = executePlan(actions, this.#caller.variables);
    let next = plan.next();
    while (next.done !== true) {
      this.#caller.showVariables();
      const step = next.value;
      const output = step.kind === 'expand' ? await this.#world.expand(step.command) : await this.#dial(step);
      if (this.#over()) return undefined;
      next = plan.next(output);
    }
    this.#caller.showVariables();
    return next.value;
  }

  /** A method, since it may have changed during any wait. */
  #over(): boolean {
    return this.#isOver;
  }

  async #dial(step: DialStep): Promise<string> {
    const { core, gateways } = this.#world;
    const { gateway: name, leg: dialled } = step;
    const brackets = /^\[[^\]]*\]/.exec(step.data)?.[0] ?? '[]';
    this.#caller.bridging(`${brackets}sofia/gateway/${name}/${dialled.number}`);
    core.count(3);
    const gateway = gateways.find(name);
    if (gateway?.status === 'UP') return this.#call(step, gateway, assignments(brackets));
    if (gateway !== undefined) gateway.failedOut += 1;
    // No event names the gateway (contract 7.6).
    core.count(1);
    const cause = gateway === undefined ? 'INVALID_GATEWAY' : 'GATEWAY_DOWN';
    this.#notSent.push({ gateway: name, cause });
    this.#caller.failed({ cause, sipStatus: undefined });
    return cause;
  }

  async #call(
    { leg: { number, decision, attempt, ...dialled } }: DialStep,
    gateway: SofiaGateway,
    variables: readonly (readonly [string, string])[],
  ): Promise<string> {
    const { core, channels, behaviour } = this.#world;
    const leg = outboundLeg(this.#caller.leg, gateway, { number, variables }, core);
    this.#decisionId ??= decision;
    const { name } = gateway;
    const tried = { gateway: name, number, attempt: attempt ?? this.#tried.length + 1, uuid: leg.uuid, cause: '' };
    this.#tried.push(tried);
    const script = behaviour({
      gateway: name,
      number,
      attempt: attempt ?? 0,
      decisionId: decision ?? '',
      random: core.random,
    });
    const limits = {
      legProgress: dialled.legProgressTimeout,
      leg: dialled.legTimeout,
      originate: Number(this.#caller.variables.get('call_timeout') ?? originateSeconds),
    };
    const current = this.#legTo(leg, gateway, script, limits);
    this.#current = current;
    this.#caller.calling(leg);
    channels.add(leg);
    current.start();
    const end = await current.ended;
    tried.cause = end.cause;
    channels.remove(leg);
    this.#current = undefined;
    this.#lastCause = end.cause;
    if (this.#over()) return end.cause;
    if (end.wasAnswered) {
      if (leg.times.bridged === 0) this.#answer(leg);
      return 'answer';
    }
    this.#caller.failed(end);
    return end.cause;
  }

  /** A leg that the caller's leg hears of a little later. */
  #legTo(leg: CallLeg, gateway: SofiaGateway, script: GatewayBehaviour, limits: LegLimits): OriginateLeg {
    const { times } = this.#caller.leg;
    const current = new OriginateLeg(this.#world.core, leg, gateway, script, limits, {
      onRing: () => {
        times.progress = leg.times.progress;
        this.#notice(current, () => {
          this.#caller.ring();
        });
      },
      onEarlyMedia: () => {
        times.progressMedia = leg.times.progressMedia;
        this.#notice(current, () => {
          this.#caller.media();
        });
      },
      onAnswer: () => {
        this.#notice(current, () => {
          this.#answer(leg);
        });
      },
    });
    return current;
  }

  #answer(leg: CallLeg): void {
    const { hangupAfterMs } = this.#options;
    if (hangupAfterMs !== undefined && !this.#caller.isAnswered) {
      this.#world.core.clock.after(hangupAfterMs, () => {
        this.hangUp();
      });
    }
    this.#caller.answer(leg);
  }

  #notice(leg: OriginateLeg, run: () => void): void {
    this.#world.core.clock.after(noticeMs, () => {
      if (!this.#isOver && this.#current === leg) run();
    });
  }

  #conclude(outcome: Outcome): void {
    this.#isOver = true;
    if (this.#caller.isAnswered) {
      this.#caller.sendBye(this.#lastCause);
      this.#finish(200);
    } else if (typeof outcome === 'object' && 'respond' in outcome) {
      this.#caller.refuse(causeOfStatus(outcome.respond));
      this.#finish(outcome.respond);
    } else {
      const cause = outcome === 'answered' ? 'NORMAL_CLEARING' : outcome.hangupCause;
      this.#caller.refuse(cause);
      this.#finish(this.#caller.statusFor(cause));
    }
  }

  #finish(finalStatus: number): void {
    this.#world.channels.remove(this.#caller.leg);
    this.#settle(finalStatus);
  }

  #settle(finalStatus: number | undefined): void {
    // A leg that the caller has just ended resumes the plan later.
    const ended = this.#tried.at(-1);
    if (ended?.cause === '') ended.cause = this.#current?.leg.hangupCause ?? '';
    this.#settled.resolve({
      answered: this.#caller.isAnswered,
      finalStatus,
      tried: this.#tried,
      notSent: this.#notSent,
      decisionId: this.#decisionId,
      startedMs: this.#startedMs,
      endedMs: this.#world.core.clock.nowMs(),
    });
  }
}

/** The actions for a context: its own, else those of `global`, else none (contract 6.1). */
function actionsFor(found: Found | undefined, context: string): readonly PlanAction[] | undefined {
  if (found?.node === undefined) return undefined;
  const names = childrenNamed(found.node, 'context').map(({ attributes }) => attributes.get('name') ?? '');
  const wanted = [context, 'global'].find((name) => names.some((it) => equalIgnoringAsciiCase(it, name)));
  return wanted === undefined ? undefined : readPlan(found.root, wanted).actions;
}

/** The variables of a leg, `[name=value,...]`. */
function assignments(brackets: string): readonly (readonly [string, string])[] {
  const pairs = brackets.slice(1, -1).split(',');
  return pairs.flatMap((pair) => {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
}
