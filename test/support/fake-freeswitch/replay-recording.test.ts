import { describe, expect, it } from 'vitest';

import { EventSocketProbe } from './event-socket-probe.ts';
import { recordedEvents, recordedFrames, recording } from './recorded-events.ts';
import { framesOf, replayRecording } from './replay-recording.ts';

const names = [
  '01-answered-by-first',
  '02-first-503-second-answers',
  '03-first-busy-486',
  '04-both-404',
  '05-first-rings-out',
  '06-api-commands',
  '07-rescan-killgw',
  '08-gateway-ping-down-then-up',
  '09-auth-rejected',
  '10-plan-with-leg-variables-503-then-ok',
  '11-first-silent-progress-timeout',
  '12-both-503-with-retry-after',
];

describe('replayRecording', () => {
  it.each(names)('plays %s byte for byte', async (name) => {
    const replay = await replayRecording(recording(name));
    const probe = await EventSocketProbe.connect(replay.port);
    const replies = recordedFrames(name).filter(({ type }) => /reply|response|request/.test(type));
    const commands = replies.slice(1).map((_, index) => `api ${index}`);
    for (const command of commands) probe.write(command);
    await replay.finished;
    await probe.closed;
    const played = probe.frames.map(({ type, body }) => [type, body]);
    expect(played).toEqual(recordedFrames(name).map(({ type, body }) => [type, body]));
    expect(replay.commands).toEqual(commands);
    await replay.stop();
  });

  it('holds a reply, and what follows it, back until there is a command for it', async () => {
    const replay = await replayRecording(recording('01-answered-by-first'));
    const probe = await EventSocketProbe.connect(replay.port);
    expect((await probe.send('auth ClueCon\nX-Header: ignored')).head).toContain('+OK accepted');
    expect(probe.events).toEqual([]);
    await probe.send('event json ALL');
    await probe.closed;
    expect(probe.events).toEqual(recordedEvents('01-answered-by-first'));
    expect(replay.commands).toEqual(['auth ClueCon', 'event json ALL']);
    await replay.stop();
  });

  it('refuses what is no recording', () => {
    expect(() => framesOf(Buffer.from('HTTP/1.1 200 OK'))).toThrow('no frame at byte 0');
  });
});
