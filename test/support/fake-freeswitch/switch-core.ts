import { FakeEvent, type Header } from './fake-event.ts';
import { localTime, spelledDuration, type SwitchClock } from './switch-clock.ts';

/** Where in FreeSWITCH's source an event was made; the recordings say. */
export type Origin = readonly [file: string, run: string, line: number];

/** Somebody who may want an event. Asked before the event is written, since most are wanted by nobody. */
export interface EventSink {
  wants(name: string, subclass: string | undefined): boolean;
  accept(event: FakeEvent): void;
}

export interface CoreOptions {
  readonly hostname: string;
  readonly clock: SwitchClock;
  readonly random: () => number;
  /** As `version` says it. */
  readonly version: string;
}

const baseOf = (name: string): Origin => [`${name}.c`, name, 1];

/** Who a core is, and its events: each gets a number, whether anybody wants it or not (contract 7.5). */
export class SwitchCore {
  readonly hostname: string;
  readonly version: string;
  readonly clock: SwitchClock;
  readonly random: () => number;
  readonly uuid: string;
  readonly bootedAt: number;
  /** Events for which it holds reach nobody, as if the queue had overflowed (contract 7.5). */
  isLost: ((event: FakeEvent) => boolean) | undefined;
  sessions = 0;
  sessionsSoFar = 0;
  sessionsPeak = 0;
  readonly #sinks = new Set<EventSink>();
  #sequence = 0;
  #second = -1;
  #dates: readonly Header[] = [];

  constructor({ hostname, clock, random, version }: CoreOptions) {
    this.hostname = hostname;
    this.clock = clock;
    this.random = random;
    this.version = version;
    this.uuid = this.newUuid();
    this.bootedAt = clock.stamp();
  }

  addSink(sink: EventSink): void {
    this.#sinks.add(sink);
  }

  removeSink(sink: EventSink): void {
    this.#sinks.delete(sink);
  }

  /** @param rest the headers after those that every event has; called only where somebody wants the event */
  fire(name: string, rest: () => readonly Header[], origin: Origin = baseOf(name), body?: string): void {
    this.#deliver(name, undefined, rest, origin, body);
  }

  fireCustom(subclass: string, rest: () => readonly Header[], origin: Origin): void {
    this.#deliver('CUSTOM', subclass, rest, origin);
  }

  /** Events that nobody can subscribe to here, but that are counted: states, executions, presence. */
  count(events: number): void {
    this.#sequence += events;
  }

  /** What stands at the top of every event and of every lookup that has one (contract 3.7, family 1). */
  basics(name: string, [file, run, line]: Origin): readonly Header[] {
    this.#sequence += 1;
    const stamp = this.clock.stamp();
    const second = Math.floor(stamp / 1_000_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#dates = [
        ['Event-Date-Local', localTime(stamp)],
        ['Event-Date-GMT', new Date(second * 1000).toUTCString()],
      ];
    }
    return [
      ['Event-Name', name],
      ['Core-UUID', this.uuid],
      ['FreeSWITCH-Hostname', this.hostname],
      ['FreeSWITCH-Switchname', this.hostname],
      ['FreeSWITCH-IPv4', '192.0.2.2'],
      ['FreeSWITCH-IPv6', 'fd00::2'],
      ...this.#dates,
      ['Event-Date-Timestamp', String(stamp)],
      ['Event-Calling-File', file],
      ['Event-Calling-Function', run],
      ['Event-Calling-Line-Number', String(line)],
      ['Event-Sequence', String(this.#sequence)],
    ];
  }

  newUuid(): string {
    const hex = (digits: number): string =>
      Math.floor(this.random() * 16 ** digits)
        .toString(16)
        .padStart(digits, '0');
    return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'.charAt(Math.floor(this.random() * 4))}${hex(3)}-${hex(6)}${hex(6)}`;
  }

  upMicros(): number {
    return this.clock.stamp() - this.bootedAt;
  }

  sessionStarted(): number {
    this.sessions += 1;
    this.sessionsSoFar += 1;
    this.sessionsPeak = Math.max(this.sessionsPeak, this.sessions);
    return this.sessionsSoFar;
  }

  /** The HEARTBEAT of recording 07. */
  beat(): void {
    const text = (value: number): string => String(value);
    const build = (): readonly Header[] => [
      ['Event-Info', 'System Ready'],
      ['Up-Time', spelledDuration(this.upMicros())],
      ['FreeSWITCH-Version', this.version],
      ['Uptime-msec', text(Math.floor(this.upMicros() / 1000))],
      ['Session-Count', text(this.sessions)],
      ['Max-Sessions', '1000'],
      ['Session-Per-Sec', '30'],
      ['Session-Per-Sec-Last', '0'],
      ['Session-Per-Sec-Max', '3'],
      ['Session-Per-Sec-FiveMin', '3'],
      ['Session-Since-Startup', text(this.sessionsSoFar)],
      ['Session-Peak-Max', text(this.sessionsPeak)],
      ['Session-Peak-FiveMin', text(this.sessionsPeak)],
      ['Idle-CPU', '79.333333'],
    ];
    this.fire('HEARTBEAT', build, ['switch_core.c', 'send_heartbeat', 95]);
  }

  #deliver(
    name: string,
    subclass: string | undefined,
    rest: () => readonly Header[],
    origin: Origin,
    body?: string,
  ): void {
    const wanting = [...this.#sinks].filter((sink) => sink.wants(name, subclass));
    if (wanting.length === 0) {
      this.#sequence += 1;
      return;
    }
    const basics = this.basics(name, origin);
    const first: readonly Header[] = subclass === undefined ? [] : [['Event-Subclass', subclass]];
    const event = new FakeEvent(name, subclass, [...first, ...basics, ...rest()], body);
    if (this.isLost?.(event) === true) return;
    for (const sink of wanting) sink.accept(event);
  }
}
