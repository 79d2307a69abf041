import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { DisksAtStart, DiskServer } from './disk-server.ts';
import { addGateway, followsAgain, isServed, linesAbout, metricIs, PATIENCE } from './faulty-server.ts';

/** Something that befalls a disk. */
export interface DiskFault {
  readonly name: string;
  readonly atStart?: DisksAtStart;
  /** Breaks it, looks whether the server says so, mends it, and looks whether all goes on. */
  run(server: DiskServer): Promise<void>;
}

const remount = (how: 'ro' | 'rw'): string => `mount -o remount,${how} 'DISK'`;

/** Each mends itself within seconds. */
export const DISK_FAULTS: readonly DiskFault[] = [
  {
    name: 'the disk of the inventory full',
    run: async (server) => {
      server.inventoryDisk.fill();
      expect(() => {
        addGateway(server, 'does-not-fit');
      }).toThrow(/full|disk I\/O error|unable to open/);
      await wait(300);
      await isServed(server, true);
      server.inventoryDisk.free();
      await followsAgain(server, 'after-full');
    },
  },
  {
    name: 'the disk of the inventory read-only',
    run: async (server) => {
      await vi.waitFor(() => {
        expect(server.inventoryDisk.sh(remount('ro').replace('DISK', server.inventoryDisk.folder))).toBe(0);
      }, PATIENCE);
      expect(() => {
        addGateway(server, 'is-refused');
      }).toThrow(/readonly|unable to open/);
      await wait(300);
      await isServed(server, true);
      expect(server.inventoryDisk.sh(remount('rw').replace('DISK', server.inventoryDisk.folder))).toBe(0);
      await followsAgain(server, 'after-read-only');
    },
  },
  {
    name: 'the disk of state, decisions, export and log full',
    run: async (server) => {
      await metricIs(server, 'trunkhunt_state_writable', 1);
      server.writtenDisk.fill();
      await metricIs(server, 'trunkhunt_decision_log_errors_total', (count) => count > 0);
      await metricIs(server, 'trunkhunt_state_writable', 0);
      addGateway(server, 'while-full');
      await metricIs(server, 'trunkhunt_exports_total', (count) => count > 0, { result: 'failed' });
      await isServed(server, true);
      server.writtenDisk.free();
      await metricIs(server, 'trunkhunt_state_writable', 1);
      await vi.waitFor(() => {
        // The log was on that disk too: what it could not take then is in it now.
        for (const what of [
          /decisions cannot be written/,
          /decisions can be written/,
          /learned state cannot be written/,
        ])
          expect(linesAbout(server, what)).toBeGreaterThan(0);
      }, PATIENCE);
      expect(linesAbout(server, /learned state cannot be written/)).toBe(1);
      await followsAgain(server, 'after-written-full');
      await metricIs(server, 'trunkhunt_exports_total', (count) => count > 1, { result: 'ok' });
    },
  },
];

/** Those that take longer than a test may. */
export const SLOW_DISK_FAULTS: readonly DiskFault[] = [
  {
    name: 'the disk of the inventory read-only at the start',
    atStart: { inventory: remount('ro') },
    run: async (server) => {
      await isServed(server, true);
      expect(server.inventoryDisk.sh(remount('rw').replace('DISK', server.inventoryDisk.folder))).toBe(0);
      await followsAgain(server, 'after-start');
    },
  },
  {
    name: 'the disk of state, decisions and export read-only at the start',
    atStart: { written: remount('ro') },
    run: async (server) => {
      await metricIs(server, 'trunkhunt_state_writable', 0);
      await metricIs(server, 'trunkhunt_decision_log_errors_total', (count) => count > 0);
      expect(linesAbout(server, /nothing learned is kept over a restart/)).toBe(1);
      expect(server.writtenDisk.sh(remount('rw').replace('DISK', server.writtenDisk.folder))).toBe(0);
      await metricIs(server, 'trunkhunt_state_writable', 1);
      await metricIs(server, 'trunkhunt_decision_log_lines_total', (count) => count > 0, { result: 'written' });
      await followsAgain(server, 'after-start');
    },
  },
];
