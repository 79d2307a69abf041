import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { startCli, type StartedCli } from '../run-cli.ts';
import { temporaryInventory } from '../temporary-inventory.ts';
import { type Observed, ONE_ROUTE, PATIENCE } from './faulty-server.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

const SQL_CLIENT = fileURLToPath(new URL('../sql-client.mjs', import.meta.url));

/** A server whose inventory is on one small disk, and all that it writes on another one: its own log as well. */
export interface DiskServer extends Observed {
  readonly inventoryDisk: SmallDisk;
  readonly writtenDisk: SmallDisk;
  readonly process: StartedCli;
  stop(): Promise<void>;
}

/** How the disks are when the server starts. */
export interface DisksAtStart {
  /** A shell command for each, run where it is seen. */
  readonly inventory?: string;
  readonly written?: string;
}

/** @returns undefined where no disks can be mounted here */
export async function diskServer(atStart: DisksAtStart = {}): Promise<DiskServer | undefined> {
  const inventory = temporaryInventory(ONE_ROUTE);
  const folder = join(inventory.folder, 'disks');
  mkdirSync(folder);
  const disk = await smallDisk(folder, 16);
  if (disk === undefined) {
    inventory.remove();
    return undefined;
  }
  const inventoryDisk = within(disk, 'inventory', 2);
  const writtenDisk = within(disk, 'written', 2);
  writeFileSync(join(inventoryDisk.outside, 'inventory.db'), readFileSync(inventory.path), { mode: 0o600 });
  if (atStart.inventory !== undefined) inventoryDisk.sh(atStart.inventory.replaceAll('DISK', inventoryDisk.folder));
  if (atStart.written !== undefined) writtenDisk.sh(atStart.written.replaceAll('DISK', writtenDisk.folder));
  const at = (name: string): string => join(writtenDisk.folder, name);
  // Its log is on a disk that may be full as well, unless it is on the way to be read-only.
  const logFile = join(atStart.written === undefined ? writtenDisk.folder : disk.folder, 'log');
  const args = ['serve', '--listen', '127.0.0.1:0', '--database', join(inventoryDisk.folder, 'inventory.db')];
  const written = ['--state', at('state'), '--decision-log', at('decisions'), '--export-to', at('export')];
  const server = startCli([...args, ...written], {
    through: [...disk.through, 'sh', '-c', `exec "$0" "$@" 2>>'${logFile}'`],
  });
  const log = (): string => readFileSync(logFile.replace(disk.folder, disk.outside), 'utf8');
  const port = await vi.waitFor(() => {
    const found = /"url":"http:\/\/[^"]+:(\d+)"/.exec(log())?.[1];
    if (found === undefined) throw new Error(`it does not listen: ${log()}`);
    return Number(found);
  }, PATIENCE);
  return {
    port,
    log,
    database: join(inventoryDisk.folder, 'inventory.db'),
    edit: (sql) => {
      // SQLite follows every link of a path, so that it would not find the disk from here.
      const [program, ...rest] = ['nsenter', ...disk.through.slice(1), process.execPath, SQL_CLIENT];
      const file = join(inventoryDisk.folder, 'inventory.db');
      const { stdout, stderr } = spawnSync(program, [...rest, file], { input: JSON.stringify(sql), encoding: 'utf8' });
      if (stdout.trim() !== 'null') throw new Error(`${stdout}${stderr}`);
    },
    inventoryDisk,
    writtenDisk,
    process: server,
    stop: async () => {
      server.child.kill('SIGTERM');
      await server.ended;
      await disk.remove();
      inventory.remove();
    },
  };
}

/** A disk of its own in a folder of another one. */
function within(disk: SmallDisk, name: string, megabytes: number): SmallDisk {
  const folder = join(disk.folder, name);
  disk.sh(`mkdir '${folder}' && mount -t tmpfs -o size=${megabytes}m,mode=0700 disk '${folder}'`);
  return {
    ...disk,
    folder,
    outside: join(disk.outside, name),
    fill: () => {
      disk.sh(`dd if=/dev/zero of='${folder}/filling' bs=4k 2>/dev/null`);
    },
    free: () => {
      disk.sh(`rm -f '${folder}/filling'`);
    },
  };
}
