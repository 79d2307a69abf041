import type { GatewayEvent } from '../../src/esl/switch-event.ts';
import type { Gateway } from '../../src/routing/gateway.ts';
import type { RunningGateway } from '../../src/xml/read-xmlstatus.ts';
import { ScriptedConnection } from './scripted-connection.ts';

interface Entry {
  readonly gateway: RunningGateway;
  isDoomed: boolean;
}

/** What the profiles of a switch are told when they ask, and who hears of what they do. */
export interface SofiaWorld {
  /** The gateways that this profile is answered. */
  readonly served: (profile: string) => readonly Gateway[];
  readonly heard: (event: GatewayEvent) => void;
}

/**
 * The gateways of a switch, as mod_sofia treats them (contract 5.2 to 5.4): a killed one stays listed until the next
 * tick, a rescan adds what is new and looks at nothing else.
 */
export class ScriptedSofia {
  readonly connection: ScriptedConnection;
  /** mod_distributor's lists, each as its nodes; and what a reload makes of them. */
  readonly lists = new Map<string, string>();
  listsAfterReload: ReadonlyMap<string, string> | undefined;
  /** Commands that are refused. */
  refuse: RegExp | undefined;
  /** A gateway of a local file: it comes before a served one of its name. */
  standsIn: RunningGateway | undefined;
  readonly #world: SofiaWorld;
  /** Newest first. */
  #entries: Entry[] = [];

  constructor(world: SofiaWorld) {
    this.#world = world;
    this.connection = new ScriptedConnection((command) => this.#answer(command));
  }

  get names(): readonly string[] {
    return this.#entries.filter(({ isDoomed }) => !isDoomed).map(({ gateway }) => gateway.name);
  }

  /** Runs a gateway from somewhere, without a word. */
  run(gateway: RunningGateway): void {
    this.#entries.unshift({ gateway, isDoomed: false });
  }

  /** Loses a gateway, without a word. */
  lose(name: string): void {
    this.#entries = this.#entries.filter(({ gateway }) => gateway.name !== name);
  }

  /** The worker's tick: whoever was killed is gone now. */
  tick(): void {
    const gone = this.#entries.filter(({ isDoomed }) => isDoomed);
    this.#entries = this.#entries.filter(({ isDoomed }) => !isDoomed);
    for (const { gateway } of gone) this.#tell('deleted', gateway);
  }

  #answer(command: string): string {
    if (this.refuse?.test(command) === true) return '-ERR refused\n';
    const words = command.split(' ');
    const [, , second = '', third = '', fourth = ''] = words;
    if (command === 'sofia xmlstatus gateway') return xmlstatusOf(this.#entries.map(({ gateway }) => gateway));
    if (command.startsWith('sofia xmlstatus gateway ')) return this.#single(third);
    if (third === 'killgw') return this.#kill(fourth);
    if (third === 'rescan') return this.#rescan(second);
    if (command.startsWith('distributor_ctl dump ')) return this.#dump(second);
    if (command === 'distributor_ctl reload') return this.#reload();
    return `-ERR ${words[0] ?? ''} Command not found!\n`;
  }

  #single(name: string): string {
    const found = this.#entries.find(({ gateway, isDoomed }) => gateway.name === name && !isDoomed);
    return found === undefined ? 'Invalid Gateway!\n' : xmlstatusOf([found.gateway]);
  }

  #kill(name: string): string {
    const found = this.#entries.find(({ gateway, isDoomed }) => gateway.name === name && !isDoomed);
    if (found === undefined) return '-ERR no such gateway.\n';
    found.isDoomed = true;
    return '+OK gateway marked for deletion.\n';
  }

  #rescan(profile: string): string {
    const { standsIn } = this;
    if (standsIn !== undefined && !this.names.includes(standsIn.name)) {
      this.run(standsIn);
      this.#tell('added', standsIn);
    }
    for (const served of this.#world.served(profile)) {
      if (this.names.includes(served.name)) continue;
      const gateway = asItRuns(served);
      this.run(gateway);
      this.#tell('added', gateway);
    }
    return 'Reload XML [Success]\n+OK scan complete\n';
  }

  #dump(list: string): string {
    const nodes = this.lists.get(list);
    if (nodes === undefined) return '-ERR not found!\n';
    const lines = nodes.split(' ').filter((node) => node !== '');
    return [`list: name=${list}`, ...lines.map((node) => `node: name=${node} weight=1`)].join('\n') + '\n';
  }

  #reload(): string {
    for (const [list, nodes] of this.listsAfterReload ?? []) this.lists.set(list, nodes);
    return '+OK reloaded.\n';
  }

  #tell(change: GatewayEvent['change'], { name, profile }: RunningGateway): void {
    const nothing = { state: '', status: '', sipStatus: 0, phrase: '', coreUuid: '', sequence: 0 } as const;
    this.#world.heard({ kind: 'gateway', change, gateway: name, profile, ...nothing });
  }
}

/** A gateway as it runs that was served so. */
export function asItRuns({ name, profile, parameters }: Gateway): RunningGateway {
  const given = new Map(parameters.map((parameter) => [parameter.name, parameter.value]));
  return {
    name,
    profile,
    proxy: `sip:${given.get('proxy') ?? ''}`,
    username: given.get('username') ?? 'FreeSWITCH',
    expireSeconds: given.get('expire-seconds') ?? '3600',
    pingSeconds: Number(given.get('ping') ?? 0),
    state: given.get('register') === 'true' ? 'REGED' : 'NOREG',
    isUp: true,
    callsOut: 0,
  };
}

function xmlstatusOf(gateways: readonly RunningGateway[]): string {
  const texts = gateways.map((gateway) =>
    Object.entries({
      name: gateway.name,
      profile: gateway.profile,
      username: gateway.username,
      proxy: gateway.proxy,
      expires: gateway.expireSeconds,
      pingfreq: gateway.pingSeconds,
      state: gateway.state,
      status: gateway.isUp ? 'UP' : 'DOWN',
      'calls-out': gateway.callsOut,
    }).map(([field, value]) => `    <${field}>${value}</${field}>\n`),
  );
  const elements = texts.map((fields) => `  <gateway>\n${fields.join('')}  </gateway>\n`);
  return `<?xml version="1.0" encoding="ISO-8859-1"?>\n<gateways>\n${elements.join('')}</gateways>\n`;
}
