import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.ts';

function progressOn(showsProgress: boolean) {
  let nowMs = 1000;
  let text = '';
  const terminal = {
    out: () => undefined,
    err: (more: string) => (text += more),
    width: 80,
    hasColour: false,
    showsProgress,
  };
  const progress = new Progress({ terminal, clockMs: () => nowMs });
  return {
    progress,
    text: () => text,
    later: (byMs: number) => {
      nowMs += byMs;
    },
  };
}

describe('progress', () => {
  it('is one line of a terminal, written anew now and then, and gone in the end', () => {
    const { progress, text, later } = progressOn(true);
    progress.tell('reading');
    expect(text()).toBe('');
    later(200);
    progress.tell('rows', 5, 10);
    progress.tell('rows', 6, 10);
    later(250);
    progress.tell('rows', 7, 10);
    progress.end();
    progress.end();
    expect(text()).toBe('\r\u001b[Krows  5 of 10\r\u001b[Krows  7 of 10\r\u001b[K');
  });

  it('says nothing of what is quick where nobody looks, and of what is not a line now and then', () => {
    const { progress, text, later } = progressOn(false);
    for (let at = 0; at < 19; at += 1) {
      progress.tell('rows', at, 100);
      later(100);
    }
    expect(text()).toBe('');
    for (let at = 0; at < 120; at += 1) {
      progress.tell('rows', at, 100);
      later(100);
    }
    progress.end();
    expect(text()).toBe('rows  1 of 100\nrows  101 of 100\n');
  });
});
