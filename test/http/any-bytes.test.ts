import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookupRequest } from '../support/lookup-request.ts';
import { isNotFound, locateSection } from '../support/locate-section.ts';
import { distributedGateway } from '../support/parse-dial-string.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const RUNS = 250;
const gateways = ['gw1', 'gw2', 'gw3', distributedGateway];

let server: TestServer;

/** Routes that let as much as possible through, and reach every part that reads a request. */
beforeAll(async () => {
  server = await startServer(`
    INSERT INTO gateways (name, proxy, add_prefix) VALUES ('gw1', '192.0.2.1', ''), ('gw2', '192.0.2.2:5060', '+');
    INSERT INTO gateways (name, proxy) VALUES ('gw3', '127.0.0.1');
    INSERT INTO gateway_groups (name, chooser) VALUES ('every', 'trunkhunt'), ('list', 'mod_distributor');
    INSERT INTO gateway_group_members (group_name, gateway)
      VALUES ('every', 'gw1'), ('every', 'gw2'), ('every', 'gw3'), ('list', 'gw1'), ('list', 'gw3');
    INSERT INTO switches (hostname) VALUES ('vm');
    INSERT INTO gateway_switches VALUES ('gw2', 'vm');
    INSERT INTO routes (context, position, header_name, header_pattern, dial_number, destination_pattern, group_name)
      VALUES ('public', 1, 'X-Account', 'a|^$', '$1', '([0-9]*)', 'list');
    INSERT INTO routes (context, position, caller_pattern, source_network, strip_digits, group_name)
      VALUES ('public', 2, '.', '127.0.0.0/8', 1, 'every');
    INSERT INTO routes (context, position, destination_charset, add_prefix, group_name)
      VALUES ('public', 3, 'user', 'x', 'every'), ('default', 4, 'user', '', 'list');`);
});
afterAll(() => server.stop());

/** Holds what must be true of every answer, and says which kind it was. */
async function check(request: Uint8Array): Promise<string> {
  const { status, body } = await sendRaw(server.port, request);
  expect(status).toBe(200);
  const root = readAnswer(body);
  expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  if (isNotFound(root)) return 'not found';
  const dialplan = locateSection(root, 'dialplan');
  if (dialplan === undefined) return 'document';
  const { actions, legs } = readPlan(root, dialplan.children[0]?.attributes.get('name') ?? '');
  for (const { gateway } of legs) expect(gateways).toContain(gateway);
  for (const { number } of legs) expect(number).toMatch(/^\+?[0-9*#A-Za-z._-]{1,64}$/);
  expect(actions.at(-1)?.application).toBe('respond');
  return legs.length === 0 ? 'refusal' : 'plan';
}

/** Pieces that mean something to somebody on the way: XML, the preprocessor, dial strings, forms, HTTP. */
const piece = fc.oneof(
  fc.constantFrom(
    '$${x}',
    '${x}',
    '<!--#exec id-->',
    'X-PRE-PROCESS',
    '<?xml?>',
    '"/>',
    ']]>',
    '&',
    '=',
    '%',
    '+',
    '|',
  ),
  fc.constantFrom(
    ',',
    ':_:',
    '[a=b]',
    '{',
    'sofia/gateway/gw9/1',
    'error/x',
    '\r\n',
    '\0',
    '%00',
    '%0A',
    '%zz',
    '1004',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.stringMatching(/^\+?[0-9]{1,12}$/),
);
const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const escaped = text.map((it) => Buffer.from(it, 'latin1').toString('hex').replace(/../g, '%$&'));
const value = fc.oneof(text, escaped);
const section = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('dialplan', 'directory', 'configuration') },
  { weight: 1, arbitrary: value },
);
const fields = [
  ...['Event-Name', 'purpose', 'profile', 'section', 'key_value', 'variable_sip_h_X-Account'],
  ...['Context', 'Destination-Number', 'Caller-ID-Number', 'Network-Addr'].flatMap((it) => [
    `Hunt-${it}`,
    `Caller-${it}`,
  ]),
];
const fieldName = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fields) }, { weight: 1, arbitrary: value });
const context = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('public', 'Default') },
  { weight: 1, arbitrary: value },
);
const form = fc
  .tuple(section, value, context, value, fc.array(fc.tuple(fieldName, value), { maxLength: 8 }))
  .map(([name, hostname, inContext, number, more]) => {
    const first = `hostname=${hostname}&section=${name}&tag_name=&key_name=&key_value=`;
    const call = `Hunt-Context=${inContext}&Hunt-Destination-Number=${number}`;
    return [first, call, ...more.map(([field, it]) => `${field}=${it}`)].join('&');
  });

describe('whatever is sent', () => {
  it('as a form, the answer can be read and calls nobody but the gateways of the inventory', async () => {
    const kinds = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(form, async (body) => {
        const kind = await check(lookupRequest({ body }));
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }),
      { numRuns: RUNS },
    );
    // Else the forms would be so odd that nothing was tried.
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['plan', 'refusal', 'not found']));
  });

  it('as a body of any bytes, the answer can be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (body) => {
        await check(lookupRequest({ body }));
      }),
      { numRuns: RUNS / 2 },
    );
  });

  it('as a recorded request with bytes changed, the answer can be read', async () => {
    const edit = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat({ max: 20 }), piece);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...recordedNames), fc.array(edit, { maxLength: 6 }), async (name, edits) => {
        const request = recordedRequest(name).toString('latin1');
        let body = request.slice(request.indexOf('\r\n\r\n') + 4);
        for (const [place, length, put] of edits) {
          const at = Math.floor(place * body.length);
          body = body.slice(0, at) + put + body.slice(at + length);
        }
        await check(lookupRequest({ body }));
      }),
      { numRuns: RUNS / 2 },
    );
  });

  it('in GET style, with any query that HTTP can carry', async () => {
    const method = fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE');
    await fc.assert(
      fc.asyncProperty(method, form, async (name, query) => {
        // The rest has no place in a request line.
        await check(lookupRequest({ method: name, path: `/fsapi?${query.replace(/[^!-~]/g, '')}` }));
      }),
      { numRuns: RUNS / 2 },
    );
  });
});
