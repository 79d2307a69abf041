import fc from 'fast-check';
import { Counter, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { Tally } from '../../src/metrics/tally.ts';

const NAMES = { name: 'calls_total', help: 'Calls.', labelNames: ['group', 'outcome'] as const };

const label = fc.constantFrom('a', 'b', '', 'a\nb', 'a"\\');
const step = fc.oneof(
  fc.record({ kind: fc.constant('inc' as const), labels: fc.tuple(label, label) }),
  fc.record({ kind: fc.constant('begin' as const), labels: fc.tuple(label, label) }),
  fc.record({ kind: fc.constant('keepOnly' as const), labels: fc.tuple(label, label) }),
  fc.record({ kind: fc.constant('scrape' as const), labels: fc.tuple(label, label) }),
);

it('shows at every scrape what a counter shows that is told at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      const tally = new Tally({ ...NAMES, registers: [ours] });
      const counter = new Counter({ ...NAMES, registers: [theirs] });
      for (const { kind, labels } of steps) {
        const [group] = labels;
        if (kind === 'inc') {
          tally.inc(...labels);
          counter.labels(...labels).inc();
        } else if (kind === 'begin') {
          tally.begin(...labels);
          counter.labels(...labels).inc(0);
        } else if (kind === 'keepOnly') {
          await tally.keepOnly((it) => it.group === group);
          for (const it of (await counter.get()).values) if (it.labels.group !== group) counter.remove(it.labels);
        }
        if (kind === 'scrape') expect(await linesOf(ours)).toEqual(await linesOf(theirs));
      }
      expect(await linesOf(ours)).toEqual(await linesOf(theirs));
    }),
  );
});

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').sort();
}
