import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { isNotFound } from '../support/locate-section.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const FORM = dialplanForm({ 'Hunt-Context': 'default', 'Hunt-Destination-Number': '%2B49301' });
/** What cannot be read in full is not found; only a status other than 200 would be a failure of ours. */
const ANSWERED = /^(\+49301|\+49|not found)$/;
const BODY_LIMIT = 256 * 1024;
const padded = (bytes: number): string => `${FORM}&pad=${'x'.repeat(bytes - FORM.length - '&pad='.length)}`;

let server: TestServer;

beforeAll(async () => {
  server = await startServer(`
    INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');
    INSERT INTO gateway_groups (name) VALUES ('one');
    INSERT INTO gateway_group_members (group_name, gateway) VALUES ('one', 'gw1');
    INSERT INTO routes (context, group_name) VALUES ('default', 'one');
    INSERT INTO switches (hostname) VALUES ('vm');`);
});
afterAll(() => server.stop());

/** The number that the plan dials, or `not found`. */
async function answered(request: Uint8Array): Promise<string | undefined> {
  const { status, body } = await sendRaw(server.port, request);
  expect(status).toBe(200);
  const root = readAnswer(body);
  return isNotFound(root) ? 'not found' : readPlan(root, 'default').legs[0]?.number;
}

async function counted(labels: Record<string, string>): Promise<number> {
  return sampleValue(await server.metrics(), 'trunkhunt_xml_requests_total', labels) ?? 0;
}

describe('GET style', () => {
  it.each([0, 20_000, 200_000])('reads a request line with %i bytes more than it needs', async (bytes) => {
    expect(await answered(lookupRequest({ method: 'GET', path: `/fsapi?${FORM}&pad=${'x'.repeat(bytes)}` }))).toBe(
      '+49301',
    );
  });

  it('answers a request line beyond every bound with not found, and counts it', async () => {
    const labels = { section: 'other', result: 'too_large', switch: 'other' };
    const before = await counted(labels);
    expect(await answered(lookupRequest({ method: 'GET', path: `/fsapi?pad=${'x'.repeat(300_000)}` }))).toBe(
      'not found',
    );
    expect(await counted(labels)).toBe(before + 1);
  });

  it.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND'])('%s has its fields in the query', async (method) => {
    expect(await answered(lookupRequest({ method, path: `/fsapi?${FORM}` }))).toBe('+49301');
  });

  it('does not read a body', async () => {
    expect(await answered(lookupRequest({ method: 'GET', path: '/fsapi', body: FORM }))).toBe('not found');
  });

  it('answers a request line with bytes beyond ASCII', async () => {
    // The first five fields and all names of fields are sent as they are (contract 1.3), callers' headers among them.
    const path = Buffer.from(`/fsapi?${FORM}&variable_sip_h_X-é=1`).toString('latin1');
    expect(await answered(lookupRequest({ method: 'GET', path }))).toMatch(ANSWERED);
  });
});

it('POST does not read its fields from the query', async () => {
  expect(await answered(lookupRequest({ path: `/fsapi?${FORM}`, body: 'a=b' }))).toBe('not found');
  expect(await answered(lookupRequest({ path: '/fsapi?section=other', body: FORM }))).toBe('+49301');
});

it.each(['TRUNKHUNT', 'get', 'Q'])(
  'a method that nobody has heard of, %s, is answered in GET style',
  async (method) => {
    // mod_xml_curl sends what its `method` says, letter for letter (contract 1.1).
    expect(await answered(lookupRequest({ method, path: `/fsapi?${FORM}` }))).toMatch(ANSWERED);
  },
);

it('HEAD is answered with 200 and no body', async () => {
  const response = await new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1').setEncoding('latin1').on('data', resolve).on('error', reject);
    socket.write(lookupRequest({ method: 'HEAD', path: `/fsapi?${FORM}`, headers: ['Connection: close'] }));
  });
  expect(response).toMatch(/^HTTP\/1\.1 200 /);
});

describe('bodies', () => {
  it('of 256 kB are read', async () => {
    expect(await answered(lookupRequest({ body: padded(BODY_LIMIT) }))).toBe('+49301');
  });

  it.each([BODY_LIMIT + 1, 5_000_000])('of %i bytes are drained, answered not found and counted', async (bytes) => {
    const labels = { section: 'other', result: 'too_large', switch: 'other' };
    const before = await counted(labels);
    expect(await answered(lookupRequest({ body: padded(bytes) }))).toBe('not found');
    expect(await counted(labels)).toBe(before + 1);
  });

  it('that are chunked are read, wherever the cuts are', async () => {
    for (const size of [1, 7, 1000]) {
      const chunks = (FORM.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).map(
        (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
      );
      const head = lookupRequest({ headers: ['Transfer-Encoding: chunked'] });
      expect(await answered(Buffer.concat([head, Buffer.from(`${chunks.join('')}0\r\n\r\n`)]))).toBe('+49301');
    }
  });

  it('that are chunked and too large are drained as well', async () => {
    const body = padded(BODY_LIMIT + 1);
    const head = lookupRequest({ headers: ['Transfer-Encoding: chunked'] });
    const chunk = Buffer.from(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    expect(await answered(Buffer.concat([head, chunk]))).toBe('not found');
  });

  it('without a Content-Length are empty', async () => {
    expect(await answered(lookupRequest({}))).toBe('not found');
  });

  it('that go on beyond their Content-Length are answered', async () => {
    const cut = FORM.indexOf('301');
    const request = lookupRequest({ headers: [`Content-Length: ${cut}`] });
    expect(await answered(Buffer.concat([request, Buffer.from(FORM)]))).toMatch(ANSWERED);
  });

  it('of a sender that waits for leave to send are asked for', async () => {
    const head = lookupRequest({ headers: ['Expect: 100-continue', `Content-Length: ${FORM.length}`] });
    const received: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1').setEncoding('latin1').on('error', reject);
      socket.on('data', (text: string) => {
        received.push(text);
        if (received.length === 1) socket.write(FORM);
        else {
          socket.destroy();
          resolve();
        }
      });
      socket.write(head);
    });
    expect(received[0]).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(received[1]).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('of a sender that expects something unheard of are answered all the same', async () => {
    expect(await answered(lookupRequest({ headers: ['Expect: the-unexpected'], body: FORM }))).toBe('+49301');
  });

  it.each(['end', 'destroy'] as const)('that stop early (%s) do no harm to the next', async (how) => {
    const started = lookupRequest({ headers: [`Content-Length: ${FORM.length}`] });
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(Buffer.concat([started, Buffer.from(FORM.slice(0, 20))]), () => socket[how]());
      });
      socket
        .on('error', () => undefined)
        .on('close', () => {
          resolve();
        });
      socket.resume();
    });
    expect(await answered(lookupRequest({ body: FORM }))).toBe('+49301');
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('fields over the wire', () => {
  const dialled = (fields: Record<string, string>, tail = '') =>
    answered(lookupRequest({ body: dialplanForm(fields) + tail }));

  it('Hunt-* say where the call goes, before Caller-*', async () => {
    const both = { 'Caller-Context': 'other', 'Caller-Destination-Number': '1' };
    expect(await dialled({ ...both, 'Hunt-Context': 'default', 'Hunt-Destination-Number': '2' })).toBe('2');
    expect(await dialled({ 'Caller-Context': 'default', 'Caller-Destination-Number': '1' })).toBe('1');
    expect(await dialled({ ...both, 'Hunt-Destination-Number': '2' })).toBe('not found');
  });

  it('what a caller writes again after the first five is not believed', async () => {
    const fields = { 'Hunt-Context': 'default', 'Hunt-Destination-Number': '2' };
    expect(await dialled(fields, '&section=directory&hostname=x&key_value=sofia.conf')).toBe('2');
  });

  it('the section may be written in any case, and encoded it is another', async () => {
    const fields = { 'Hunt-Context': 'default', 'Hunt-Destination-Number': '2' };
    expect(await dialled({ ...fields, section: 'DialPlan' })).toBe('2');
    expect(await dialled({ ...fields, section: 'dial%70lan' })).toBe('not found');
  });

  it('a hostname so long that the first five are cut at 511 bytes leaves nothing to answer', async () => {
    const plain = dialplanForm({ hostname: 'h'.repeat(600) }).slice(0, 511);
    const labels = { section: 'other', result: 'not_found', switch: 'other' };
    const before = await counted(labels);
    expect(await answered(lookupRequest({ body: `${plain}&Hunt-Context=default&Hunt-Destination-Number=2` }))).toBe(
      'not found',
    );
    expect(await counted(labels)).toBe(before + 1);
  });

  it('a key so long that it is cut at 511 bytes leaves the event fields readable', async () => {
    const plain = dialplanForm({ tag_name: 'user', key_name: 'id', key_value: 'k'.repeat(600) }).slice(0, 511);
    expect(await answered(lookupRequest({ body: `${plain}&Hunt-Context=default&Hunt-Destination-Number=2` }))).toBe(
      '2',
    );
  });

  it('no other path is the endpoint', async () => {
    for (const path of ['/fsapix', '/fsap', '/x/fsapi', '/']) {
      const { status, body } = await sendRaw(server.port, lookupRequest({ path, body: FORM }));
      expect([path, status, body.toString().includes('bridge')]).toEqual([path, 404, false]);
    }
  });
});

it('an answer is counted by section, result and switch', async () => {
  const labels = { section: 'dialplan', result: 'served', switch: 'vm' };
  const before = await counted(labels);
  await answered(lookupRequest({ body: FORM }));
  await vi.waitFor(async () => {
    expect(await counted(labels)).toBe(before + 1);
  });
});
