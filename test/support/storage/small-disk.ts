import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A file system of a few megabytes that is mounted for one group of processes alone. */
export interface SmallDisk {
  /** Runs a command line that follows where the disk is seen. */
  readonly through: readonly string[];
  /** Where it is for those processes. */
  readonly folder: string;
  /** The same place as this process reaches it. */
  readonly outside: string;
  /** Runs a shell command where it is seen. @returns its exit status */
  sh(command: string): number | null;
  /** Writes until nothing fits any more. */
  fill(): void;
  free(): void;
  remove(): Promise<void>;
}

/** Mounts a tmpfs over a folder in a user and mount namespace; undefined where this machine does not allow that. */
export async function smallDisk(folder: string, megabytes: number): Promise<SmallDisk | undefined> {
  const script = `mount -t tmpfs -o size=${megabytes}m,mode=0700 disk '${folder}' && echo mounted && exec cat`;
  const keeper = spawn('unshare', ['-Urm', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  let said = '';
  keeper.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => {
    keeper.on('error', () => {
      resolve();
    });
    keeper.on('close', () => {
      resolve();
    });
  });
  const isMounted = await Promise.race([
    vi
      .waitFor(() => {
        if (!said.includes('mounted')) throw new Error('not mounted yet');
        return true;
      }, 5_000)
      .catch(() => false),
    ended.then(() => false),
  ]);
  const through = ['nsenter', '-t', String(keeper.pid), '-U', '-m', '--preserve-credentials'];
  const sh = (command: string) => spawnSync(through[0] ?? '', [...through.slice(1), 'sh', '-c', command]).status;
  if (!isMounted || sh('true') !== 0) {
    keeper.stdin.end();
    await ended;
    return undefined;
  }
  const outside = `/proc/${keeper.pid}/root${folder}`;
  return {
    through,
    folder,
    outside,
    sh,
    fill: () => {
      sh(`dd if=/dev/zero of='${join(folder, 'filling')}' bs=4k 2>/dev/null`);
    },
    free: () => {
      sh(`rm -f '${join(folder, 'filling')}'`);
    },
    remove: async () => {
      keeper.stdin.end();
      await ended;
    },
  };
}
