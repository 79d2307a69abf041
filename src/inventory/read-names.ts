import type { Database } from 'better-sqlite3';

/** What has names in the inventory. */
export type NamedThing = 'gateway' | 'group' | 'route' | 'switch';

/** By what a person has typed of the name; `substr` knows no wildcards. */
const STATEMENTS: Readonly<Record<NamedThing, string>> = {
  gateway: 'SELECT name FROM gateways WHERE substr(name, 1, length(:typed)) = :typed ORDER BY name LIMIT :most',
  group: 'SELECT name FROM gateway_groups WHERE substr(name, 1, length(:typed)) = :typed ORDER BY name LIMIT :most',
  route: 'SELECT name FROM routes WHERE substr(name, 1, length(:typed)) = :typed ORDER BY name LIMIT :most',
  switch:
    'SELECT hostname FROM switches WHERE substr(hostname, 1, length(:typed)) = :typed ORDER BY hostname LIMIT :most',
};

/** The first names that begin as typed, in order. Routes without a name are left out. */
export function readNames(database: Database, of: NamedThing, typed: string, most: number): readonly string[] {
  return database.prepare<[object], string>(STATEMENTS[of]).pluck().all({ typed, most });
}
