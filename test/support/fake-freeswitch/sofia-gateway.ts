import type { Header } from './fake-event.ts';
import type { Peer } from './peer.ts';
import type { GatewaySettings } from './read-gateway.ts';
import type { SwitchCore } from './switch-core.ts';

/** MS:2783. */
export type GatewayState =
  'UNREGED' | 'TRYING' | 'REGISTER' | 'REGED' | 'UNREGISTER' | 'FAILED' | 'FAIL_WAIT' | 'NOREG' | 'DOWN' | 'TIMEOUT';

/** What sofia gives up waiting for an answer after; it is then a 408 (contract 5.6). */
const sipTimeoutMs = 32_000;
const pingAnswerMs = 1;
const registerAnswerMs = 50;
const requestTimeout = 'Request Timeout';

export interface GatewayWorld {
  readonly core: SwitchCore;
  /** Who is at the far end just now. */
  readonly peer: (name: string) => Peer;
  /** Whom an answer to a ping is credited to: whoever has the name by then (contract 5.5). */
  readonly named: (name: string) => SofiaGateway | undefined;
}

/** One gateway of one profile, with the state machines of pings and registration (contract 5.6, REG:316-540). */
export class SofiaGateway {
  readonly settings: GatewaySettings;
  readonly profile: string;
  state: GatewayState;
  /** Only this decides whether calls are let out (contract 5.2). */
  status: 'UP' | 'DOWN';
  /** killgw only marks: the tick removes it. */
  deleted = false;
  /** When the next ping is due, in whole seconds since 1970; 0 = never. */
  pingAt = 0;
  pingCount = 0;
  pingMs = 0;
  isPinging = false;
  retryAt = 0;
  upSince: number;
  callsOut = 0;
  failedOut = 0;
  readonly #world: GatewayWorld;
  #pingSentMs = 0;
  #expiresAt = 0;
  #timeoutAt = 0;
  #failures = 0;
  #failureStatus = 0;
  /** Set once the registrar has spoken. */
  #registrar: string | undefined;
  #isUnregistering = false;

  constructor(settings: GatewaySettings, profile: string, world: GatewayWorld) {
    this.settings = settings;
    this.profile = profile;
    this.#world = world;
    this.state = settings.register ? 'UNREGED' : 'NOREG';
    // UP before any evidence, but only without registration (contract 5.6).
    this.status = settings.register ? 'DOWN' : 'UP';
    this.upSince = world.core.clock.stamp();
    if (settings.pingSeconds > 0) this.pingAt = this.#seconds() + settings.pingSeconds;
  }

  get name(): string {
    return this.settings.name;
  }

  /** Host and port as calls, pings and registrations find them. */
  get address(): { readonly host: string; readonly port: string } {
    const [, host = '', port = '5060'] = /^(?:sips?:)?([^:;]*)(?::([0-9]+))?/.exec(this.settings.proxy) ?? [];
    return { host, port };
  }

  /** killgw: marks for deletion; a registered one has to un-REGISTER first (contract 5.3). */
  kill(): void {
    if (this.deleted) return;
    if (this.state !== 'NOREG') {
      this.retryAt = 0;
      this.state = 'UNREGISTER';
    }
    this.deleted = true;
  }

  /** `register` and `unregister` have no effect on a gateway that does not register. */
  order(state: 'UNREGED' | 'UNREGISTER'): boolean {
    if (this.state === 'NOREG') return false;
    this.retryAt = 0;
    this.state = state;
    return true;
  }

  /** One round of the profile's worker thread, about once a second. */
  tick(): void {
    const before = this.state;
    this.#pingIfDue();
    this.#advance();
    if (this.state !== before) this.fireState();
  }

  fireState(status = 0, phrase = ''): void {
    const build = (): readonly Header[] => [
      ['Gateway', this.name],
      ['State', this.state],
      ['Ping-Status', this.status],
      ...(this.#registrar === undefined
        ? []
        : ([
            ['Register-Network-IP', this.#registrar],
            ['Register-Network-Port', this.address.port],
          ] as const)),
      ...(phrase === '' ? [] : ([['Phrase', phrase]] as const)),
      ...(status === 0 ? [] : ([['Status', String(status)]] as const)),
    ];
    const origin = ['sofia_reg.c', 'sofia_reg_fire_custom_gateway_state_event', 156] as const;
    this.#world.core.fireCustom('sofia::gateway_state', build, origin);
  }

  #pingIfDue(): void {
    const isDue = this.pingAt !== 0 && !this.isPinging && this.#seconds() >= this.pingAt;
    if (!isDue || this.deleted || (this.state !== 'NOREG' && this.state !== 'REGED')) return;
    this.isPinging = true;
    this.#pingSentMs = this.#world.core.clock.nowMs();
    const { pings, pingStatus = 200 } = this.#world.peer(this.name);
    const answers = pings === 'answer';
    this.#world.core.clock.after(answers ? pingAnswerMs : sipTimeoutMs, () => {
      const credited = this.#world.named(this.name);
      credited?.takePing(answers ? pingStatus : 408, answers ? 'OK' : requestTimeout);
    });
  }

  /** The final answer to a ping (contract 5.6; SOF:6430-6498). */
  takePing(status: number, phrase: string): void {
    let isNews = this.settings.pingMonitoring;
    const succeeded = status >= 200 && status < 600 && status !== 408 && status !== 503;
    if (succeeded) {
      if (this.state === 'FAILED') this.state = 'UNREGED';
      if (this.pingCount < this.settings.pingMax) {
        this.pingCount += 1;
        if (this.pingCount >= this.settings.pingMin && this.status !== 'UP') {
          this.#goUp();
          isNews = true;
        }
      }
      this.pingMs = this.#world.core.clock.nowMs() - this.#pingSentMs;
    } else {
      // A registered gateway falls at the first failure, whatever ping-min says.
      if (this.state === 'REGED') {
        this.state = 'FAILED';
        this.pingMs = 0;
      }
      this.pingCount = Math.max(this.pingCount - 1, 0);
      if (this.pingCount < this.settings.pingMin && this.status !== 'DOWN') {
        this.status = 'DOWN';
        this.pingMs = 0;
        isNews = true;
      }
    }
    if (isNews) this.fireState(status, phrase);
    this.pingAt = this.#seconds() + this.settings.pingSeconds;
    this.isPinging = false;
  }

  #advance(): void {
    const now = this.#seconds();
    switch (this.state) {
      case 'DOWN':
      case 'NOREG':
        // Also what `unregister` has put down, where nothing pings (REG:409-415).
        if (this.pingAt === 0 && this.status !== 'UP') this.#goUp();
        break;
      case 'REGISTER':
        this.#failures = 0;
        this.#expiresAt = now + Math.max(1, expiryOf(this.settings.frequencySeconds));
        this.state = 'REGED';
        if (this.status !== 'UP') this.#goUp();
        break;
      case 'UNREGISTER':
        this.#unregister();
        break;
      case 'UNREGED':
        this.#register(now);
        break;
      case 'TIMEOUT':
        this.state = 'FAILED';
        this.#failures += 1;
        this.#failureStatus = 908;
        break;
      case 'FAILED':
        this.retryAt = now + this.#retryDelay();
        this.status = 'DOWN';
        this.state = 'FAIL_WAIT';
        this.#failureStatus = 0;
        break;
      case 'FAIL_WAIT':
        if (now >= this.retryAt) this.state = 'UNREGED';
        break;
      case 'TRYING':
        if (now >= this.#timeoutAt) this.state = 'TIMEOUT';
        break;
      case 'REGED':
        if (now >= this.#expiresAt) this.state = 'UNREGED';
        break;
    }
  }

  #register(now: number): void {
    this.retryAt = now + this.settings.retrySeconds;
    this.#timeoutAt = now + this.settings.timeoutSeconds;
    this.state = 'TRYING';
    const { registers, registerMs = registerAnswerMs } = this.#world.peer(this.name);
    this.#world.core.clock.after(registers === 'silent' ? sipTimeoutMs : registerMs, () => {
      if (this.state !== 'TRYING') return;
      if (registers === 'accept') {
        this.state = 'REGISTER';
        this.#registrar = this.address.host;
        this.fireState(200, 'OK');
      } else {
        const [status, phrase] =
          registers === 'silent' ? ([408, requestTimeout] as const) : ([403, 'Forbidden'] as const);
        this.state = 'FAILED';
        this.#failureStatus = status;
        this.#failures += 1;
        this.fireState(status, phrase);
      }
    });
  }

  #unregister(): void {
    const { unregisterMs } = this.#world.peer(this.name);
    const finish = (): void => {
      this.state = 'DOWN';
      this.status = 'DOWN';
    };
    if (unregisterMs === undefined) {
      finish();
    } else if (!this.#isUnregistering) {
      this.#isUnregistering = true;
      this.#world.core.clock.after(unregisterMs, () => {
        this.#isUnregistering = false;
        finish();
        this.fireState();
      });
    }
  }

  /** Grows with the failures, but not after a 503 or a timeout of sofia's own (contract 5.6). */
  #retryDelay(): number {
    const { retrySeconds } = this.settings;
    const isFlat = this.#failureStatus === 503 || this.#failureStatus === 908 || this.#failures < 1;
    return isFlat ? retrySeconds : retrySeconds * this.#failures;
  }

  #goUp(): void {
    this.status = 'UP';
    this.upSince = this.#world.core.clock.stamp();
  }

  #seconds(): number {
    return this.#world.core.clock.epochSeconds();
  }
}

/** When a registration is renewed: a little before it expires (REG:424-432). */
function expiryOf(frequency: number): number {
  return frequency > 30 ? frequency - 15 : Math.floor(frequency / 2);
}
