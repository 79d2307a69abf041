import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { recordedRequest } from '../support/recorded-request.ts';
import { secondProcess, type SecondProcess } from '../support/second-process.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

/** The promise is one second; a busy machine gets more. */
const PATIENCE = { timeout: 10_000, interval: 10 };
const CHANGES = 12;
const FORM = dialplanForm({ 'Hunt-Context': 'public', 'Hunt-Destination-Number': '9980' });

let server: TestServer;
let client: SecondProcess;

beforeEach(async () => {
  server = await startServer(`
    INSERT INTO gateways (name, proxy) VALUES ('old', '192.0.2.1'), ('new', '192.0.2.2');
    INSERT INTO gateway_groups (name) VALUES ('g');
    INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('g', 'old', 1), ('g', 'new', 0);
    INSERT INTO routes (name, context, dial_number, group_name) VALUES ('only', 'public', '1000', 'g');`);
  client = secondProcess(server.database);
});
afterEach(async () => {
  await client.stop();
  await server.stop();
});

/** The gateways and the numbers of the plan that a call gets now. */
async function plan(): Promise<string> {
  const { status, body } = await sendRaw(server.port, lookupRequest({ body: FORM }));
  expect(status).toBe(200);
  return readPlan(readAnswer(body), 'public')
    .legs.map(({ gateway, number }) => `${gateway} ${number}`)
    .join();
}

const document = async (name: string) => (await sendRaw(server.port, recordedRequest(name))).body.toString();

async function gauges(): Promise<readonly (number | undefined)[]> {
  const samples = await server.metrics();
  return ['last_reload_successful', 'problems'].map((gauge) => sampleValue(samples, `trunkhunt_inventory_${gauge}`));
}

/** Two things that only make sense together, far enough apart within the transaction that a half could be seen. */
const turnTo = (gateway: string, number: string) => `
  BEGIN IMMEDIATE;
  UPDATE gateway_group_members SET weight = 0;
  UPDATE gateway_group_members SET weight = 1 WHERE gateway = '${gateway}';
  UPDATE routes SET dial_number = '${number}';
  COMMIT;`;

describe('while another process edits the inventory', () => {
  it('every answer is from before or from after a change, never from the middle of one', async () => {
    const seen = [await plan()];
    const edit = async (): Promise<'done'> => {
      for (let change = 0; change < CHANGES; change += 1) {
        const [gateway, number] = change % 2 === 0 ? (['new', '2000'] as const) : (['old', '1000'] as const);
        await client.exec(turnTo(gateway, number));
        await vi.waitFor(() => {
          expect(seen.at(-1)).toBe(`${gateway} ${number}`);
        }, PATIENCE);
      }
      return 'done';
    };
    const editing = edit();
    while ((await Promise.race([editing, plan().then((it) => seen.push(it))])) !== 'done');
    expect([...new Set(seen)].sort()).toEqual(['new 2000', 'old 1000']);
    const changes = seen.filter((it, at) => at > 0 && it !== seen[at - 1]);
    expect(changes).toHaveLength(CHANGES);
  });

  it('what is not committed is not seen, and what is rolled back never was', async () => {
    await client.exec("BEGIN IMMEDIATE; UPDATE routes SET dial_number = '6666'");
    // Somebody who writes holds up nobody who asks.
    for (let call = 0; call < 50; call += 1) expect(await plan()).toBe('old 1000');
    await client.exec('ROLLBACK');
    await client.exec('UPDATE gateways SET retry_seconds = 31');
    await vi.waitFor(async () => {
      expect(sampleValue(await server.metrics(), 'trunkhunt_inventory_generation')).toBe(2);
    }, PATIENCE);
    expect(await plan()).toBe('old 1000');
  });

  it('gateways and lists follow as well', async () => {
    await client.exec(
      "UPDATE gateways SET proxy = '198.51.100.7' WHERE name = 'old'; UPDATE gateway_group_members SET weight = 1",
    );
    await vi.waitFor(async () => {
      expect(await document('directory-gateways')).toContain('198.51.100.7');
    }, PATIENCE);
    expect(await document('configuration-distributor')).toMatch(/"new"[^]*"old"/);
  });

  it('a change that SQL refuses says which rule it breaks, and changes nothing', async () => {
    await expect(client.exec("UPDATE routes SET dial_number = '1|error/x'")).rejects.toThrow(/routes\.dial_number: /);
    await expect(client.exec('DELETE FROM gateway_groups')).rejects.toThrow(/FOREIGN KEY/);
    expect(await plan()).toBe('old 1000');
  });
});

describe('a change that breaks the inventory', () => {
  const NO_KEYS = 'PRAGMA foreign_keys = OFF;';

  it.each([
    [
      'a route to a group that is not there',
      `${NO_KEYS} UPDATE routes SET group_name = 'nobody'`,
      "UPDATE routes SET group_name = 'g'",
    ],
    [
      'a member that is no gateway',
      `${NO_KEYS} UPDATE gateways SET name = 'renamed' WHERE name = 'old'`,
      "UPDATE gateways SET name = 'old' WHERE name = 'renamed'",
    ],
    [
      'a pattern that cannot be read',
      "UPDATE routes SET destination_pattern = '(9980'",
      'UPDATE routes SET destination_pattern = NULL',
    ],
    [
      'a pattern with look-ahead',
      "UPDATE routes SET caller_pattern = '(?=x)'",
      'UPDATE routes SET caller_pattern = NULL',
    ],
    [
      'a network that is none',
      "UPDATE routes SET source_network = '1.2.3.4.5'",
      'UPDATE routes SET source_network = NULL',
    ],
    [
      'a group without members',
      'DELETE FROM gateway_group_members',
      "INSERT INTO gateway_group_members VALUES ('g', 'new', 1, 1)",
    ],
    [
      'a name that syntax hides in',
      "PRAGMA ignore_check_constraints = ON; UPDATE gateways SET name = 'a|error/x' WHERE name = 'new'",
      "UPDATE gateways SET name = 'new' WHERE name LIKE 'a|%'",
    ],
    [
      'a cause that FreeSWITCH does not have',
      "INSERT INTO failover_causes VALUES ('USER_BISY', 'next')",
      "DELETE FROM failover_causes WHERE cause = 'USER_BISY'",
    ],
  ])('never shows: %s', async (_what, broken, fix) => {
    const before = [await document('configuration-distributor'), await document('directory-gateways')];
    await client.exec(`${broken}; UPDATE gateways SET proxy = '203.0.113.66'`);
    let calls = 0;
    await vi.waitFor(async () => {
      expect(await plan()).toBe('old 1000');
      calls += 1;
      const [isWell, problems] = await gauges();
      expect(isWell).toBe(0);
      expect(problems).toBeGreaterThan(0);
    }, PATIENCE);
    expect(calls).toBeGreaterThan(0);
    expect([await document('configuration-distributor'), await document('directory-gateways')]).toEqual(before);
    expect(
      server.log.some(({ level, message }) => level === 'error' && message.includes('still serving generation 1')),
    ).toBe(true);

    await client.exec(fix);
    await vi.waitFor(async () => {
      expect(await gauges()).toEqual([1, 0]);
    }, PATIENCE);
    expect(await document('directory-gateways')).toContain('203.0.113.66');
    expect(await plan()).toMatch(/^(old|new) 1000$/);
  });

  it('names every problem at once', async () => {
    await client.exec(
      `${NO_KEYS} BEGIN; UPDATE routes SET group_name = 'nobody';
       INSERT INTO routes (name, context, destination_pattern, group_name) VALUES ('bad', 'public', '[', 'g'); COMMIT`,
    );
    await vi.waitFor(async () => {
      expect(await gauges()).toEqual([0, 2]);
    }, PATIENCE);
    const told = server.log.filter(({ level }) => level === 'error').map(({ data }) => JSON.stringify(data));
    expect(told).toHaveLength(2);
    expect(told.join('\n')).toContain("routes['only'].group_name");
    expect(told.join('\n')).toContain("routes['bad'].destination_pattern");
  });
});
