import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A recorded event socket, played to whoever connects. */
export interface Replay {
  readonly port: number;
  /** The commands received so far, without their headers. */
  readonly commands: readonly string[];
  /** Resolves when everything has been played and the connection is closed. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Serves a recording to one client: the greeting at once, then with each command its reply and the events up to the
 * next reply, byte for byte. What the client asks does not matter; the last reply plays everything that is left.
 */
export async function replayRecording(recording: Buffer): Promise<Replay> {
  const parts = partsOf(recording);
  const commands: string[] = [];
  let settle: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    server.close();
    let received = '';
    let next = 0;
    const play = (): void => {
      const part = parts[next];
      next += 1;
      if (part === undefined) return;
      if (next === parts.length) {
        socket.end(part);
      } else {
        socket.write(part);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('utf8');
      for (let end = received.indexOf('\n\n'); end !== -1; end = received.indexOf('\n\n')) {
        commands.push(received.slice(0, end).split('\n')[0] ?? '');
        received = received.slice(end + 2).replace(/^\n+/, '');
        play();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      settle();
    });
    play();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    finished,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) {
        await new Promise<void>((resolve) => {
          server.close(() => {
            resolve();
          });
        });
      }
    },
  };
}

/** The greeting, then each reply with all events that came before the next one. */
function partsOf(recording: Buffer): readonly Buffer[] {
  const starts = framesOf(recording)
    .filter(({ type }) => ['auth/request', 'command/reply', 'api/response'].includes(type))
    .map(({ start }) => start);
  return starts.map((start, index) => recording.subarray(start, starts[index + 1] ?? recording.length));
}

export interface RecordedFrame {
  readonly start: number;
  readonly type: string;
  readonly head: string;
  readonly body: string;
}

/** The frames of a recording (contract 7.2). */
export function framesOf(recording: Buffer): readonly RecordedFrame[] {
  const frames: RecordedFrame[] = [];
  let start = 0;
  while (start < recording.length) {
    const headEnd = recording.indexOf('\n\n', start);
    if (headEnd === -1) throw new Error(`no frame at byte ${start}`);
    const head = recording.toString('utf8', start, headEnd);
    const length = Number(/^Content-Length: *([0-9]+)$/im.exec(head)?.[1] ?? 0);
    const type = /^Content-Type: *(.+)$/im.exec(head)?.[1] ?? '';
    const bodyStart = headEnd + 2;
    frames.push({ start, type, head, body: recording.toString('utf8', bodyStart, bodyStart + length) });
    start = bodyStart + length;
  }
  return frames;
}
