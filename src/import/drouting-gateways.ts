import type { ImportOptions } from './import-options.ts';
import { NameMaker } from './name-maker.ts';
import type { ReadingBuilder } from './reading-builder.ts';
import { parseSipAddress } from './sip-address.ts';
import { integerOf, type SourceRow, textOf } from './source-row.ts';

/** Numbers of dr_gateways; undefined where one of them is none. */
interface GatewayNumbers {
  readonly strip: number;
  readonly type: number;
  readonly probeMode: number;
  readonly state: number;
}

/**
 * A gateway for each row of dr_gateways.
 * @returns names of gateways by gwid
 */
export function proposeDroutingGateways(
  rows: readonly SourceRow[],
  options: ImportOptions,
  builder: ReadingBuilder,
): ReadonlyMap<string, string> {
  const names = new NameMaker('gateway');
  const byId = new Map<string, string>();
  for (const row of rows) {
    const id = textOf(row, 'gwid').trim();
    const what = `gateway ${id}`;
    const address = parseSipAddress(textOf(row, 'address'));
    const numbers = numbersOf(row);
    if (id === '') builder.leaveOut(row.from, 'a row of dr_gateways', 'gwid is empty');
    else if (byId.has(id)) builder.leaveOut(row.from, what, 'a row before has the same gwid');
    else if (typeof address === 'string') builder.leaveOut(row.from, what, address);
    else if (typeof numbers === 'string') builder.leaveOut(row.from, what, numbers);
    else {
      const name = names.make(id);
      byId.set(id, name);
      if (name !== id) builder.remark(row.from, what, `is gateway '${name}': ${id} is no name that is legal and free`);
      for (const extra of address.extras)
        builder.leaveOut(row.from, `${what}, ${extra}`, 'a gateway has no place for it');
      const gateway: Record<string, string | number> = {
        name,
        proxy: address.proxy,
        register_transport: address.transport,
        strip_digits: numbers.strip,
        add_prefix: textOf(row, 'pri_prefix'),
      };
      if (options.profile !== undefined) gateway['profile'] = options.profile;
      if (options.pingSeconds > 0 && numbers.probeMode > 0) gateway['ping_seconds'] = options.pingSeconds;
      // What an operator has drained stays so where OpenSIPS says nothing against it.
      if (numbers.state === 1) gateway['state'] = 'disabled';
      else if (numbers.state === 2 && gateway['ping_seconds'] === undefined) gateway['state'] = 'drain';
      const note = textOf(row, 'description').trim();
      if (note !== '') gateway['note'] = note;
      builder.propose('gateways', row.from, gateway);
      reportGateway(row, what, numbers, gateway, builder);
    }
  }
  return byId;
}

function numbersOf(row: SourceRow): GatewayNumbers | string {
  const [strip, type, probeMode, state] = ['strip', 'type', 'probe_mode', 'state'].map((name) =>
    integerOf(row, name, 0),
  );
  if (strip === undefined || type === undefined || probeMode === undefined || state === undefined) {
    return 'strip, type, probe_mode or state is no whole number';
  }
  if (probeMode < 0 || probeMode > 2) return `probe_mode is ${probeMode}; OpenSIPS knows 0, 1 and 2`;
  if (state < 0 || state > 2) return `state is ${state}; OpenSIPS knows 0, 1 and 2`;
  return { strip, type, probeMode, state };
}

function reportGateway(
  row: SourceRow,
  what: string,
  { type, probeMode, state }: GatewayNumbers,
  gateway: Readonly<Record<string, string | number>>,
  builder: ReadingBuilder,
): void {
  const { from } = row;
  const [attributes, socket] = [textOf(row, 'attrs').trim(), textOf(row, 'socket').trim()];
  if (type !== 0)
    builder.leaveOut(from, `${what}, type ${type}`, 'a class for the script of OpenSIPS; nothing here reads it');
  if (attributes !== '')
    builder.leaveOut(from, `${what}, attrs '${attributes}'`, 'for the script of OpenSIPS; nothing here reads it');
  if (socket !== '')
    builder.leaveOut(from, `${what}, socket ${socket}`, 'a gateway sends from the address of its sofia profile');
  if (state === 2) {
    const now = gateway['state'] === 'drain' ? 'it gets no calls until its state is active' : 'the pings decide now';
    builder.remark(from, what, `was disabled for a time when it was dumped; ${now}`);
  }
  const { ping_seconds: pingSeconds, register_transport: transport } = gateway;
  if (pingSeconds !== undefined) {
    const why = `every ${pingSeconds} s, up or down; OpenSIPS's interval stands in opensips.cfg (probing_interval, 30 where it says nothing): --ping-seconds`;
    builder.remarkOnce(from, 'pings of probed gateways', why);
  }
  if (probeMode === 1)
    builder.remarkOnce(
      from,
      'gateways with probe_mode 1',
      'sofia pings them all the time, not only while they are disabled',
    );
  if (transport === 'tls')
    builder.remarkOnce(from, 'gateways over TLS', 'sofia drops them where their profile has no TLS');
}
