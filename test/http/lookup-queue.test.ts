import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookupQueue, type LookupQueueParts } from '../../src/http/lookup-queue.ts';
import { FieldReader, firstOf } from '../../src/http/request-fields.ts';

const HERE = { destroyed: false } as unknown as ServerResponse;
const SOCKET = { destroyed: false, writable: true } as unknown as IncomingMessage['socket'];
const CALL = 'hostname=vm&section=dialplan';

/** A queue over a clock that only answering moves. */
function queueOver(limits: Partial<LookupQueueParts['limits']>, msEach = 1) {
  const told: string[] = [];
  let nowMs = 0;
  const tell =
    (what: string) =>
    ({ query }: { readonly query: string }): void => {
      told.push(`${what} ${query}`);
    };
  const queue = new LookupQueue({
    limits: { maxInWork: 0, maxWaitMs: 0, ...limits },
    clockMs: () => nowMs,
    answer: (lookup) => {
      nowMs += msEach;
      tell('answered')(lookup);
    },
    shed: tell('shed'),
    abandon: tell('abandoned'),
  });
  const push = (name: string | number, form = CALL, response = HERE, socket = SOCKET): void => {
    queue.push({ form, query: String(name), response, socket, startedMs: nowMs });
  };
  const settled = async (): Promise<void> => {
    while (queue.size > 0) await setImmediate();
  };
  return { queue, told, push, settled };
}

const count = (told: readonly string[], what: string): number => told.filter((it) => it.startsWith(what)).length;

describe('look-ups that wait', () => {
  it('are answered in the order in which they came, after all that is ready was read', async () => {
    const { told, push, queue, settled } = queueOver({});
    for (let at = 0; at < 50; at += 1) push(at);
    expect([told.length, queue.size]).toEqual([0, 50]);
    await settled();
    expect(told).toEqual(Array.from({ length: 50 }, (_, at) => `answered ${at}`));
  });

  it('let the loop look for others every few milliseconds', async () => {
    const { told, push, settled } = queueOver({}, 2);
    for (let at = 0; at < 10; at += 1) push(at);
    await setImmediate();
    expect(told.length).toBe(3);
    push('late');
    await settled();
    expect(told.at(-1)).toBe('answered late');
  });

  it('wait while connections come, but not for ever', async () => {
    const { told, push, queue } = queueOver({});
    push('one');
    queue.connectionCame();
    await setImmediate();
    expect(told).toEqual([]);
    let turns = 1;
    for (; told.length === 0 && turns < 1_000; turns += 1) {
      queue.connectionCame();
      await setImmediate();
    }
    expect(told).toEqual(['answered one']);
    expect(turns).toBeGreaterThan(50);
    expect(turns).toBeLessThan(200);
  });

  it('are passed over where their client went away', async () => {
    const { told, push, settled } = queueOver({});
    push('reset', CALL, { destroyed: true } as unknown as ServerResponse);
    // Of an answer behind another one on its connection, the socket alone knows.
    push('closed', CALL, HERE, { destroyed: false, writable: false } as unknown as typeof SOCKET);
    push('here');
    await settled();
    expect(told).toEqual(['abandoned reset', 'abandoned closed', 'answered here']);
  });
});

describe('calls are shed', () => {
  it('beyond the cap, at once, and no longer when there is room again', async () => {
    const { told, push, settled } = queueOver({ maxInWork: 10 });
    for (let at = 0; at < 15; at += 1) push(at);
    expect(told).toEqual(['shed 10', 'shed 11', 'shed 12', 'shed 13', 'shed 14']);
    await settled();
    push('later');
    await settled();
    expect(told.at(-1)).toBe('answered later');
  });

  it('where they would wait too long, by what look-ups took lately', async () => {
    const { told, push, settled } = queueOver({ maxWaitMs: 100 }, 5);
    for (let round = 0; round < 40; round += 1) {
      push(round);
      await settled();
    }
    told.length = 0;
    for (let at = 0; at < 200; at += 1) push(at);
    const waiting = 200 - count(told, 'shed');
    // 100 ms are 20 of 5 ms; the estimate is a quarter off at most.
    expect(waiting).toBeGreaterThanOrEqual(16);
    expect(waiting).toBeLessThanOrEqual(26);
    await settled();
    expect(count(told, 'answered')).toBe(waiting);
  });

  it('not because of one long document or pause', async () => {
    let nowMs = 0;
    let ms = 0.1;
    const told: string[] = [];
    const queue = new LookupQueue({
      limits: { maxInWork: 0, maxWaitMs: 250 },
      clockMs: () => nowMs,
      answer: () => {
        nowMs += ms;
      },
      shed: () => told.push('shed'),
      abandon: () => undefined,
    });
    const push = async (): Promise<void> => {
      queue.push({ form: CALL, query: '', response: HERE, socket: SOCKET, startedMs: nowMs });
      while (queue.size > 0) await setImmediate();
    };
    for (let at = 0; at < 50; at += 1) await push();
    ms = 3_000;
    await push();
    ms = 0.1;
    for (let at = 0; at < 1_000; at += 1)
      queue.push({ form: CALL, query: '', response: HERE, socket: SOCKET, startedMs: nowMs });
    expect(told).toEqual([]);
    while (queue.size > 0) await setImmediate();
  });

  it.each(['configuration', 'directory', 'chatplan', ''])('and never a look-up of section "%s"', async (section) => {
    const { told, push, settled } = queueOver({ maxInWork: 1 });
    // A later section is a caller's, and does not count (contract 3.6).
    for (let at = 0; at < 30; at += 1) push(at, `hostname=vm&section=${section}&section=dialplan`);
    await settled();
    expect(count(told, 'answered')).toBe(30);
  });

  it.each(['hostname=vm&section=DialPlan', 'section=dialplan&section=configuration', 'x=1&section=dialplan&y=2'])(
    'by the section that is read: %s',
    (form) => {
      const { told, push } = queueOver({ maxInWork: 1 });
      push('first');
      push('second', form);
      expect(told).toEqual(['shed second']);
    },
  );
});

it('one field of a form is the one that the reader of all fields finds', () => {
  const reader = new FieldReader({ names: new Set(), headers: new Set() });
  const part = fc.constantFrom('hostname', 'section', 'sectio', '=', '&', 'dialplan', 'ü', 'Ã¼', '%41', 'x', '');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.constantFrom('hostname', 'section'), (parts, name) => {
      const form = parts.join('');
      expect(firstOf(form, name)).toBe(reader.read(form).get(name));
    }),
    { numRuns: 2_000 },
  );
});
