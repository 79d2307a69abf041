import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CommandRefusedError } from '../../src/esl/command-refused-error.ts';
import { openEslConnection, type EslConnection, type EslConnectionOptions } from '../../src/esl/esl-connection.ts';
import { EslError } from '../../src/esl/esl-error.ts';
import { SUBSCRIPTION, type SwitchEvent } from '../../src/esl/switch-event.ts';
import { FakeTimers } from './fake-timers.ts';
import { recordedEvents, recording } from './recordings.ts';
import { frame, heartbeat, jobReply, jobResult, output, reply, ScriptedSwitch, type Peer } from './scripted-switch.ts';

/** Keeps what it is told, and lets a test wait for it. */
class Ears {
  readonly events: SwitchEvent[] = [];
  readonly losses: EslError[] = [];
  #onNews: () => void = () => undefined;

  event(event: SwitchEvent): void {
    this.events.push(event);
    this.#onNews();
  }

  closed(error: EslError): void {
    this.losses.push(error);
    this.#onNews();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#onNews = resolve));
  }
}

interface Opened {
  readonly connection: EslConnection;
  readonly peer: Peer;
  readonly ears: Ears;
  readonly timers: FakeTimers;
}

async function begin(options: Partial<EslConnectionOptions> = {}, password = 'ClueCon') {
  const timers = new FakeTimers();
  const ears = new Ears();
  const server = await ScriptedSwitch.listen();
  const opening = openEslConnection({ ...server.address, password }, ears, { timers, ...options });
  // A rejection is looked at later, by the test.
  opening.catch(() => undefined);
  return { opening, server, ears, timers };
}

async function open(options: Partial<EslConnectionOptions> = {}, more: readonly string[] = []): Promise<Opened> {
  const { opening, server, ears, timers } = await begin(options);
  const peer = await server.peer();
  await peer.welcome(...more);
  return { connection: await opening, peer, ears, timers };
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await failureOf(promise);
  return error instanceof EslError ? error.reason : `not an EslError: ${String(error)}`;
}

describe('opening a connection', () => {
  it('authenticates, then subscribes, and says nothing else', async () => {
    const { peer, timers } = await open();
    expect(peer.received).toBe(`auth ClueCon\n\n${SUBSCRIPTION}\n\n`);
    // The heartbeat's, and none of the handshake's.
    expect(timers.pending).toBe(1);
  });

  it('gives the password only once', async () => {
    const { connection, peer } = await open({}, [frame('auth/request')]);
    const answer = connection.api('status');
    expect(await peer.command()).toBe('api status');
    peer.say(frame('auth/request'), output('fine'));
    expect(await answer).toBe('fine');
    expect(peer.received.match(/auth ClueCon/g)).toHaveLength(1);
  });

  it('tells a wrong password, whatever comes in the same packet (recording 09)', async () => {
    const { opening, server, ears, timers } = await begin({}, 'very hushcanary');
    const peer = await server.peer();
    peer.say(recording('09').toString('utf8'));
    expect(await reasonOf(opening)).toBe('wrong_password');
    await peer.closed();
    expect(ears.losses).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  it('tells that the access list forbids it', async () => {
    const { opening, server } = await begin();
    const peer = await server.peer();
    peer.say(frame('text/rude-rejection', 'Access Denied, go away.\n'));
    peer.end();
    expect(await reasonOf(opening)).toBe('forbidden');
  });

  it.each(['nothing at all', 'no answer to the password', 'no answer to the subscription'])(
    'gives up after the time for the handshake: %s',
    async (what) => {
      const { opening, server, timers } = await begin({ handshakeTimeoutMs: 700 });
      const peer = await server.peer();
      if (what !== 'nothing at all') {
        peer.say(frame('auth/request'));
        await peer.command();
      }
      if (what === 'no answer to the subscription') {
        peer.say(reply('+OK accepted'));
        await peer.command();
      }
      timers.advance(699);
      expect(timers.pending).toBeGreaterThan(0);
      timers.advance(1);
      expect(await reasonOf(opening)).toBe('handshake_timeout');
      await peer.closed();
      expect(timers.pending).toBe(0);
    },
  );

  it('tells a refused connection', async () => {
    const { address } = await ScriptedSwitch.listen();
    // Nothing listens at this address of the loopback network.
    const opening = openEslConnection({ ...address, host: '127.86.53.9' }, new Ears(), { timers: new FakeTimers() });
    expect(await reasonOf(opening)).toBe('refused');
  });

  it.each([
    ['a host that cannot be called', '255.255.255.255', 8021],
    ['a port that is none', '127.0.0.1', 70_000],
  ])('tells that it cannot reach %s', async (_, host, port) => {
    const timers = new FakeTimers();
    const opening = openEslConnection({ host, port, password: 'very hushcanary' }, new Ears(), { timers });
    expect(await reasonOf(opening)).toBe('unreachable');
    expect(timers.pending).toBe(0);
  });

  it.each(['end', 'reset'] as const)('tells a switch that closes before it is done: %s', async (how) => {
    const { opening, server, ears } = await begin();
    const peer = await server.peer();
    peer.say(frame('auth/request'));
    await peer.command();
    peer[how]();
    expect(await reasonOf(opening)).toBe('disconnected');
    expect(ears.losses).toEqual([]);
  });

  it.each([
    ['a reply before the question', reply('+OK')],
    ['an odd answer to the password', frame('auth/request'), reply('-ERR very hushcanary was expected')],
    ['a refused subscription', frame('auth/request'), reply('+OK accepted'), reply('-ERR no')],
    ['headers without end', 'x'.repeat(70_000)],
    ['a length that is none', 'Content-Length: very hushcanary\n\n'],
  ])('tells what is no event socket: %s', async (_, ...said) => {
    const { opening, server } = await begin({}, 'very hushcanary');
    const peer = await server.peer();
    for (const [at, text] of said.entries()) {
      if (at > 0) await peer.command();
      peer.say(text);
    }
    expect(await reasonOf(opening)).toBe('protocol');
    expect(((await failureOf(opening)) as EslError).message).not.toContain('secret');
  });

  it.each(['qzx\nexit', 'qzx\r', 'qzx\0y'])(
    'writes nothing of a password that is not one line: %j',
    async (password) => {
      const server = await ScriptedSwitch.listen();
      const opening = openEslConnection({ ...server.address, password }, new Ears(), { timers: new FakeTimers() });
      expect(await reasonOf(opening)).toBe('protocol');
      expect(((await failureOf(opening)) as EslError).message).not.toContain('qzx');
      // The next connection at all is the one made now.
      const next = openEslConnection(server.address, new Ears(), { timers: new FakeTimers() });
      const peer = await server.peer();
      await peer.welcome();
      await next;
      expect(peer.received).toMatch(/^auth ClueCon\n\n/);
    },
  );

  it('can be called off', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { opening, server, timers, ears } = await begin({ signal });
    const peer = await server.peer();
    controller.abort();
    expect(await reasonOf(opening)).toBe('stopped');
    await peer.closed();
    expect([timers.pending, ears.losses]).toEqual([0, []]);
    const late = openEslConnection(server.address, ears, { timers, signal });
    expect(await reasonOf(late)).toBe('stopped');
  });

  it('never names the password', async () => {
    const { opening, server, timers } = await begin({ replyTimeoutMs: 5 }, 'very hushcanary');
    const peer = await server.peer();
    peer.say(frame('auth/request'));
    expect(await peer.command()).toBe('auth very hushcanary');
    timers.advance(5);
    const error = (await failureOf(opening)) as EslError;
    expect(error.reason).toBe('handshake_timeout');
    expect(`${error.message} ${error.stack ?? ''}`).not.toContain('hushcanary');
  });
});

describe('events', () => {
  it('arrive that came in one packet with the reply to the subscription, and before the first reply', async () => {
    const { connection, peer, ears } = await open({}, [heartbeat(1), heartbeat(2)]);
    const answer = connection.api('status');
    await peer.command();
    peer.say(heartbeat(3), output('ok'), heartbeat(4));
    expect(await answer).toBe('ok');
    await ears.until(() => ears.events.length === 4);
    expect(ears.events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  });

  it.each(['01', '02', '03', '04', '05', '07', '08', '10', '11', '12'])(
    'arrive from recording %s as they were sent',
    async (number) => {
      const { peer, ears } = await open();
      const [, conversation] = recording(number).toString('utf8').split('enabled json\n\n');
      // Replies of the recorded client's commands have nobody here.
      peer.say(conversation!.replaceAll('Content-Type: api/response', 'Content-Type: log/data'));
      await ears.until(() => ears.losses.length > 0);
      expect(ears.events).toEqual(recordedEvents(number));
      expect(ears.losses.map(({ reason }) => reason)).toEqual(['disconnected']);
    },
  );

  it('are left out where they are of another kind, logs, or rubbish', async () => {
    const { peer, ears } = await open();
    peer.say(
      frame('text/event-json', '{"Event-Name":"CHANNEL_PARK"}'),
      frame('text/event-json', 'rubbish'),
      frame('log/data', 'a log line: 100 %\n'),
      frame('text/event-plain', 'Event-Name: HEARTBEAT\n\n'),
      'Nothing: known\n\n',
      heartbeat(9),
    );
    await ears.until(() => ears.events.length > 0);
    expect(ears.events.map(({ sequence }) => sequence)).toEqual([9]);
  });

  it('stop with the connection, even in the middle of a packet', async () => {
    const { connection, peer, ears } = await open();
    const answer = connection.api('status').then(() => {
      expect.unreachable();
    });
    await peer.command();
    const hear = ears.event.bind(ears);
    ears.event = (event) => {
      hear(event);
      if (event.sequence === 2) connection.close();
    };
    peer.say(heartbeat(1), heartbeat(2), heartbeat(3), output('ok'));
    expect(await reasonOf(answer)).toBe('stopped');
    await peer.closed();
    expect(ears.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});

describe('commands', () => {
  it.each([
    '100 %s %d %',
    '-ERR no reply\n',
    '-err',
    'Content-Type: auth/request\n\nnot a frame: really',
    'grün 漢字 \u{1f600}',
    '',
  ])('give back their output as it is: %j', async (text) => {
    const { connection, peer } = await open();
    const answer = connection.api('sofia xmlstatus');
    expect(await peer.command()).toBe('api sofia xmlstatus');
    peer.say(output(text));
    expect(await answer).toBe(text);
  });

  it('get their reply whose blank line came in another packet', async () => {
    const { connection, peer, ears } = await open();
    const answer = connection.api('hostname');
    await peer.command();
    // The heartbeat shows that what was said with it has arrived.
    peer.say(heartbeat(1), 'Content-Type: api/response\nContent-Length: 2\n');
    await ears.until(() => ears.events.length === 1);
    peer.say('\nvm');
    expect(await answer).toBe('vm');
  });

  it('run one after the other, a thousand of them', async () => {
    const { connection, peer } = await open();
    const numbers = [...Array(1000).keys()];
    const answers = numbers.map((number) => connection.api(`echo ${number}`));
    for (const number of numbers) {
      expect(await peer.command()).toBe(`api echo ${number}`);
      // Nothing is sent before this one has its reply.
      expect(peer.received.endsWith(`\n\napi echo ${number}\n\n`)).toBe(true);
      peer.say(output(`answer ${number}`));
    }
    expect(await Promise.all(answers)).toEqual(numbers.map((number) => `answer ${number}`));
  });

  it.each(['x\n\nexit', 'x\nexit', 'x\r', 'x\0y', '\n'])('are refused that are not one line: %j', async (command) => {
    const { connection, peer, ears } = await open();
    expect(await reasonOf(connection.api(command))).toBe('protocol');
    expect(await reasonOf(connection.bgapi(command))).toBe('protocol');
    const answer = connection.api('status');
    expect(await peer.command()).toBe('api status');
    peer.say(output('fine'));
    expect(await answer).toBe('fine');
    expect(peer.received).toBe(`auth ClueCon\n\n${SUBSCRIPTION}\n\napi status\n\n`);
    expect(ears.losses).toEqual([]);
  });

  it('fail alone where the switch refuses them', async () => {
    const { connection, peer } = await open();
    const refused = failureOf(connection.api('shutdown'));
    const alsoRefused = failureOf(connection.bgapi('rescan: now'));
    const fine = connection.api('status');
    await peer.command();
    peer.say(reply('-ERR permission denied'));
    await peer.command();
    peer.say(reply('-ERR a: b: 100 %'));
    await peer.command();
    peer.say(output('fine'));
    expect(await refused).toEqual(new CommandRefusedError('shutdown', '-ERR permission denied'));
    expect(await alsoRefused).toEqual(new CommandRefusedError('rescan: now', '-ERR a: b: 100 %'));
    expect(await fine).toBe('fine');
  });

  it('that get no reply end the connection, so that a late one answers nobody else', async () => {
    const { connection, peer, ears, timers } = await open({ replyTimeoutMs: 300 });
    const first = failureOf(connection.api('sleepy'));
    const second = failureOf(connection.api('status'));
    await peer.command();
    timers.advance(299);
    expect(ears.losses).toEqual([]);
    timers.advance(1);
    expect(ears.losses.map(({ reason }) => reason)).toEqual(['reply_timeout']);
    expect([await first, await second, await failureOf(connection.api('more'))]).toEqual(Array(3).fill(ears.losses[0]));
    await peer.closed();
    expect(peer.received).not.toContain('status');
    expect(timers.pending).toBe(0);
  });

  it('have their time from when they are sent, not from when they were queued', async () => {
    const { connection, peer, ears, timers } = await open({ replyTimeoutMs: 300 });
    const answers = [connection.api('one'), connection.api('two')];
    await peer.command();
    timers.advance(200);
    peer.say(output('1'));
    await peer.command();
    timers.advance(200);
    peer.say(output('2'));
    expect(await Promise.all(answers)).toEqual(['1', '2']);
    expect(ears.losses).toEqual([]);
  });

  it('cannot be answered before they are given', async () => {
    const { peer, ears } = await open();
    peer.say(output('nobody asked'));
    await ears.until(() => ears.losses.length > 0);
    expect(ears.losses[0]!.reason).toBe('protocol');
  });
});

describe('background jobs', () => {
  it('give the output that comes after the reply, whatever else runs meanwhile', async () => {
    const { connection, peer, ears, timers } = await open();
    const job = connection.bgapi('sofia profile external rescan');
    expect(await peer.command()).toBe('bgapi sofia profile external rescan');
    peer.say(jobReply('job-1'));
    const status = connection.api('status');
    await peer.command();
    peer.say(jobResult('job-of-another', 'no'), output('fine'));
    expect(await status).toBe('fine');
    peer.say(jobResult('job-1', '+OK scan complete: 100 %\n'));
    expect(await job).toBe('+OK scan complete: 100 %\n');
    // The heartbeat's only.
    expect(timers.pending).toBe(1);
    expect(ears.events.map((event) => event.kind === 'job' && event.jobUuid)).toEqual(['job-of-another', 'job-1']);
  });

  it.each(['in one packet', 'in two'])('give the output that comes before the reply, %s', async (how) => {
    const { connection, peer, ears, timers } = await open();
    const job = connection.bgapi('rescan');
    await peer.command();
    peer.say(jobResult('job-1', 'early'), ...(how === 'in two' ? [] : [jobReply('job-1')]));
    if (how === 'in two') {
      await ears.until(() => ears.events.length === 1);
      peer.say(jobReply('job-1'));
    }
    expect(await job).toBe('early');
    expect(timers.pending).toBe(1);
  });

  it('take no result that came before they were given', async () => {
    const { connection, peer, ears, timers } = await open();
    peer.say(jobResult('job-1', 'of somebody else'));
    await ears.until(() => ears.events.length === 1);
    const job = failureOf(connection.bgapi('rescan'));
    await peer.command();
    peer.say(jobReply('job-1'), heartbeat(1));
    await ears.until(() => ears.events.length === 2);
    // The heartbeat's, and the job's that is still waited for.
    expect(timers.pending).toBe(2);
    connection.close();
    expect(await job).toMatchObject({ reason: 'stopped' });
  });

  it('that never end fail alone', async () => {
    const { connection, peer, ears, timers } = await open();
    const job = failureOf(connection.bgapi('rescan'));
    await peer.command();
    peer.say(jobReply('job-1'), heartbeat(1));
    await ears.until(() => ears.events.length === 1);
    timers.advance(60_000);
    expect(await job).toMatchObject({ reason: 'reply_timeout' });
    const status = connection.api('status');
    await peer.command();
    peer.say(jobResult('job-1', 'too late'), output('fine'));
    expect(await status).toBe('fine');
    expect(ears.losses).toEqual([]);
  });

  it('are refused where the reply names no job', async () => {
    const { connection, peer } = await open();
    const job = failureOf(connection.bgapi('reload mod_event_socket'));
    await peer.command();
    peer.say(output('+OK Job-UUID: somewhere else\n'));
    expect(await job).toBeInstanceOf(CommandRefusedError);
  });
});

describe('the end of a connection', () => {
  const ends: readonly [string, string, (opened: Opened) => void][] = [
    [
      'a notice',
      'disconnected',
      ({ peer }) => {
        peer.say(frame('text/disconnect-notice', 'Disconnected'));
      },
    ],
    [
      'the switch closing',
      'disconnected',
      ({ peer }) => {
        peer.end();
      },
    ],
    [
      'a reset',
      'disconnected',
      ({ peer }) => {
        peer.reset();
      },
    ],
    [
      'rubbish',
      'protocol',
      ({ peer }) => {
        peer.say('Content-Length: -5\n\n');
      },
    ],
    [
      'silence',
      'silent',
      ({ timers }) => {
        timers.advance(5000);
      },
    ],
    [
      'closing it',
      'stopped',
      ({ connection }) => {
        connection.close();
      },
    ],
  ];

  it.each(ends)('by %s rejects every pending command before it is told, once', async (_, reason, end) => {
    const opened = await open({ heartbeatTimeoutMs: 5000 });
    const { connection, peer, ears, timers } = opened;
    const job = connection.bgapi('rescan');
    await peer.command();
    const underWay = connection.api('one');
    peer.say(jobReply('job-1'));
    await peer.command();
    const pending = [underWay, connection.api('two'), job];
    const failures = pending.map(failureOf);
    const hear = ears.closed.bind(ears);
    let seen: readonly string[] = [];
    ears.closed = (error) => {
      seen = pending.map((promise) => inspect(promise));
      hear(error);
    };
    end(opened);
    const errors = await Promise.all(failures);
    await peer.closed();
    expect(ears.losses.map((error) => error.reason)).toEqual([reason]);
    expect(seen.map((promise) => promise.includes('<rejected>'))).toEqual([true, true, true]);
    for (const error of errors) expect(error).toBe(ears.losses[0]);
    expect(await failureOf(connection.api('late'))).toBe(ears.losses[0]);
    expect(timers.pending).toBe(0);
    connection.close();
    expect(ears.losses).toHaveLength(1);
    expect(ears.losses[0]!.message).not.toContain('ClueCon');
  });

  it('does not come while there are heartbeats', async () => {
    const { peer, ears, timers } = await open({ heartbeatTimeoutMs: 1000 });
    for (let beat = 1; beat <= 5; beat += 1) {
      timers.advance(900);
      peer.say(heartbeat(beat));
      await ears.until(() => ears.events.length === beat);
    }
    timers.advance(999);
    expect(ears.losses).toEqual([]);
    timers.advance(1);
    expect(ears.losses.map(({ reason }) => reason)).toEqual(['silent']);
  });

  it('is not put off by other events', async () => {
    const { peer, ears, timers } = await open({ heartbeatTimeoutMs: 1000 });
    timers.advance(900);
    peer.say(jobResult('x', ''));
    await ears.until(() => ears.events.length === 1);
    timers.advance(100);
    expect(ears.losses.map(({ reason }) => reason)).toEqual(['silent']);
  });

  it('comes to an open connection that is called off', async () => {
    const controller = new AbortController();
    const { peer, ears } = await open({ signal: controller.signal });
    controller.abort();
    expect(ears.losses.map(({ reason }) => reason)).toEqual(['stopped']);
    await peer.closed();
  });

  it('leaves nothing behind at the signal that it could have been called off with', async () => {
    const { signal } = new AbortController();
    const { connection } = await open({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    connection.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
