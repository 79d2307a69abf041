import { expect, it } from 'vitest';

import { countProgress } from '../../src/cli/count-progress.ts';

function shown(showsProgress: boolean, calls: number): string {
  let text = '';
  let nowMs = 0;
  const terminal = {
    ...{ out: () => undefined, width: 80, hasColour: false, showsProgress },
    err: (more: string) => (text += more),
  };
  const { count, end } = countProgress({ terminal, clockMs: () => nowMs });
  for (let call = 1; call <= calls; call += 1) {
    nowMs += 1;
    count(call);
  }
  end();
  return text;
}

it('counts now and then, and takes the line away again', () => {
  expect(shown(true, 600)).toBe('\r256 calls\r512 calls\r\u001b[K');
});

it('says nothing where nobody looks, or it is quickly done', () => {
  expect(shown(false, 600)).toBe('');
  expect(shown(true, 100)).toBe('');
});
