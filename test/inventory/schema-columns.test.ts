import BetterSqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';

import { BACKGROUND, VALID_ROWS } from '../support/constraint-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const inventory = temporaryInventory(BACKGROUND);
const database = new BetterSqlite(inventory.path);

afterAll(() => {
  database.close();
  inventory.remove();
});

/** SQL is the API: these names and defaults are promised. Keys first; what has no default but NULL is null. */
const PROMISED: Readonly<Record<string, Readonly<Record<string, string | number | null>>>> = {
  gateways: {
    ...{ profile: 'external', realm: null, username: null, password: null, register: 0, register_transport: 'udp' },
    ...{ expire_seconds: null, retry_seconds: null, caller_id_in_from: 1, ping_seconds: null, ping_min: null },
    ...{ ping_max: null, extension: null, context: null, max_calls: null, max_cps: null, strip_digits: 0 },
    ...{ add_prefix: '', state: 'active', note: null, drain_seconds: 300 },
  },
  gateway_params: {},
  gateway_variables: { direction: null },
  gateway_groups: {
    ...{ strategy: 'weighted', chooser: 'trunkhunt', max_attempts: 3, progress_timeout_seconds: 10 },
    ...{ answer_timeout_seconds: 60, note: null, health_mode: 'enforce', when_all_down: 'try_all' },
    ...{ fault_limit_percent: 10, fault_confidence_percent: 95, eject_seconds: 30, slow_start_seconds: 60 },
  },
  gateway_group_members: { tier: 1, weight: 1 },
  routes: {
    ...{ name: null, position: 100, destination_prefix: null, destination_pattern: null, caller_pattern: null },
    ...{ source_network: null, header_name: null, header_pattern: null, strip_digits: 0, add_prefix: '' },
    ...{ dial_number: null, destination_charset: 'digits', caller_id_number: null, caller_id_name: null, enabled: 1 },
    note: null,
  },
  failover_causes: {},
  group_failover_causes: {},
  outcome_blame: {},
  switches: { esl_host: null, esl_port: 8021, esl_password: null, note: null },
  gateway_switches: {},
  profiles: {},
  profile_settings: {},
};

describe('a row of which only is said what has to be', () => {
  it.each(Object.entries(PROMISED))('of %s has the promised columns and defaults', (table, defaults) => {
    const said = VALID_ROWS[table]!;
    const columns = Object.keys(said);
    const row = database
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING *`)
      .get(...Object.values(said));
    const id = table === 'routes' ? { id: expect.any(Number) as number } : {};
    expect(row).toEqual({ ...said, ...defaults, ...id });
  });
});

it('every table is among the promised ones', () => {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const history = ['change_note', 'history', 'history_replaced', 'history_settings', 'history_versions'];
  const ours = ['trunkhunt_migrations', 'sqlite_sequence', ...history];
  expect(tables.sort()).toEqual([...Object.keys(PROMISED), ...ours].sort());
});
