import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { LiveMetrics, type LiveReading } from '../../src/metrics/live-metrics.ts';
import { parseMetrics, sampleValue, samplesOf } from '../support/parse-metrics.ts';

const NOTHING: LiveReading = {
  gatewayUp: [],
  ejected: [],
  effectiveWeight: [],
  shareError: [],
  calls: [],
  headroom: [],
  answerRatio: [],
};

/** Metrics of a server that counts how often it is read. */
function scraped(readingOf: (reads: number) => LiveReading | undefined) {
  const registry = new Registry();
  const state = { reads: 0 };
  new LiveMetrics(registry, () => readingOf((state.reads += 1)));
  return { state, scrape: async () => parseMetrics(await registry.metrics()) };
}

describe('what is counted elsewhere', () => {
  it('is read once for each scrape, so that all gauges show the same moment', async () => {
    const { state, scrape } = scraped((reads) => ({
      gatewayUp: [['fs1', 'a', true]],
      ejected: [['fs1', 'a', 'faults', false]],
      effectiveWeight: [['g', 'a', reads]],
      shareError: [['g', 'a', reads]],
      calls: [['a', reads]],
      headroom: [['a', reads]],
      answerRatio: [['a', reads]],
    }));
    for (const scrapes of [1, 2, 3]) {
      const samples = await scrape();
      expect(state.reads).toBe(scrapes);
      expect(sampleValue(samples, 'trunkhunt_gateway_up', { switch: 'fs1', gateway: 'a' })).toBe(1);
      const ejected = { switch: 'fs1', gateway: 'a', reason: 'faults' };
      expect(sampleValue(samples, 'trunkhunt_gateway_ejected', ejected)).toBe(0);
      for (const name of ['trunkhunt_gateway_effective_weight', 'trunkhunt_share_error_calls'])
        expect(sampleValue(samples, name, { group: 'g', gateway: 'a' })).toBe(scrapes);
      for (const name of ['calls', 'headroom_calls', 'answer_ratio'])
        expect(sampleValue(samples, `trunkhunt_gateway_${name}`, { gateway: 'a' })).toBe(scrapes);
    }
  });

  it('leaves no series behind when it is there no more', async () => {
    const { scrape } = scraped((reads) => (reads === 1 ? { ...NOTHING, calls: [['a', 1]] } : NOTHING));
    expect(samplesOf(await scrape(), 'trunkhunt_gateway_calls')).toHaveLength(1);
    expect(samplesOf(await scrape(), 'trunkhunt_gateway_calls')).toEqual([]);
  });

  it('has no series while there is nothing to be read', async () => {
    const { scrape } = scraped(() => undefined);
    expect(await scrape()).toEqual([]);
  });

  it('is read again where reading failed', async () => {
    const { scrape } = scraped((reads) => {
      if (reads <= 7) throw new Error('not now');
      return { ...NOTHING, calls: [['a', 3]] };
    });
    await expect(scrape()).rejects.toThrow('not now');
    expect(samplesOf(await scrape(), 'trunkhunt_gateway_calls')).toHaveLength(1);
  });
});
