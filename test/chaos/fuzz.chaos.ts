import { describe, expect, it } from 'vitest';
import type { AddressInfo } from 'node:net';
import { createServer } from '../../src/http/create-server.ts';
import type { XmlCurlParts } from '../../src/http/xml-curl-endpoint.ts';
import { checkAnswer } from '../support/fuzz/check-answer.ts';
import { type AskedInventory, fuzzAnswers } from '../support/fuzz/fuzz-answers.ts';
import { lookupRequest } from '../support/lookup-request.ts';
import { sendRaw } from '../support/raw-http.ts';
import { reportFigure } from './report-figure.ts';
import { ofThisRun } from './run-length.ts';

/** Other inputs each time; `FUZZ_SEED` repeats those of a run that is told of by its seed. */
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 1_000_000_000));

const requests = ofThisRun({ quick: 10_000, long: 1_000_000 });

/** Of each inventory, so many requests go through a socket as well. */
const THROUGH_SOCKETS = 2;

let throughSockets = 0;

/** The same server as in `serve`, for the answers' way through HTTP. */
async function alsoThroughSockets({ endpoint, tables, forms }: AskedInventory): Promise<void> {
  const { server } = createServer(endpoint.parts as XmlCurlParts, () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    for (const form of forms.slice(-THROUGH_SOCKETS)) {
      const { port } = server.address() as AddressInfo;
      const { status, body } = await sendRaw(port, lookupRequest({ body: form }));
      expect(status).toBe(200);
      checkAnswer(tables, form, body);
      throughSockets += 1;
    }
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('inputs of all kinds', () => {
  it('make no answer say anything that the inventory did not ask for', async () => {
    const run = await fuzzAnswers({ seed, requests, requestsAnInventory: 200, alsoAsk: alsoThroughSockets });
    expect(run.escapes).toEqual([]);
    const { served, refused, unwritable } = run.inventories;
    const count = (kind: Parameters<typeof run.answers.get>[0]): number => run.answers.get(kind) ?? 0;
    // Else what was made up would be so odd that nothing was tried.
    expect(count('plan')).toBeGreaterThan(requests / 50);
    expect(count('refusal')).toBeGreaterThan(requests / 50);
    expect(throughSockets).toBe(served * THROUGH_SOCKETS);
    reportFigure('fuzz', 'requests made up, put to the handler of look-ups', run.requests);
    reportFigure('fuzz', 'of these through a socket as well', throughSockets);
    reportFigure('fuzz', 'inventories made up', served + refused + unwritable);
    reportFigure('fuzz', 'of these served; the others were refused, with a finding', served);
    reportFigure('fuzz', 'answers that are plans', count('plan'));
    reportFigure('fuzz', 'answers that are refusals with 484 or 503', count('refusal'));
    reportFigure(
      'fuzz',
      'answers that are lists, profiles or gateways',
      count('lists') + count('profiles') + count('gateways'),
    );
    reportFigure('fuzz', 'escapes: answers that say anything the inventory did not ask for', run.escapes.length);
    reportFigure('fuzz', 'seeds', `${seed} to ${run.nextSeed - 1}`);
  });
});
