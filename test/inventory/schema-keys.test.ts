import BetterSqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';

import { BACKGROUND, tryRow, VALID_ROWS } from '../support/constraint-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const inventory = temporaryInventory(BACKGROUND);
const database = new BetterSqlite(inventory.path);
database.pragma('foreign_keys = ON');

afterAll(() => {
  database.close();
  inventory.remove();
});

describe('a key', () => {
  // SQLite shows the name of an index only where it is one of expressions; else the columns say it.
  it.each([
    ['gateways', { name: 'known' }, "index 'gateways.name: unique without regard to case'"],
    ['gateways', { name: 'KNOWN' }, "index 'gateways.name: unique without regard to case'"],
    ['gateway_groups', { name: 'Known' }, "index 'gateway_groups.name: unique without regard to case'"],
    ['profiles', { name: 'knowN' }, "index 'profiles.name: unique without regard to case'"],
    ['switches', { hostname: 'known' }, 'switches.hostname'],
    ['failover_causes', { cause: 'USER_BUSY' }, 'failover_causes.cause'],
  ])('of %s is taken once: %j', (table, values, message) => {
    expect(() => {
      tryRow(database, table, values);
    }).toThrow(`UNIQUE constraint failed: ${message}`);
  });

  it.each([
    ['gateway_params', 'gateway_params.gateway, gateway_params.name'],
    ['gateway_variables', "index 'gateway_variables: one row for each gateway, name and direction'"],
    ['gateway_group_members', 'gateway_group_members.group_name, gateway_group_members.gateway'],
    ['group_failover_causes', 'group_failover_causes.group_name, group_failover_causes.cause'],
    ['gateway_switches', 'gateway_switches.gateway, gateway_switches.hostname'],
    ['profile_settings', 'profile_settings.profile, profile_settings.name'],
  ])('of %s has one row', (table, message) => {
    const twice = database.transaction(() => {
      const row = VALID_ROWS[table]!;
      const sql = `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
        .map(() => '?')
        .join(', ')})`;
      database.prepare(sql).run(...Object.values(row));
      database.prepare(sql).run(...Object.values(row));
    });
    expect(twice).toThrow(`UNIQUE constraint failed: ${message}`);
  });

  it('tells the directions of a variable apart', () => {
    const add = database.transaction((...directions: (string | null)[]) => {
      for (const direction of directions) {
        database.prepare("INSERT INTO gateway_variables VALUES ('known', 'a', 'b', ?)").run(direction);
      }
      throw new Error('as it should be');
    });
    expect(() => {
      add('inbound', 'outbound', null);
    }).toThrow('as it should be');
    expect(() => {
      add(null, null);
    }).toThrow('UNIQUE');
  });

  it('of a route is its name, where it has one', () => {
    const add = database.transaction((name: string | null) => {
      const insertRoute = database.prepare("INSERT INTO routes (name, context, group_name) VALUES (?, 'a', 'known')");
      insertRoute.run(name);
      insertRoute.run(name);
      throw new Error('as it should be');
    });
    expect(() => {
      add(null);
    }).toThrow('as it should be');
    expect(() => {
      add('twice');
    }).toThrow('UNIQUE constraint failed: routes.name');
  });
});

describe('a reference', () => {
  it.each([
    ['gateway_params', { gateway: 'nobody' }],
    ['gateway_variables', { gateway: 'nobody' }],
    ['gateway_group_members', { group_name: 'nobody' }],
    ['gateway_group_members', { gateway: 'nobody' }],
    ['routes', { group_name: 'nobody' }],
    ['group_failover_causes', { group_name: 'nobody' }],
    ['gateway_switches', { gateway: 'nobody' }],
    ['gateway_switches', { hostname: 'nobody' }],
    ['profile_settings', { profile: 'nobody' }],
  ])('of %s to nothing is refused: %j', (table, values) => {
    expect(() => {
      tryRow(database, table, values);
    }).toThrow('FOREIGN KEY constraint failed');
  });

  it('follows a gateway that is renamed, and goes with one that is deleted', () => {
    const used = temporaryInventory(`${BACKGROUND}
      INSERT INTO gateway_params VALUES ('known', 'from-domain', 'a');
      INSERT INTO gateway_switches VALUES ('known', 'known');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('known', 'known');`);
    used.run("PRAGMA foreign_keys = ON; UPDATE gateways SET name = 'renamed'");
    expect(used.rows()).toMatchObject({ gatewayParams: [{ gateway: 'renamed' }], members: [{ gateway: 'renamed' }] });
    const remove = "PRAGMA foreign_keys = ON; DELETE FROM gateways WHERE name = 'renamed'";
    expect(() => {
      used.run(remove);
    }).toThrow('FOREIGN KEY constraint failed');
    used.run(`DELETE FROM gateway_group_members; ${remove}`);
    expect(used.rows()).toMatchObject({ gateways: [], gatewayParams: [], gatewaySwitches: [] });
  });
});

describe('what a column leaves out', () => {
  it.each([
    ['gateways', 'proxy'],
    ['gateway_params', 'value'],
    ['gateway_group_members', 'gateway'],
    ['routes', 'context'],
    ['routes', 'group_name'],
    ['failover_causes', 'action'],
    ['switches', 'hostname'],
  ])('%s.%s cannot be', (table, column) => {
    expect(() => {
      tryRow(database, table, { [column]: null });
    }).toThrow(`NOT NULL constraint failed: ${table}.${column}`);
  });

  it.each([
    ['gateways', { register: 'yes' }],
    ['gateway_group_members', { weight: 1.5 }],
    ['gateway_group_members', { weight: 'heavy' }],
  ])('%s is of its type: %j', (table, values) => {
    expect(() => {
      tryRow(database, table, values);
    }).toThrow(/cannot store (?:TEXT|REAL) value in INTEGER column/);
  });
});
