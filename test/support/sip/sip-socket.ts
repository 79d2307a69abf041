import { createSocket, type Socket } from 'node:dgram';
import { parseSipMessage, type SipMessage, writeSipMessage } from './sip-message.ts';

/** Everything here is on the machine itself. */
export const LOOPBACK = '127.0.0.1';

/** A UDP port that speaks SIP. */
export class SipSocket {
  readonly #socket: Socket;
  readonly port: number;
  #isOpen = true;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.port = port;
  }

  /** @param port 0 = any free one */
  static open(take: (message: SipMessage, fromPort: number) => void, port = 0): Promise<SipSocket> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, LOOPBACK, () => {
        socket.off('error', reject);
        // Somebody who was sent something may be gone: nothing to stumble over.
        socket.on('error', () => undefined);
        socket.on('message', (datagram, { port: fromPort }) => {
          const message = parseSipMessage(datagram.toString('utf8'));
          if (message !== undefined) take(message, fromPort);
        });
        resolve(new SipSocket(socket, socket.address().port));
      });
    });
  }

  send(message: SipMessage, toPort: number): void {
    if (this.#isOpen) this.#socket.send(writeSipMessage(message), toPort, LOOPBACK);
  }

  /** From then on nobody is behind the port: whoever sends there is told so by ICMP. */
  close(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    this.#isOpen = false;
    return new Promise((resolve) => {
      this.#socket.close(resolve);
    });
  }
}

/** A session description that any switch takes; nobody sends or receives sound. */
export function silentSdp(): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${LOOPBACK}`,
    's=-',
    `c=IN IP4 ${LOOPBACK}`,
    't=0 0',
    'm=audio 39998 RTP/AVP 0',
  ];
  return [...lines, 'a=rtpmap:0 PCMU/8000', 'a=sendrecv', ''].join('\r\n');
}
