import type { CommandQueue } from './command-queue.ts';
import type { LossReason } from './esl-error.ts';
import { SUBSCRIPTION } from './switch-event.ts';

interface Outcome {
  readonly done: () => void;
  readonly failed: (reason: LossReason, what: string) => void;
}

/** Authenticates and subscribes, once the switch has asked for it (contract 7.1, 7.3). */
export function shakeHands(queue: CommandQueue, password: string, { done, failed }: Outcome): void {
  say(queue, `auth ${password}`, (reply) => {
    // What the switch says here is not repeated: it could be the password.
    if (reply.startsWith('-ERR invalid')) failed('wrong_password', 'the switch refused the password');
    else if (!reply.startsWith('+OK')) failed('protocol', 'the switch did not answer the password as expected');
    else {
      say(queue, SUBSCRIPTION, (answer) => {
        if (answer.startsWith('+OK')) done();
        else failed('protocol', 'the switch refused the subscription to its events');
      });
    }
  });
}

function say(queue: CommandQueue, line: string, take: (replyText: string) => void): void {
  queue.add({
    line,
    reply: ({ headers }) => {
      take(headers.get('reply-text') ?? '');
    },
    // The connection itself tells its opener.
    fail: () => undefined,
  });
}
