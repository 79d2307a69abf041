import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialplanForm, lookupRequest } from '../support/lookup-request.ts';
import { sampleValue, samplesOf, type Sample } from '../support/parse-metrics.ts';
import { sendRaw } from '../support/raw-http.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy, state) VALUES
    ('gw1', '192.0.2.1', 'active'), ('gw2', '192.0.2.2', 'active'), ('spare', '192.0.2.3', 'active'),
    ('off', '192.0.2.4', 'disabled'), ('old', '192.0.2.5', 'drain');
  INSERT INTO gateway_groups (name, strategy) VALUES ('g', 'weighted'), ('o', 'ordered');
  INSERT INTO gateway_group_members (group_name, gateway, tier, weight) VALUES
    ('g', 'gw1', 1, 3), ('g', 'gw2', 1, 1), ('g', 'off', 1, 9), ('g', 'old', 1, 9), ('g', 'spare', 2, 5),
    ('o', 'gw1', 1, 1), ('o', 'gw2', 1, 2);
  INSERT INTO switches (hostname) VALUES ('vm'), ('fs2');
  INSERT INTO routes (context, destination_pattern, group_name) VALUES ('public', '^9980$', 'g');`;

/** The metrics that the documentation of the interface promises, with all of their labels. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  trunkhunt_xml_requests_total: ['result', 'section', 'switch'],
  trunkhunt_xml_request_duration_seconds_count: ['section'],
  trunkhunt_decisions_total: ['group', 'outcome'],
  trunkhunt_gateway_selected_total: ['attempt', 'gateway', 'group'],
  trunkhunt_gateway_target_share: ['gateway', 'group'],
  trunkhunt_gateway_state: ['gateway', 'state'],
  trunkhunt_rejected_numbers_total: ['reason'],
  trunkhunt_inventory_generation: [],
  trunkhunt_inventory_last_reload_successful: [],
  trunkhunt_inventory_problems: [],
  trunkhunt_build_info: ['node_version', 'version'],
};

const labelsOf = (samples: readonly Sample[], name: string, label: string) =>
  [...new Set(samplesOf(samples, name).map(({ labels }) => labels[label]))].sort();

describe('metrics', () => {
  let server: TestServer;
  const ask = (name: string) => sendRaw(server.port, recordedRequest(name));

  beforeAll(async () => {
    server = await startServer(INVENTORY);
  });
  afterAll(() => server.stop());

  it('every gateway has its series before the first request, disabled ones too', async () => {
    const samples = await server.metrics();
    for (const [gateway, state] of [
      ['gw1', 'active'],
      ['off', 'disabled'],
      ['old', 'drain'],
    ] as const) {
      const values = ['active', 'drain', 'disabled'].map((it) =>
        sampleValue(samples, 'trunkhunt_gateway_state', { gateway, state: it }),
      );
      expect(values).toEqual(['active', 'drain', 'disabled'].map((it) => (it === state ? 1 : 0)));
    }
    for (const gateway of ['gw1', 'gw2', 'spare', 'off', 'old']) {
      const labels = { group: 'g', gateway, attempt: '1' };
      expect(sampleValue(samples, 'trunkhunt_gateway_selected_total', labels)).toBe(0);
    }
    for (const outcome of ['planned', 'no_gateway', 'rejected_number']) {
      expect(sampleValue(samples, 'trunkhunt_decisions_total', { group: 'g', outcome })).toBe(0);
    }
    expect(sampleValue(samples, 'trunkhunt_decisions_total', { group: '-', outcome: 'no_route' })).toBe(0);
  });

  it.each([
    ['g', 'gw1', 0.75],
    ['g', 'gw2', 0.25],
    ['g', 'off', 0],
    ['g', 'old', 0],
    ['g', 'spare', 0],
    ['o', 'gw1', 0],
    ['o', 'gw2', 1],
  ])('in group %s gateway %s is to get %d of the first choices', async (group, gateway, share) => {
    expect(sampleValue(await server.metrics(), 'trunkhunt_gateway_target_share', { group, gateway })).toBe(share);
  });

  it('those that are promised are there, with these labels and no others', async () => {
    for (const name of recordedNames) await ask(name);
    const samples = await server.metrics();
    for (const [name, labels] of Object.entries(PROMISED)) {
      const found = samplesOf(samples, name).map((sample) => Object.keys(sample.labels).sort());
      expect([name, found.length > 0]).toEqual([name, true]);
      for (const keys of found) expect([name, keys]).toEqual([name, labels]);
    }
    expect(samplesOf(samples, 'process_cpu_seconds_total')).toHaveLength(1);
    expect(samples.some(({ name }) => name.startsWith('nodejs_'))).toBe(true);
  });

  it('a decision is counted by what came of it', async () => {
    const count = async (labels: Record<string, string>) =>
      sampleValue(await server.metrics(), 'trunkhunt_decisions_total', labels)!;
    const planned = await count({ group: 'g', outcome: 'planned' });
    const noRoute = await count({ group: '-', outcome: 'no_route' });
    await ask('dialplan-9980');
    await ask('dialplan-non-ascii');
    expect(await count({ group: 'g', outcome: 'planned' })).toBe(planned + 1);
    expect(await count({ group: '-', outcome: 'no_route' })).toBe(noRoute + 1);
  });

  it('every request is timed once, under its section', async () => {
    const name = 'trunkhunt_xml_request_duration_seconds_count';
    const before = sampleValue(await server.metrics(), name, { section: 'directory' }) ?? 0;
    await ask('directory-gateways');
    expect(sampleValue(await server.metrics(), name, { section: 'directory' })).toBe(before + 1);
  });

  it('no label is ever taken from a request', async () => {
    const strange = 'stränge"\\\n-label';
    const form = (fields: Record<string, string>) =>
      lookupRequest({ body: Buffer.from(dialplanForm({ 'Hunt-Context': 'public', ...fields })) });
    await sendRaw(server.port, form({ hostname: strange }));
    await sendRaw(server.port, form({ section: strange }));
    await sendRaw(server.port, form({ 'Hunt-Destination-Number': strange, 'Hunt-Context': strange }));
    await sendRaw(server.port, form({ section: 'directory', purpose: 'gateways', profile: strange }));
    await sendRaw(server.port, form({ hostname: '__proto__' }));
    const samples = await server.metrics();
    expect(JSON.stringify(samples)).not.toMatch(/str.nge|__proto__/);
    expect(labelsOf(samples, 'trunkhunt_xml_requests_total', 'switch')).toEqual(['fs2', 'other', 'vm']);
    expect(labelsOf(samples, 'trunkhunt_xml_requests_total', 'section')).toEqual(
      expect.arrayContaining(['configuration', 'dialplan', 'directory', 'other']),
    );
    expect(labelsOf(samples, 'trunkhunt_xml_requests_total', 'section')).toHaveLength(4);
  });
});

describe('when the inventory changes', () => {
  it('the series of what left it go, those of what came are there, and the others go on', async () => {
    const server = await startServer(INVENTORY);
    try {
      const ask = () => sendRaw(server.port, recordedRequest('dialplan-9980'));
      for (let call = 0; call < 8; call += 1) await ask();
      await server.change(`
        DELETE FROM gateway_group_members WHERE gateway = 'gw2'; DELETE FROM gateways WHERE name = 'gw2';
        DELETE FROM gateway_groups WHERE name = 'o'; DELETE FROM gateway_group_members WHERE group_name = 'o';
        DELETE FROM switches WHERE hostname = 'vm';
        INSERT INTO gateways (name, proxy) VALUES ('new', '192.0.2.9');
        INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'new');`);
      const samples = await server.metrics();
      const named = samples.flatMap(({ labels }) => Object.values(labels));
      for (const gone of ['gw2', 'o', 'vm']) expect(named).not.toContain(gone);
      const first = (gateway: string) =>
        sampleValue(samples, 'trunkhunt_gateway_selected_total', { group: 'g', gateway, attempt: '1' });
      expect([first('gw1'), first('new')]).toEqual([6, 0]);
      expect(sampleValue(samples, 'trunkhunt_gateway_state', { gateway: 'new', state: 'active' })).toBe(1);
      expect(sampleValue(samples, 'trunkhunt_gateway_target_share', { group: 'g', gateway: 'new' })).toBe(0.25);
      expect(sampleValue(samples, 'trunkhunt_inventory_generation')).toBe(2);

      await ask();
      const after = await server.metrics();
      expect(after.flatMap(({ labels }) => Object.values(labels))).not.toContain('gw2');
      const other = { section: 'dialplan', result: 'served', switch: 'other' };
      expect(sampleValue(after, 'trunkhunt_xml_requests_total', other)).toBe(1);
    } finally {
      await server.stop();
    }
  });

  it('a gateway that comes back counts from nothing, and counts', async () => {
    const server = await startServer(INVENTORY);
    try {
      const first = async () =>
        sampleValue(await server.metrics(), 'trunkhunt_gateway_selected_total', {
          group: 'g',
          gateway: 'gw1',
          attempt: '1',
        });
      await sendRaw(server.port, recordedRequest('dialplan-9980'));
      expect(await first()).toBe(1);
      await server.change("DELETE FROM gateway_group_members WHERE gateway = 'gw1'");
      expect(await first()).toBeUndefined();
      await server.change(
        "UPDATE gateway_group_members SET weight = 0; INSERT INTO gateway_group_members VALUES ('g', 'gw1', 1, 1)",
      );
      expect(await first()).toBe(0);
      await sendRaw(server.port, recordedRequest('dialplan-9980'));
      expect(await first()).toBe(1);
    } finally {
      await server.stop();
    }
  });
});
