// Look-ups at a steady rate, each on a connection of its own, sent when they are due whether or not the last one was
// answered: what a caller waits includes the queue that others have made.
import { connect } from 'node:net';

/** One look-up; the whole answer. */
export function ask(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    let length = Infinity;
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (length === Infinity && answer.includes('\r\n\r\n')) {
        length = answer.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      }
      if (answer.length >= length) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.on('end', () => reject(new Error('the connection ended before the answer did')));
    socket.write(request);
  });
}

/** @returns the time from when each was due to its answer, in milliseconds, in ascending order */
export async function steadyLoad(port, request, { perSecond, seconds }) {
  const count = perSecond * seconds;
  const beganAt = performance.now();
  const waits = [];
  const running = [];
  for (let at = 0; at < count; at += 1) {
    const dueAt = beganAt + (at * 1_000) / perSecond;
    const leftMs = dueAt - performance.now();
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
    // A timer that comes late is this client's fault: the wait begins when the look-up is sent.
    const sentAt = Math.max(dueAt, performance.now());
    running.push(ask(port, request).then(() => waits.push(performance.now() - sentAt)));
  }
  await Promise.all(running);
  return waits.sort((a, b) => a - b);
}
