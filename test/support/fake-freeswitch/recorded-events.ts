import { readFileSync } from 'node:fs';

import type { ProbeEvent } from './event-socket-probe.ts';
import { framesOf, type RecordedFrame } from './replay-recording.ts';

const folder = new URL('../../fixtures/esl/', import.meta.url);

/** A recording of the event socket, by the name of its file without the endings. */
export function recording(name: string): Buffer {
  const ending = name.startsWith('06') || name.startsWith('09') ? 'plain' : 'json';
  return readFileSync(new URL(`${name}.${ending}.esl`, folder));
}

export function recordedFrames(name: string): readonly RecordedFrame[] {
  return framesOf(recording(name));
}

/** The JSON events of a recording, in their order. */
export function recordedEvents(name: string): readonly ProbeEvent[] {
  return recordedFrames(name)
    .filter(({ type }) => type === 'text/event-json')
    .map(({ body }) => JSON.parse(body) as ProbeEvent);
}
