import { connect, type Socket } from 'node:net';

/** A frame as it came. */
export interface ProbeFrame {
  readonly type: string;
  readonly head: string;
  readonly body: string;
}

/** A JSON event; where a header stands twice the last value counts. */
export type ProbeEvent = Readonly<Record<string, string | readonly string[]>>;

/** As little of an event-socket client as tests of the fake need: it waits for frames, never for time. */
export class EventSocketProbe {
  readonly replies: ProbeFrame[] = [];
  readonly events: ProbeEvent[] = [];
  /** Everything, events as they were written. */
  readonly frames: ProbeFrame[] = [];
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();
  #received = Buffer.alloc(0);
  #taken = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#read();
      for (const check of [...this.#waiting]) check();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve();
      });
    });
  }

  /** Connects, and reads the first frame. */
  static async connect(port: number): Promise<EventSocketProbe> {
    const probe = new EventSocketProbe(connect(port, '127.0.0.1'));
    await probe.nextReply();
    return probe;
  }

  /** Connects, authenticates and subscribes. */
  static async subscribed(port: number, subscription: string): Promise<EventSocketProbe> {
    const probe = await EventSocketProbe.connect(port);
    await probe.send('auth ClueCon');
    await probe.send(subscription);
    return probe;
  }

  /** Sends a command, with headers if they follow in lines of their own, and waits for its reply. */
  send(command: string): Promise<ProbeFrame> {
    this.write(command);
    return this.nextReply();
  }

  /** The body of an `api` command's answer. */
  async api(command: string): Promise<string> {
    return (await this.send(`api ${command}`)).body;
  }

  write(command: string): void {
    this.#socket.write(`${command}\n\n`);
  }

  /** The next frame that is not an event. */
  async nextReply(): Promise<ProbeFrame> {
    this.#taken += 1;
    const index = this.#taken - 1;
    await this.#until(() => this.replies.length > index);
    return this.replies[index]!;
  }

  /** The first event for which it holds, also one that has come already. */
  async event(isWanted: (event: ProbeEvent) => boolean): Promise<ProbeEvent> {
    await this.#until(() => this.events.some(isWanted));
    return this.events.find(isWanted)!;
  }

  /** Waits until so many events for which it holds have come. */
  async countOf(count: number, isWanted: (event: ProbeEvent) => boolean): Promise<readonly ProbeEvent[]> {
    await this.#until(() => this.events.filter(isWanted).length >= count);
    return this.events.filter(isWanted);
  }

  end(): void {
    this.#socket.destroy();
  }

  #until(isDone: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isDone()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #read(): void {
    for (;;) {
      const headEnd = this.#received.indexOf('\n\n');
      if (headEnd === -1) return;
      const head = this.#received.toString('utf8', 0, headEnd);
      const length = Number(/^Content-Length: *([0-9]+)$/im.exec(head)?.[1] ?? 0);
      if (this.#received.length < headEnd + 2 + length) return;
      const body = this.#received.toString('utf8', headEnd + 2, headEnd + 2 + length);
      this.#received = this.#received.subarray(headEnd + 2 + length);
      const frame = { type: /^Content-Type: *(.+)$/im.exec(head)?.[1] ?? '', head, body };
      this.frames.push(frame);
      if (frame.type === 'text/event-json') {
        this.events.push(JSON.parse(body) as ProbeEvent);
      } else if (frame.type !== 'text/event-plain') {
        this.replies.push(frame);
      }
    }
  }
}
