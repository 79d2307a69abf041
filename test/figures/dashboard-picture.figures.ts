import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { BusyTrunkhunt, carrierBehaviour } from '../support/prometheus/busy-trunkhunt.ts';
import { dashboardQueries, substituted } from '../support/prometheus/dashboard-queries.ts';
import { PrometheusProcess, type Series } from '../support/prometheus/prometheus-process.ts';
import { drawDashboard } from './draw-dashboard.ts';
import { printFigure } from './print-figure.ts';

const PICTURE = new URL('../../docs/images/dashboard.svg', import.meta.url).pathname;

const RUN_SECONDS = Number(process.env['PICTURE_SECONDS'] ?? '340');
/** Until as many calls end as begin; not drawn. */
const WARM_UP_SECONDS = 40;
/** While this part of the run lasts, a carrier fails most of its calls. */
const FAILING = { from: 0.3, to: 0.55 };
const RATE_INTERVAL = '20s';

it('draws the main panels of the dashboard, and prints what each query and each alert came to', async () => {
  const startedMs = Date.now();
  const isFailing = (): boolean => {
    const share = (Date.now() - startedMs) / 1000 / RUN_SECONDS;
    return share >= FAILING.from && share < FAILING.to;
  };
  const busy = await BusyTrunkhunt.start(1, (call) => carrierBehaviour(call, isFailing()));
  onTestFinished(() => busy.stop());
  const prometheus = await PrometheusProcess.start(busy);
  onTestFinished(() => prometheus.stop());
  await pass(RUN_SECONDS * 0.9);
  busy.spoilInventory();
  await pass(RUN_SECONDS * 0.1);

  const queries = dashboardQueries();
  for (const { panel, legend, expr } of queries) {
    printFigure(`${panel}: ${legend}`, summary(await prometheus.query(substituted(expr, RATE_INTERVAL))));
  }
  for (const { name, query, state } of await prometheus.alertRules()) {
    printFigure(`alert ${name} (${state})`, summary(await prometheus.query(query)));
  }
  const svg = await drawDashboard(prometheus, {
    endSeconds: Date.now() / 1000,
    seconds: RUN_SECONDS - WARM_UP_SECONDS,
    rateInterval: RATE_INTERVAL,
  });
  writeFileSync(PICTURE, svg);
  printFigure('docs/images/dashboard.svg: bytes', svg.length);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** How many series, and the first of them with their labels. */
function summary(series: readonly Series[]): string {
  if (series.length === 0) return 'nothing: it does not fire, or has nothing to compare with';
  const some = series.slice(0, 4).map(({ metric, value }) => {
    const labels = Object.entries(metric).filter(([name]) => !['__name__', 'instance', 'job'].includes(name));
    return `${labels.map(([, label]) => label).join(' ')} = ${Number(Number(value?.[1]).toPrecision(4))}`.trim();
  });
  return `${series.length} series: ${some.join('; ')}${series.length > 4 ? '; ...' : ''}`;
}
