import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DecisionReport } from '../../src/live/find-decisions.ts';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sendRaw, withBody } from '../support/raw-http.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2'), ('gw3', '192.0.2.3');
  INSERT INTO gateway_groups (name, strategy) VALUES ('pair', 'ordered'), ('one', 'ordered');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('pair', 'gw1'), ('pair', 'gw2'), ('one', 'gw3');
  INSERT INTO routes (name, context, header_name, header_pattern, group_name) VALUES ('x', 'headers', 'X-Account', '.*', 'one');
  INSERT INTO routes (name, context, group_name) VALUES ('pair', 'default', 'pair'), ('public', 'public', 'pair'),
    ('one', 'one', 'one');`;

interface Answer {
  readonly decisions: readonly DecisionReport[];
  readonly cursor: string;
  readonly more: boolean;
}

async function call(
  server: TestServer,
  number: string,
  context = 'default',
  more: Readonly<Record<string, string>> = {},
) {
  const fields = {
    'Hunt-Context': context,
    'Hunt-Destination-Number': number,
    'Hunt-Caller-ID-Number': '2001',
    ...more,
  };
  await sendRaw(server.port, lookupRequest({ body: dialplanForm(fields) }));
}

const getText = async ({ port }: TestServer, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/api/decisions${path}`)).text();

const get = async (server: TestServer, query = ''): Promise<Answer> =>
  JSON.parse(await getText(server, `?${query}`)) as Answer;

const numbers = ({ decisions }: Answer): readonly string[] => decisions.map(({ number }) => number);

/** What was told is put into words a little later. */
const kept = (server: TestServer, count: number): Promise<void> =>
  vi.waitFor(
    async () => {
      expect((await get(server, 'limit=1000')).decisions).toHaveLength(count);
    },
    { timeout: 10_000 },
  );

describe('/api/decisions', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(INVENTORY);
    await call(server, '100');
    await call(server, '200', 'one');
    await call(server, 'no number');
    await call(server, '300', 'elsewhere');
    await call(server, '400');
    await kept(server, 5);
  });
  afterAll(() => server.stop());

  it('answers with the last ones, oldest first', async () => {
    expect(numbers(await get(server))).toEqual(['100', '200', 'no number', '300', '400']);
    expect(numbers(await get(server, 'limit=2'))).toEqual(['300', '400']);
  });

  it('finds those that somebody wants to see', async () => {
    expect(numbers(await get(server, 'gateway=gw1'))).toEqual(['100', '400']);
    expect(numbers(await get(server, 'gateway=gw3'))).toEqual(['200']);
    expect(numbers(await get(server, 'failed=1'))).toEqual(['no number', '300']);
    expect(numbers(await get(server, 'outcome=no_route'))).toEqual(['300']);
    expect(numbers(await get(server, 'number=200'))).toEqual(['200']);
    expect(numbers(await get(server, 'number=2001&gateway=gw3'))).toEqual(['200']);
    expect(numbers(await get(server, 'gateway=gw9'))).toEqual([]);
  });

  it('goes on from a cursor, without a gap, and shows again what changed', async () => {
    const first = await get(server, 'after=0-0&limit=2');
    expect([numbers(first), first.more]).toEqual([['100', '200'], true]);
    const second = await get(server, `after=${first.cursor}&limit=3`);
    expect([numbers(second), second.more]).toEqual([['no number', '300', '400'], false]);
    expect(numbers(await get(server, `after=${second.cursor}`))).toEqual([]);
    // Another process counted otherwise: all is news.
    expect(numbers(await get(server, 'after=zzz-99'))).toHaveLength(5);
  });

  it('answers with one of them in full, or says that it is not kept', async () => {
    const [first] = (await get(server)).decisions;
    expect(JSON.parse(await getText(server, `/${first?.id ?? ''}`))).toEqual(first);
    expect(JSON.parse(await getText(server, '/nobody'))).toEqual({ error: 'no decision nobody is kept' });
    expect(JSON.parse(await getText(server, '/%ff'))).toEqual({ error: 'the id is not encoded as a URL has it' });
  });

  it.each([
    ['limit=0', 'limit is no whole number from 1 to 1000'],
    ['limit=1001', 'limit is no whole number from 1 to 1000'],
    ['limit=ten', 'limit is no whole number from 1 to 1000'],
    ['after=yesterday', 'after is no cursor that an answer had'],
    ['outcome=failed', 'outcome is none of planned, no_route, rejected_number, no_gateway'],
    ['failed=yes', 'failed is neither 0 nor 1'],
  ])('says what is wrong with %s', async (query, error) => {
    expect(JSON.parse(await getText(server, `?${query}`))).toEqual({ error });
  });
});

it('asks for the password like the rest of /api', async () => {
  const server = await startServer(INVENTORY, { credentials: { user: 'fs', password: 'secret-hushcanary' } });
  try {
    for (const path of ['', '/x-1']) {
      const refused = await fetch(`http://127.0.0.1:${server.port}/api/decisions${path}`);
      expect(refused.status).toBe(401);
    }
  } finally {
    await server.stop();
  }
});

it('answers in a form that a terminal can show, whatever callers sent', async () => {
  const server = await startServer(INVENTORY);
  try {
    const hostile = recordedNames.filter((name) => name.startsWith('dialplan-'));
    for (const name of hostile) await sendRaw(server.port, recordedRequest(name));
    const escape = '%1B[2J%C2%9B31m%E2%80%AE%0A%07';
    await sendRaw(
      server.port,
      withBody(recordedRequest('dialplan-9980'), {
        'Hunt-Destination-Number': escape,
        'Hunt-Caller-ID-Number': escape,
      }),
    );
    await call(server, '1', 'headers', { 'variable_sip_h_X-Account': escape });
    await kept(server, hostile.length + 2);
    const text = await getText(server, '?limit=1000');
    expect(text).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]+$/u);
    const { decisions } = JSON.parse(text) as Answer;
    expect(decisions.at(-2)?.number).toBe('\u001b[2J\u009b31m\u202e\n\u0007');
    expect(decisions.at(-1)?.headers).toEqual({ 'x-account': '\u001b[2J\u009b31m\u202e\n\u0007' });
  } finally {
    await server.stop();
  }
});

it('hides the digits that are to be hidden, and finds a number all the same', async () => {
  const server = await startServer(INVENTORY, { maskNumbers: 4 });
  try {
    await call(server, '4930676767', 'default', { 'Hunt-Caller-ID-Number': '4989007676' });
    await call(server, '49', 'headers', { 'variable_sip_h_X-Account': '"Jo"%20<sip:4940878787@example.org>' });
    await kept(server, 2);
    const text = await getText(server, '');
    expect(text).not.toMatch(/6767|7676|8787/);
    expect(text).toContain('"number":"493067xxxx"');
    expect(text).toContain('sip:494087xxxx@example.org');
    expect(numbers(await get(server, 'number=4930676767'))).toEqual(['493067xxxx']);
    expect(numbers(await get(server, 'number=4989007676'))).toEqual(['493067xxxx']);
  } finally {
    await server.stop();
  }
});
