import { describe, expect, it, onTestFinished } from 'vitest';
import type { EslConnection } from '../../src/esl/esl-connection.ts';
import { SwitchLink, type SwitchLinkListener } from '../../src/esl/switch-link.ts';
import { FakeTimers } from './fake-timers.ts';
import { frame, heartbeat, output, reply, ScriptedSwitch } from './scripted-switch.ts';

/** What a link tells, in one line each, and in the order told. */
class Diary implements SwitchLinkListener {
  readonly lines: string[] = [];
  readonly retries: number[] = [];
  connection: EslConnection | undefined;
  #onNews: () => void = () => undefined;

  connected: SwitchLinkListener['connected'] = (connection) => {
    this.connection = connection;
    this.note('connected');
  };

  event: SwitchLinkListener['event'] = ({ kind, sequence }) => {
    this.note(`${kind} ${sequence}`);
  };

  lost: SwitchLinkListener['lost'] = ({ reason }, retryInMs) => {
    this.retries.push(retryInMs);
    this.note(`lost: ${reason}`);
  };

  note(line: string): void {
    this.lines.push(line);
    this.#onNews();
  }

  /** Until so many lines have been written. */
  async reaches(lines: number): Promise<void> {
    while (this.lines.length < lines) await new Promise<void>((resolve) => (this.#onNews = resolve));
  }
}

async function link(random: () => number = () => 0.5, host?: string) {
  const server = await ScriptedSwitch.listen();
  const timers = new FakeTimers();
  const diary = new Diary();
  const address = { ...server.address, host: host ?? server.address.host };
  const subject = new SwitchLink(address, diary, { timers, random });
  onTestFinished(() => {
    subject.stop();
  });
  return { subject, server, timers, diary };
}

/** Nothing listens there, on any port. */
const NOBODY = '127.86.53.9';

describe('a link to a switch', () => {
  it('tells of the connection before its events, also of those that came with it', async () => {
    const { subject, server, diary } = await link();
    subject.start();
    const peer = await server.peer();
    await peer.welcome(heartbeat(1), heartbeat(2));
    await diary.reaches(3);
    peer.say(heartbeat(3));
    await diary.reaches(4);
    expect(diary.lines).toEqual(['connected', 'heartbeat 1', 'heartbeat 2', 'heartbeat 3']);
    const answer = diary.connection!.api('status');
    await peer.command();
    peer.say(output('fine'));
    expect(await answer).toBe('fine');
  });

  it('comes back after a loss', async () => {
    const { subject, server, timers, diary } = await link();
    subject.start();
    const first = await server.peer();
    await first.welcome();
    await diary.reaches(1);
    first.end();
    await diary.reaches(2);
    timers.advance(diary.retries[0]!);
    const second = await server.peer();
    await second.welcome(heartbeat(7));
    await diary.reaches(4);
    expect(diary.lines).toEqual(['connected', 'lost: disconnected', 'connected', 'heartbeat 7']);
  });

  it('tells all of a connection that ended in the packet that began it', async () => {
    const { subject, server, diary, timers } = await link();
    subject.start();
    const peer = await server.peer();
    await peer.welcome(heartbeat(1), frame('text/disconnect-notice', 'bye'));
    await diary.reaches(3);
    expect(diary.lines).toEqual(['connected', 'heartbeat 1', 'lost: disconnected']);
    expect(timers.pending).toBe(1);
  });

  it('waits longer and longer, up to half a minute, by chance', async () => {
    const { subject, timers, diary } = await link(() => 0.5, NOBODY);
    subject.start();
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await diary.reaches(attempt);
      timers.advance(diary.retries.at(-1)!);
    }
    await diary.reaches(10);
    expect(diary.retries).toEqual([250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000]);
    expect(new Set(diary.lines)).toEqual(new Set(['lost: refused']));
  });

  it.each([
    ['never less than a tenth of a second', 0, [100, 100, 100]],
    ['never as much as the limit', 0.9, [450, 900, 1800]],
  ])('waits %s', async (_, chance, expected) => {
    const { subject, timers, diary } = await link(() => chance, NOBODY);
    subject.start();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await diary.reaches(attempt);
      timers.advance(diary.retries.at(-1)!);
    }
    await diary.reaches(3);
    expect(diary.retries).toEqual(expected);
  });

  it('does not try again before its time', async () => {
    const { subject, timers, diary } = await link(() => 0.5, NOBODY);
    subject.start();
    await diary.reaches(1);
    expect(timers.pending).toBe(1);
    timers.advance(249);
    expect(timers.pending).toBe(1);
    timers.advance(1);
    // The back-off's timer is gone, the handshake's is there.
    await diary.reaches(2);
    expect(diary.retries).toEqual([250, 500]);
  });

  it.each([
    ['wrong_password', [frame('auth/request'), reply('-ERR invalid')]],
    ['forbidden', [frame('text/rude-rejection', 'Access Denied, go away.\n')]],
  ] as const)('waits at least 5 s after %s', async (reason, said) => {
    const { subject, server, timers, diary } = await link(() => 0.99);
    subject.start();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const peer = await server.peer();
      for (const [at, text] of said.entries()) {
        if (at > 0) await peer.command();
        peer.say(text);
      }
      await diary.reaches(attempt);
      timers.advance(diary.retries.at(-1)!);
    }
    // 0.99 of 500, 1000, 2000, 4000, 8000: the fifth is above by itself.
    expect(diary.retries).toEqual([5000, 5000, 5000, 5000, 7920]);
    expect(new Set(diary.lines)).toEqual(new Set([`lost: ${reason}`]));
  });

  it('begins with short waits again only after a connection of a healthy minute', async () => {
    const { subject, server, timers, diary } = await link(() => 0.5);
    subject.start();
    let lines = 0;
    for (const healthyMs of [0, 59_999, 60_000, 0]) {
      const peer = await server.peer();
      // What the handshake takes is no part of it.
      timers.advance(5000);
      await peer.welcome();
      await diary.reaches((lines += 1));
      timers.advance(healthyMs);
      peer.end();
      await diary.reaches((lines += 1));
      timers.advance(diary.retries.at(-1)!);
    }
    expect(diary.retries).toEqual([250, 500, 250, 500]);
  });

  it.each(['before it began', 'while connecting', 'while connected', 'between attempts'])(
    'tells nothing once it was stopped, %s',
    async (when) => {
      const { subject, server, timers, diary } = await link();
      if (when !== 'before it began') {
        subject.start();
        const peer = await server.peer();
        if (when !== 'while connecting') {
          await peer.welcome();
          await diary.reaches(1);
        }
        if (when === 'between attempts') {
          peer.end();
          await diary.reaches(2);
        }
        const told = [...diary.lines];
        subject.stop();
        peer.say(heartbeat(1));
        await peer.closed();
        timers.advance(1_000_000);
        expect(diary.lines).toEqual(told);
      } else {
        subject.stop();
      }
      expect(timers.pending).toBe(0);
    },
  );

  it('tells nothing more when it is stopped by what it tells', async () => {
    const { subject, server, timers, diary } = await link();
    const { event } = diary;
    diary.event = (it) => {
      event(it);
      if (it.sequence === 2) subject.stop();
    };
    subject.start();
    const peer = await server.peer();
    await peer.welcome(heartbeat(1), heartbeat(2), heartbeat(3));
    await peer.closed();
    expect(diary.lines).toEqual(['connected', 'heartbeat 1', 'heartbeat 2']);
    expect(timers.pending).toBe(0);
  });

  it('does not try again when it is stopped at a loss', async () => {
    const { subject, timers, diary } = await link(() => 0.5, NOBODY);
    const { lost } = diary;
    diary.lost = (error, retryInMs) => {
      subject.stop();
      lost(error, retryInMs);
    };
    subject.start();
    await diary.reaches(1);
    expect(timers.pending).toBe(0);
  });

  it('keeps one connection, however often it is started, and begins anew after a stop', async () => {
    const { subject, server, timers, diary } = await link();
    subject.start();
    subject.start();
    const first = await server.peer();
    await first.welcome();
    await diary.reaches(1);
    // The heartbeat's: a second connection would have brought the handshake's.
    expect(timers.pending).toBe(1);
    subject.stop();
    await first.closed();
    subject.start();
    const second = await server.peer();
    await second.welcome(heartbeat(5));
    await diary.reaches(3);
    expect(diary.lines).toEqual(['connected', 'connected', 'heartbeat 5']);
  });
});
