import type { PlacedCall, SipCaller } from '../sip/sip-caller.ts';
import type { SipGateway } from '../sip/sip-gateway.ts';

/** A group of gateways with SIP servers behind them, and how it is called. */
export class LabGroup {
  readonly name: string;
  /** What a number begins with that is routed here. */
  readonly prefix: string;
  readonly #servers: ReadonlyMap<string, SipGateway>;
  readonly #caller: SipCaller;
  #calls = 0;

  constructor(name: string, prefix: string, servers: ReadonlyMap<string, SipGateway>, caller: SipCaller) {
    this.name = name;
    this.prefix = prefix;
    this.#servers = servers;
    this.#caller = caller;
  }

  /** The gateway's name in the inventory. */
  gatewayName(short: string): string {
    return `${this.name}-${short}`;
  }

  server(short: string): SipGateway {
    const server = this.#servers.get(short);
    if (server === undefined) throw new Error(`${this.name} has no ${short}`);
    return server;
  }

  /** Calls the group, each time another number, since failures at one number alone are no gateway's fault. */
  call(): PlacedCall {
    this.#calls += 1;
    return this.#caller.call(`${this.prefix}${String((this.#calls * 7919) % 10_000).padStart(4, '0')}`);
  }

  /** Calls, and hangs up when answered. @returns the final status, and after how long */
  async callOnce(): Promise<{ readonly status: number; readonly seconds: number }> {
    const call = this.call();
    const { status, afterMs } = await call.final;
    if (status === 200) await call.hangUp();
    return { status, seconds: afterMs / 1000 };
  }

  /** Which servers have seen INVITEs since the last time that this was asked, in order. */
  seen(): string {
    const invites = [...this.#servers].flatMap(([short, { invites: all }]) =>
      all.splice(0).map(({ atMs }) => ({ short, atMs })),
    );
    return invites
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ short }) => short)
      .join(' ');
  }
}
