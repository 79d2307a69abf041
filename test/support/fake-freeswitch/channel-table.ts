import { channelStates, type CallLeg } from './call-leg.ts';
import type { SwitchCore } from './switch-core.ts';
import { localTime } from './switch-clock.ts';

/** The live channels, and the core's own table of them, which may lag behind (`show channels`). */
export class ChannelTable {
  readonly #core: SwitchCore;
  readonly #lagMs: number;
  readonly #live = new Map<string, CallLeg>();
  readonly #shown = new Map<string, CallLeg>();

  constructor(core: SwitchCore, lagMs: number) {
    this.#core = core;
    this.#lagMs = lagMs;
  }

  add(leg: CallLeg): void {
    this.#live.set(leg.uuid, leg);
    this.#later(() => this.#shown.set(leg.uuid, leg));
  }

  remove(leg: CallLeg): void {
    this.#live.delete(leg.uuid);
    this.#later(() => this.#shown.delete(leg.uuid));
  }

  find(uuid: string): CallLeg | undefined {
    return this.#live.get(uuid);
  }

  /** `show channels as json`: no `rows` at all without a channel. */
  json(): string {
    const rows = [...this.#shown.values()].map((leg) => this.#row(leg));
    return rows.length === 0 ? '{"row_count": 0}\n' : JSON.stringify({ row_count: rows.length, rows });
  }

  /** `show channels count`. */
  count(): string {
    return `\n${this.#shown.size} total.\n`;
  }

  #later(run: () => void): void {
    if (this.#lagMs === 0) {
      run();
    } else {
      this.#core.clock.after(this.#lagMs, run);
    }
  }

  /** The columns of the core's table, all of them text (switch_core_sqldb.c). No gateway is among them. */
  #row(leg: CallLeg): Readonly<Record<string, string>> {
    const text = (name: string): string => String(leg.variables.get(name) ?? '');
    const codec = leg.hasMedia ? ['PCMU', '8000', '64000'] : ['', '', ''];
    const [name = '', rate = '', bitRate = ''] = codec;
    return {
      uuid: leg.uuid,
      direction: leg.direction,
      created: localTime(leg.times.created),
      created_epoch: String(Math.floor(leg.times.created / 1_000_000)),
      name: leg.channelName,
      state: channelStates[leg.state][0],
      cid_name: leg.callerName,
      cid_num: leg.callerNumber,
      ip_addr: leg.networkAddress,
      dest: leg.number,
      application: text('current_application'),
      application_data: text('current_application_data'),
      dialplan: 'XML',
      context: leg.context,
      read_codec: name,
      read_rate: rate,
      read_bit_rate: bitRate,
      write_codec: name,
      write_rate: rate,
      write_bit_rate: bitRate,
      secure: '',
      hostname: this.#core.hostname,
      presence_id: '',
      presence_data: '',
      accountcode: '',
      callstate: leg.callState,
      callee_name: leg.calleeNumber === '' ? '' : 'Outbound Call',
      callee_num: leg.calleeNumber,
      callee_direction: '',
      call_uuid: leg.callUuid,
      sent_callee_name: '',
      sent_callee_num: '',
      initial_cid_name: leg.callerName,
      initial_cid_num: leg.callerNumber,
      initial_ip_addr: leg.networkAddress,
      initial_dest: leg.number,
      initial_dialplan: 'XML',
      initial_context: leg.context,
    };
  }
}
