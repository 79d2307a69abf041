import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDARD_FIELDS } from '../../src/xml/xml-curl-conf.ts';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'gw1');
  INSERT INTO switches (hostname) VALUES ('vm');
  INSERT INTO routes (name, context, group_name) VALUES ('everybody', 'public', 'g');`;
const NEED = (header: string) =>
  `INSERT INTO routes (name, context, position, header_name, header_pattern, group_name)
     VALUES ('${header}', 'public', 1, '${header}', '^acme$', 'g');`;

const VALUES: Readonly<Record<string, string>> = {
  'Unique-ID': '1',
  'Hunt-Context': 'public',
  'Hunt-Destination-Number': '9980',
  'Hunt-Caller-ID-Number': '2001',
  'Hunt-Caller-ID-Name': 'Zoe',
  'Hunt-Network-Addr': '127.0.0.1',
};
/** A dialplan request as mod_xml_curl sends it with the `enable-post-var` of the printed configuration. */
const CUT_DOWN = Object.fromEntries(
  STANDARD_FIELDS.filter((field) => field in VALUES).map((field) => [field, VALUES[field]!]),
);

/** The same with what was printed before callers' names were asked for. */
const WITHOUT_NAME = Object.fromEntries(Object.entries(CUT_DOWN).filter(([field]) => field !== 'Hunt-Caller-ID-Name'));

let server: TestServer;

beforeEach(async () => {
  server = await startServer(INVENTORY);
});
afterEach(() => server.stop());

const call = (fields: Record<string, string> = {}, path = '/fsapi') =>
  sendRaw(server.port, lookupRequest({ path, body: dialplanForm({ ...CUT_DOWN, ...fields }) }));
const missing = async (name = 'vm') =>
  sampleValue(await server.metrics(), 'trunkhunt_switch_missing_fields', { switch: name });
/** Lines that were logged about fields since the last time. */
let read = 0;
const told = () => {
  const lines = server.log.slice(read).filter(({ message }) => /field|routes need/.test(message));
  read = server.log.length;
  return lines.map(({ level, message }) => `${level} ${message}`);
};
beforeEach(() => {
  read = 0;
});

describe('what callers name themselves', () => {
  it('is missed where the switch does not send it, since it cannot be cleaned then', async () => {
    await sendRaw(server.port, lookupRequest({ body: dialplanForm(WITHOUT_NAME) }));
    expect(await missing()).toBe(1);
    const [line, ...others] = told();
    expect(others).toEqual([]);
    expect(line).toMatch(
      /Hunt-Caller-ID-Name, which the switch does not send, so what callers name themselves goes out/,
    );
    await call();
    expect(await missing()).toBe(0);
  });

  it('is not missed where every route has a name of its own to tell', async () => {
    await server.change("UPDATE routes SET caller_id_name = 'Trunk'");
    await sendRaw(server.port, lookupRequest({ body: dialplanForm(WITHOUT_NAME) }));
    expect([await missing(), told()]).toEqual([0, []]);
  });
});

describe('a route that needs a header which the switch does not send', () => {
  it('is noticed: a gauge, and one line in the log that names the cure', async () => {
    await call();
    expect([await missing(), told()]).toEqual([0, []]);
    await server.change(NEED('X-Account'));
    for (let calls = 0; calls < 10; calls += 1) await call();
    expect(await missing()).toBe(1);
    const lines = told();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('variable_sip_h_X-Account');
    expect(lines[0]).toContain('xml-curl-conf --header X-Account');
    expect(lines[0]).toContain('reload mod_xml_curl');
  });

  it('is well again once the header comes, and stays so for callers without it', async () => {
    await server.change(NEED('X-Account'));
    await call();
    await call({ 'variable_sip_h_X-Account': 'acme' });
    expect(await missing()).toBe(0);
    expect(told().map((line) => line.split(' ')[0])).toEqual(['warn', 'info']);
    await call();
    expect([await missing(), told()]).toEqual([0, []]);
  });

  it('is well where the URL says that the header is sent, though no caller has it', async () => {
    await server.change(NEED('X-Account'));
    await call({}, '/fsapi?headers=x-account,X-Other');
    expect([await missing(), told()]).toEqual([0, []]);
  });

  it('is noticed where the URL says what is sent and the header is not among it', async () => {
    await server.change(NEED('X-Account') + NEED('X-Tier'));
    for (let calls = 0; calls < 3; calls += 1) await call({}, '/fsapi?headers=X-Account');
    expect(await missing()).toBe(1);
    expect(told().join('\n')).toMatch(/^warn routes need variable_sip_h_X-Tier, .*--header X-Account --header X-Tier/);
    await call({}, '/fsapi?headers=X-Account,X-Tier');
    expect(await missing()).toBe(0);
  });

  it('is well again when the route goes', async () => {
    await server.change(NEED('X-Account'));
    await call();
    expect(await missing()).toBe(1);
    await server.change("DELETE FROM routes WHERE name = 'X-Account'");
    await call();
    expect(await missing()).toBe(0);
  });

  it('is no matter for a switch that sends everything', async () => {
    await server.change(NEED('X-Account'));
    await sendRaw(server.port, recordedRequest('dialplan-9980'));
    expect([await missing(), told()]).toEqual([0, []]);
  });

  it('is told again after a change of the inventory, where it still holds', async () => {
    await server.change(NEED('X-Account'));
    await call();
    await server.change('UPDATE gateways SET retry_seconds = 31');
    await call();
    expect(await missing()).toBe(1);
    expect(told()).toHaveLength(2);
  });
});

describe('switches that the inventory does not name', () => {
  it('are counted together, and do not fill the log by taking turns', async () => {
    await server.change(NEED('X-Account'));
    for (let calls = 0; calls < 20; calls += 1) {
      await call({ hostname: 'fs8' }, '/fsapi?headers=X-Other');
      await call({ hostname: 'fs9' }, '/fsapi?headers=X-Account');
    }
    expect(told().length).toBeLessThanOrEqual(2);
    // One of them still lacks the field.
    expect(await missing('other')).toBe(1);
  });
});
