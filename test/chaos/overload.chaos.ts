import { expect, it } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { type LoadedServer, loadedServer, type LoadResult, type Spread } from '../support/loaded-server.ts';
import { samplesOf } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

const SECONDS = ofThisRun({ quick: 2, long: 30 });

/** Fewer than the default cap. */
const CALLS_AT_ONCE = 100;

const WITHOUT_CAP = ['--max-in-work', '0', '--max-wait-ms', '0'];

/** So expensive that the client can send twice as much as can be decided: some milliseconds where machines are slow. */
const VAIN_ROUTES = 6_000;

const GATEWAYS = lookupRequest({
  body: dialplanForm({ section: 'directory', purpose: 'gateways', profile: 'external' }),
});

it('at twice the saturation load calls are answered in time, or shed', async () => {
  const unbounded = await loadedServer(WITHOUT_CAP, VAIN_ROUTES);
  // Once for V8 to compile what is hot.
  await unbounded.load({ connections: 16, seconds: SECONDS / 2 });
  const { plan, begunSeconds } = await unbounded.load({ connections: 16, seconds: SECONDS });
  const saturation = plan / begunSeconds;
  report('saturation with 6,000 patterns to try, look-ups a second', Math.round(saturation));
  const load = { perSecond: 2 * saturation, seconds: SECONDS };
  const without = await unbounded.load(load);
  await unbounded.stop();
  reportLoad('without a cap', without);

  const capped = await loadedServer([], VAIN_ROUTES);
  await capped.load({ connections: 16, seconds: SECONDS / 2 });
  const shedBefore = await shedBy(capped);
  const over = new AbortController();
  const asking = askForGateways(capped, over.signal);
  const withCap = await capped.load(load);
  over.abort();
  const gateways = await asking;
  reportLoad('with the cap', withCap);
  report('with the cap: calls shed, % of all', ((100 * withCap.notFound) / withCap.begun).toFixed(1));
  report('with the cap: look-ups of gateways meanwhile, all answered in full', gateways);

  // Nobody is left without an answer, and what is counted is what was done.
  expect(withCap).toMatchObject({ other: 0, timedOut: 0, failed: 0 });
  expect(withCap.plan + withCap.notFound).toBe(withCap.begun);
  expect((await shedBy(capped)) - shedBefore).toBe(withCap.notFound);
  expect(without).toMatchObject({ notFound: 0, other: 0 });
  expect(gateways).toBeGreaterThan(0);
  await capped.stop();

  function reportLoad(which: string, { begun, begunSeconds: seconds, ...result }: LoadResult): void {
    report(`${which}: calls a second that came`, Math.round(begun / seconds));
    report(`${which}: plans, milliseconds p50 / p99 / max`, shown(result.planMs));
    if (result.notFound > 0) report(`${which}: shed, milliseconds p50 / p99 / max`, shown(result.notFoundMs));
    report(`${which}: callers that gave up after 10 s, or were refused`, result.timedOut + result.failed);
  }
});

it('with as many calls as can be answered nothing is shed', async () => {
  const server = await loadedServer([]);
  await server.load({ connections: 16, seconds: SECONDS / 2 });
  const result = await server.load({ connections: CALLS_AT_ONCE, seconds: SECONDS });
  report('saturation with one route, look-ups a second', Math.round(result.plan / result.begunSeconds));
  report(`one route, ${CALLS_AT_ONCE} calls at any time: plans, milliseconds p50 / p99 / max`, shown(result.planMs));
  expect(result).toMatchObject({ plan: result.begun, failed: 0, timedOut: 0 });
  await server.stop();
});

function report(what: string, figure: string | number): void {
  reportFigure('overload', what, figure);
}

/** A switch that has its gateways read while others have calls. @returns how often it was answered */
async function askForGateways({ port }: LoadedServer, over: AbortSignal): Promise<number> {
  let answered = 0;
  while (!over.aborted) {
    const { body } = await sendRaw(port, GATEWAYS);
    const text = body.toString();
    for (const gateway of ['gw1', 'gw2', 'gw3']) expect(text).toContain(`<gateway name="${gateway}"`);
    answered += 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return answered;
}

async function shedBy(server: LoadedServer): Promise<number> {
  const requests = samplesOf(await server.metrics(), 'trunkhunt_xml_requests_total');
  return requests.reduce((sum, { labels, value }) => sum + (labels['result'] === 'shed' ? value : 0), 0);
}

function shown({ p50, p99, max }: Spread): string {
  return [p50, p99, max].map((ms) => (ms === null ? '-' : ms.toFixed(1))).join(' / ');
}
