import { type Request, type Response, Router } from 'express';
import type { SwitchReport } from '../live/switch-report.ts';
import { callerText } from '../routing/call.ts';
import { decisionRoutes } from './decision-routes.ts';
import type { XmlCurlParts } from './xml-curl-endpoint.ts';

/** A question of the command line; anything else is a mistake of whoever asks. */
type Parameters = Readonly<Record<string, unknown>>;

/** What the running server knows, as JSON: for the command line, and for programs. */
export function apiRoutes({ live, fleet, decisions, stamps }: XmlCurlParts): Router {
  const router = Router();
  router.get('/switches', (_request, response) => {
    response.json({ switches: fleet.reports });
  });
  router.get('/switches/plan', async (request, response) => {
    await forSwitches(request, response, (hostname) => fleet.plan(hostname));
  });
  router.post('/switches/reconcile', async (request, response) => {
    await forSwitches(request, response, (hostname) => fleet.reconcile(hostname));
  });
  router.get('/gateways', (request, response) => {
    const { serving, refusal } = live;
    if (serving === undefined) {
      response.status(503).json({ error: 'no inventory is being served' });
      return;
    }
    const name = text(request.query, 'gateway');
    response.json({
      generation: serving.generation,
      problems: refusal.length,
      gateways: fleet.gatewayReports(serving.snapshot, name === '' ? undefined : name),
    });
  });
  router.get('/explain', (request, response) => {
    const { serving } = live;
    if (serving === undefined) {
      response.status(503).json({ error: 'no inventory is being served' });
      return;
    }
    const query: Parameters = request.query;
    const call = {
      decisionId: 'explain',
      channelUuid: '',
      atMs: stamps.nowMs(),
      hostname: text(query, 'switch'),
      context: text(query, 'context') || 'default',
      destinationNumber: callerText(text(query, 'number')),
      callerNumber: callerText(text(query, 'caller')),
      networkAddress: text(query, 'source'),
      headers: new Map(headersIn(query).map(([name, value]) => [name, callerText(value)])),
    };
    response.json({ ...live.explain(serving, call), notes: notesOn(call.hostname, fleet.reports) });
  });
  router.use('/decisions', decisionRoutes(decisions));
  router.use((_request, response) => {
    response.status(404).json({ error: 'there is no such page' });
  });
  return router;

  /** Does it for the switch that is named, or for all; a switch that cannot be asked has its error instead. */
  async function forSwitches<Result>(
    request: Request,
    response: Response,
    ask: (hostname: string) => Promise<Result> | undefined,
  ): Promise<void> {
    const named = text(request.query, 'switch');
    const known = fleet.reports.map((report) => report.switch);
    if (named !== '' && !known.includes(named)) {
      const there = known.length === 0 ? 'none' : known.join(', ');
      response.status(404).json({ error: `no switch '${named}' is listened to; there are: ${there}` });
      return;
    }
    const switches = await Promise.all(
      (named === '' ? known : [named]).map(async (hostname) => {
        try {
          return { switch: hostname, ...(await ask(hostname)) };
        } catch (error) {
          return { switch: hostname, error: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
    response.json({ switches });
  }
}

/** What has to be known of a switch to read the health that is shown for it. */
function notesOn(hostname: string, switches: readonly SwitchReport[]): readonly string[] {
  if (switches.length === 0) return [];
  const report = switches.find((it) => it.switch === hostname);
  const there = switches.map((it) => it.switch).join(', ');
  if (report === undefined) {
    const which = hostname === '' ? 'no switch is named' : `switch '${hostname}' is not listened to`;
    return [`${which}: all gateways count as up; there are: ${there}`];
  }
  if (report.connected) return [];
  const known = report.gateways.running === null ? 'all gateways count as up' : 'its last word still counts';
  return [`switch '${hostname}' is not connected: ${known}`];
}

function text(parameters: Parameters, name: string): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}

/** `header=X-Account=7`, once or more. */
function headersIn(parameters: Parameters): readonly (readonly [name: string, value: string])[] {
  const given = parameters['header'];
  const texts = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  return texts.flatMap((it) => {
    const [, name, value] = typeof it === 'string' ? (/^([^=]+)=(.*)$/s.exec(it) ?? []) : [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
}
