import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BusyTrunkhunt } from '../support/prometheus/busy-trunkhunt.ts';
import { dashboardQueries, substituted, variableSources } from '../support/prometheus/dashboard-queries.ts';
import { PrometheusProcess, type Series } from '../support/prometheus/prometheus-process.ts';
import { isPrometheusMissing, promtool } from '../support/prometheus/prometheus-program.ts';
import { serveProcess } from '../support/serve-process.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import { tlsFixture, tlsFlags } from '../support/tls-fixture.ts';

/** A job that scrapes by TLS and shows a certificate, as docs/tls.md has it. */
const secureJob = (port: number) => {
  const page = readFileSync(new URL('../../docs/tls.md', import.meta.url), 'utf8');
  const [, settings = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const files = settings
    .replace('/etc/prometheus/ca.pem', tlsFixture('ca.pem'))
    .replace('/etc/prometheus/prometheus-client.pem', tlsFixture('client.pem'))
    .replace('/etc/prometheus/prometheus-client.key', tlsFixture('client.key'));
  return `\n  - job_name: secure\n${files}    static_configs:\n      - targets: ['127.0.0.1:${port}']\n`;
};

/** In place of Grafana's four scrapes of 15 s. */
const RATE_INTERVAL = '15s';

/** Everything has happened by then; it takes some 15 s where the machine is not busy. */
const PATIENCE = { timeout: 30_000, interval: 1_000 };

/** Whether any series has a value to be drawn. */
function hasValue(series: readonly Series[]): boolean {
  return series.some(({ value }) => Number.isFinite(Number(value?.[1])));
}

/** The metrics of an expression, each with its matchers and without its range. */
function selectorsOf(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:trunkhunt_\w+|up)(?:\{[^}]*\})?/g)].map(([selector]) => selector);
}

/** Comparisons answer 0 or 1 in place of letting through what holds; and what is long ago is a moment ago. */
function answering(expr: string): string {
  return expr.replaceAll(/(==|>=|<=|>|<)(?= )/g, '$1 bool').replaceAll('offset 15m', 'offset 3s');
}

/** Happens in this run, so that the expression as it is shipped yields something. */
const HAPPENING = [
  'TrunkhuntAllDown',
  'TrunkhuntAllFull',
  'TrunkhuntGatewayDown',
  'TrunkhuntGatewayEjected',
  'TrunkhuntGatewayNearLimit',
  'TrunkhuntSwitchDisconnected',
  'TrunkhuntSwitchOnFallback',
  'TrunkhuntDriftNotReconciled',
  'TrunkhuntInventoryRefused',
];

describe.skipIf(isPrometheusMissing())('a real Prometheus, with trunkhunt under traffic', () => {
  const started: { stop(): Promise<unknown> }[] = [];
  let busy: BusyTrunkhunt;
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    busy = await BusyTrunkhunt.start(5);
    started.push(busy);
    const inventory = temporaryInventory();
    started.push({
      stop: () => {
        inventory.remove();
        return Promise.resolve();
      },
    });
    const ca = ['--tls-client-ca', tlsFixture('client-ca.pem')];
    const secure = await serveProcess(['--database', inventory.path, ...tlsFlags('server'), ...ca]);
    started.push(secure);
    prometheus = await PrometheusProcess.start(busy, 1, secureJob(secure.port));
    started.push(prometheus);
    busy.spoilInventory();
  }, 60_000);

  afterAll(async () => {
    for (const it of started.reverse()) await it.stop();
  });

  it('answers every query of every panel with values', { timeout: 40_000 }, async () => {
    const queries = dashboardQueries();
    expect(queries.length).toBeGreaterThan(35);
    await vi.waitFor(async () => {
      const empty: string[] = [];
      for (const { panel, expr } of queries) {
        if (!hasValue(await prometheus.query(substituted(expr, RATE_INTERVAL)))) empty.push(`${panel}: ${expr}`);
      }
      expect(empty).toEqual([]);
    }, PATIENCE);
  });

  it('has values for every variable of the dashboard', async () => {
    const sources = variableSources();
    expect(sources.map(({ name }) => name)).toEqual(['switch', 'group', 'gateway']);
    for (const { metric, label } of sources) {
      const values = await prometheus.query(`group by (${label}) (${metric})`);
      expect(values.map(({ metric: labels }) => labels[label]).length, metric).toBeGreaterThan(1);
    }
  });

  it('can evaluate every alert, and has every series that alerts are about', { timeout: 40_000 }, async () => {
    await vi.waitFor(async () => {
      const alerts = await prometheus.alertRules();
      expect(alerts.length).toBeGreaterThan(12);
      const missing: string[] = [];
      for (const { name, query, health, lastError } of alerts) {
        expect([name, health, lastError]).toEqual([name, 'ok', undefined]);
        await prometheus.query(query);
        for (const selector of selectorsOf(query)) {
          if ((await prometheus.query(selector)).length === 0) missing.push(`${name}: ${selector}`);
        }
      }
      expect(missing).toEqual([]);
    }, PATIENCE);
  });

  it('has something to compare in every alert, whether it holds or not', { timeout: 40_000 }, async () => {
    const alerts = await prometheus.alertRules();
    const compared = alerts.filter(({ name }) => !HAPPENING.includes(name));
    expect(compared.length).toBe(alerts.length - HAPPENING.length);
    await vi.waitFor(async () => {
      for (const { name, query } of compared) {
        expect(await prometheus.query(answering(query)), name).not.toEqual([]);
      }
    }, PATIENCE);
  });

  it.each(HAPPENING)('sees the reason for %s', { timeout: 40_000 }, async (name) => {
    const alert = (await prometheus.alertRules()).find((it) => it.name === name);
    await vi.waitFor(async () => {
      expect(await prometheus.query(alert?.query ?? '')).not.toEqual([]);
    }, PATIENCE);
  });

  it('finds nothing to say against the metrics', async () => {
    expect(promtool(['check', 'metrics'], await busy.metricsText())).toEqual({ status: 0, output: '' });
  });
});
