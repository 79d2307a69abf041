import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { OperatorError } from '../../src/errors/operator-error.ts';
import { type InventoryRows, readInventoryRows } from '../../src/inventory/inventory-rows.ts';
import { openToRead } from '../../src/inventory/open-to-read.ts';
import { requireWhole } from '../../src/inventory/require-whole.ts';
import { openSqliteSource } from '../../src/inventory/sqlite-source.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const SECTOR_BYTES = 512;

/** Enough rows that most of the file is about what is served. */
const MANY_ROWS = `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO gateways (name, proxy, username, password, register)
    SELECT 'gw' || i, 'sip' || i || '.carrier.example', 'user' || i, 'hushcanary' || i, 1 FROM n;
  INSERT INTO gateway_groups (name) SELECT 'group-' || name FROM gateways;
  INSERT INTO gateway_group_members (group_name, gateway) SELECT 'group-' || name, name FROM gateways;
  INSERT INTO routes (context, destination_prefix, group_name)
    SELECT 'default', 1000 + rowid, name FROM gateway_groups;`;

/** What comes of a file in which some bytes are not what they were. */
export interface SectorOutcomes {
  /** Taken for damaged, or not readable: it is told, and what was served before is served on. */
  noticed: number;
  /** Read, and refused for what the rows then say. */
  refused: number;
  /** Served, and every row of it as it was. */
  unchanged: number;
  /** Served, with rows that nobody wrote. */
  changed: number;
  /** Of those that are served: not served any more after a restart, whose check is of the whole file. */
  noticedAtStart: number;
}

/**
 * Writes random bytes over one random sector of a copy of an inventory, again and again, and has each copy read as a
 * server reads it.
 * @throws whatever a reading throws that is no message to the operator: a mistake of ours
 */
export function damageSectors(trials: number): SectorOutcomes {
  const inventory = temporaryInventory(MANY_ROWS);
  const good = readFileSync(inventory.path);
  const rows = inventory.rows();
  const copy = join(inventory.folder, 'damaged.db');
  const outcomes: SectorOutcomes = { noticed: 0, refused: 0, unchanged: 0, changed: 0, noticedAtStart: 0 };
  for (let trial = 0; trial < trials; trial += 1) {
    const sector = madeUp(`where ${trial}`, 4).readUInt32BE() % Math.floor(good.length / SECTOR_BYTES);
    const bytes = Buffer.from(good);
    madeUp(`what ${trial}`, SECTOR_BYTES).copy(bytes, sector * SECTOR_BYTES);
    for (const suffix of ['-wal', '-shm']) rmSync(copy + suffix, { force: true });
    writeFileSync(copy, bytes);
    const outcome = outcomeOf(copy, rows);
    outcomes[outcome] += 1;
    const isServed = outcome === 'unchanged' || outcome === 'changed';
    if (isServed && isDamagedAtStart(copy)) outcomes.noticedAtStart += 1;
  }
  return outcomes;
}

function outcomeOf(copy: string, rows: InventoryRows): Exclude<keyof SectorOutcomes, 'noticedAtStart'> {
  try {
    const { snapshot } = openSqliteSource(copy, { waitMs: 0, clockMs: () => 0 }).load();
    if (snapshot === undefined) return 'refused';
  } catch (error) {
    if (error instanceof OperatorError) return 'noticed';
    throw error;
  }
  const database = openToRead(copy);
  try {
    return isDeepStrictEqual(readInventoryRows(database), rows) ? 'unchanged' : 'changed';
  } finally {
    database.close();
  }
}

function isDamagedAtStart(copy: string): boolean {
  try {
    requireWhole(copy);
    return false;
  } catch (error) {
    if (error instanceof OperatorError) return true;
    throw error;
  }
}

/** The same bytes in every run: what a run finds can be looked at again. */
function madeUp(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
