import { describe, expect, it } from 'vitest';
import type { GatewaysAnswer } from '../../src/cli/ask-for-gateways.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { type DrainEnd, watchDrain } from '../../src/cli/drain-countdown.ts';
import { OperatorError } from '../../src/errors/operator-error.ts';
import type { UnplugObstacle } from '../../src/live/gateway-report.ts';

const calls = (count: number): UnplugObstacle => ({ kind: 'calls', what: `${count} calls on fs1` });

function answer(...obstacles: readonly UnplugObstacle[]): GatewaysAnswer {
  const report = { gateway: 'gw1', profile: 'external', state: 'drain', calls: 0, mayCome: 0, switches: [] } as const;
  return { generation: 1, problems: 0, gateways: [{ ...report, obstacles }] };
}

const away = (): never => {
  const what = 'it does not answer: ECONNREFUSED';
  throw new OperatorError([{ code: 'server-unreachable', where: 'http://x', what, fix: 'start it' }]);
};

/** Looks at these answers one after the other, without waiting in between. */
async function watch(
  answers: readonly (() => GatewaysAnswer)[],
  terminal: { readonly showsProgress: boolean; readonly width: number },
): Promise<DrainEnd & { readonly shown: string }> {
  let shown = '';
  let at = 0;
  const context = {
    terminal: {
      out: () => undefined,
      err: (text: string) => {
        shown += text;
      },
      hasColour: false,
      ...terminal,
    },
    after: (_delayMs: number, run: () => void) => {
      const timer = setImmediate(run);
      return () => {
        clearImmediate(timer);
      };
    },
  } as unknown as CommandContext;
  const end = await watchDrain({
    ask: () => Promise.resolve().then(() => answers[at++]!()),
    gateway: 'gw1',
    timeoutSeconds: undefined,
    stopped: new Promise(() => undefined),
    context,
  });
  return { ...end, shown };
}

describe('the countdown', () => {
  it('writes one line anew on a terminal, cut to its width, and leaves none behind', async () => {
    const { why, shown } = await watch(
      [() => answer(calls(3)), () => answer(calls(3)), () => answer(calls(2)), () => answer()],
      {
        showsProgress: true,
        width: 16,
      },
    );
    expect(why).toBe('safe');
    expect(shown).toBe('\r\u001b[Kgw1: 3 calls o\u2026\r\u001b[Kgw1: 2 calls o\u2026\r\u001b[K');
  });

  it('writes a line for each change elsewhere', async () => {
    const { shown } = await watch(
      [() => answer(calls(2)), () => answer(calls(2)), () => answer(calls(1)), () => answer()],
      {
        showsProgress: false,
        width: Infinity,
      },
    );
    expect(shown).toBe('gw1: 2 calls on fs1\ngw1: 1 calls on fs1\n');
  });

  it('goes on where a server that has answered is away for a while, and never takes its silence for an answer', async () => {
    const { why, shown } = await watch([() => answer(calls(1)), away, away, () => answer()], {
      showsProgress: false,
      width: Infinity,
    });
    expect(why).toBe('safe');
    expect(shown).toContain('gw1: the server cannot be asked: it does not answer: ECONNREFUSED\n');
    await expect(watch([away], { showsProgress: false, width: 80 })).rejects.toThrow(OperatorError);
  });

  it('waits for a gateway that the server does not have yet', async () => {
    const none: GatewaysAnswer = { generation: 1, problems: 2, gateways: [] };
    const { why, shown } = await watch([() => none, () => answer()], { showsProgress: false, width: Infinity });
    expect(why).toBe('safe');
    expect(shown).toBe(
      'gw1: the server does not serve this gateway (yet); it refuses the inventory for 2 problems, see `trunkhunt check`\n',
    );
  });
});
