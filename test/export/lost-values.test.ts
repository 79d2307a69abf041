import { describe, expect, it } from 'vitest';

import { localFiles } from '../../src/export/local-files.ts';
import { lostValues } from '../../src/export/lost-values.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { readTableRows } from '../../src/inventory/read-table-rows.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('a', '192.0.2.1'), ('b', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b');
  INSERT INTO routes (name, context, group_name) VALUES ('r', 'default', 'g');
  DELETE FROM outcome_blame;
`;

/** What is lost, without reasons. */
function lostAfter(sql: string, hostname = ''): readonly string[] {
  const inventory = temporaryInventory(INVENTORY + sql);
  const { snapshot, findings } = inventory.compile();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  const database = openInventory(inventory.path, { mode: 'read' });
  const rows = readTableRows(database);
  database.close();
  const { notExpressed } = localFiles(snapshot, hostname);
  return [...notExpressed, ...lostValues(rows, snapshot, hostname)].map(
    ({ table, key, column }) => `${table} ${key} ${column}`,
  );
}

describe('what is in no file', () => {
  it('is nothing of an inventory without any such thing', () => {
    expect(lostAfter('')).toEqual([]);
  });

  it.each([
    ["UPDATE gateways SET max_calls = 5 WHERE name = 'a'", ['gateways a max_calls']],
    ["UPDATE gateways SET max_cps = 5, note = 'x' WHERE name = 'a'", ['gateways a max_cps', 'gateways a note']],
    ["UPDATE gateways SET state = 'drain' WHERE name = 'a'", ['gateways a state', 'gateway_group_members g, a weight']],
    ['UPDATE gateway_groups SET eject_seconds = 60', ['gateway_groups g eject_seconds']],
    ["UPDATE gateway_groups SET when_all_down = 'refuse'", ['gateway_groups g when_all_down']],
    ['UPDATE gateway_groups SET max_attempts = 2', []],
    ["UPDATE gateway_group_members SET weight = 0 WHERE gateway = 'a'", ['gateway_group_members g, a weight']],
    ["UPDATE gateway_group_members SET tier = 2 WHERE gateway = 'a'", []],
    [
      'UPDATE gateway_group_members SET weight = 30',
      ['gateway_group_members g, a weight', 'gateway_group_members g, b weight'],
    ],
    ["UPDATE routes SET enabled = 0, note = 'x'", ['routes r enabled', 'routes r note']],
    ["UPDATE routes SET destination_pattern = '\\pL'", ['routes r destination_pattern']],
    ["UPDATE routes SET destination_pattern = '(?:(.))+', dial_number = '$1'", ['routes r dial_number']],
    ["UPDATE routes SET caller_pattern = 'é'", ['routes r caller_pattern']],
    [
      "INSERT INTO switches (hostname, esl_password) VALUES ('fs1', 'secret-hushcanary')",
      ['switches fs1 esl_password'],
    ],
    ["INSERT INTO outcome_blame VALUES ('503', 'gateway')", ['outcome_blame 503 blame']],
    ["INSERT INTO gateway_groups (name, max_attempts) VALUES ('unused', 5)", ['gateway_groups unused max_attempts']],
    ["INSERT INTO gateway_groups (name) VALUES ('Trunkhunt-Local')", ['gateway_groups Trunkhunt-Local name']],
  ])('%s', (sql, lost) => {
    expect(lostAfter(sql)).toEqual(lost);
  });

  it('depends on the switch', () => {
    const bound = "INSERT INTO switches (hostname) VALUES ('fs1'); INSERT INTO gateway_switches VALUES ('a', 'fs1');";
    expect(lostAfter(bound, 'fs1')).toEqual(['gateway_switches a, fs1 hostname']);
    expect(lostAfter(bound, 'fs2')).toEqual(['gateway_switches a, fs1 hostname', 'gateway_group_members g, a weight']);
  });

  it('is more than mod_distributor reads', () => {
    const many = Array.from({ length: 97 }, (_, at) => `('x${at}', '192.0.2.9')`).join(', ');
    expect(lostAfter(`INSERT INTO gateways (name, proxy) VALUES ${many}`)).toEqual(['gateway_groups g max_attempts']);
  });
});

it('a name that reads as that of a route without one, and a context that stands for all others', () => {
  expect(lostAfter("UPDATE routes SET name = '#7';")).toEqual(['routes #7 name']);
  expect(lostAfter("UPDATE routes SET context = 'Global';")).toEqual(['routes r context']);
});
