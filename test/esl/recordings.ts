import { readdirSync, readFileSync } from 'node:fs';
import { FrameDecoder } from '../../src/esl/frame-decoder.ts';
import { readSwitchEvent, type SwitchEvent } from '../../src/esl/switch-event.ts';

const folder = new URL('../fixtures/esl/', import.meta.url);

/** Conversations with a real switch, what it said only. */
export const recordingNames = readdirSync(folder).filter((name) => name.endsWith('.esl'));

/** @param number the two digits that its name begins with */
export function recording(number: string): Buffer {
  const name = recordingNames.find((it) => it.startsWith(`${number}-`));
  if (name === undefined) throw new Error(`no recording ${number}`);
  return readFileSync(new URL(name, folder));
}

export function recordedEvents(number: string): readonly SwitchEvent[] {
  return new FrameDecoder()
    .push(recording(number))
    .filter(({ headers }) => headers.get('content-type') === 'text/event-json')
    .map(({ body }) => readSwitchEvent(body.toString('utf8')))
    .filter((event) => event !== undefined);
}
