import type { EventSocket } from '../routing/snapshot.ts';
import type { RunningGateway } from '../xml/read-xmlstatus.ts';
import type { SentCommand } from './command-log.ts';
import type { DriftReport, ReconcilePlan } from './reconcile-plan.ts';

/** A switch as operators see it; also what `/api/switches` and `trunkhunt switches --json` hold. */
export interface SwitchReport {
  readonly switch: string;
  readonly address: string;
  readonly connected: boolean;
  /** Whether its gateways and calls have been read since the connection was made. */
  readonly synced: boolean;
  readonly lastLoss: { readonly reason: string; readonly message: string; readonly secondsAgo: number } | null;
  readonly version: string;
  /** All sessions of the switch, by its last heartbeat. */
  readonly sessions: number;
  /** Legs through gateways that are up or on their way. */
  readonly calls: number;
  readonly gateways: {
    readonly wanted: number;
    /** null = not known, since the switch has not been heard for too long: all count as up. */
    readonly running: number | null;
    readonly up: number | null;
    /** The names of those that run and are not up. */
    readonly down: readonly string[];
  };
  readonly drift: readonly DriftReport[];
  readonly draining: readonly string[];
  /** The last commands, newest first. */
  readonly commands: readonly {
    readonly command: string;
    readonly reply: string;
    readonly ok: boolean;
    readonly secondsAgo: number;
  }[];
}

/** Why there was no connection, the last time that there was none. */
export interface LastLoss {
  readonly reason: string;
  readonly message: string;
  /** Monotonic clock. */
  readonly atMs: number;
}

/** What a report is made of. */
export interface ReportParts {
  readonly socket: EventSocket;
  readonly isConnected: boolean;
  readonly isSynced: boolean;
  readonly lastLoss: LastLoss | undefined;
  readonly version: string;
  readonly sessions: number;
  readonly legs: number;
  readonly running: readonly RunningGateway[] | undefined;
  readonly wanted: number;
  readonly outcome: ReconcilePlan;
  readonly commands: readonly SentCommand[];
  readonly nowMs: number;
}

/** Puts a report together; moments become ages, since a monotonic clock means nothing to anybody else. */
export function reportSwitch(parts: ReportParts): SwitchReport {
  const { socket, lastLoss, running, outcome } = parts;
  const secondsSince = (atMs: number): number => Math.round((parts.nowMs - atMs) / 1000);
  return {
    switch: socket.hostname,
    address: `${socket.host}:${socket.port}`,
    connected: parts.isConnected,
    synced: parts.isSynced,
    lastLoss:
      lastLoss === undefined
        ? null
        : { reason: lastLoss.reason, message: lastLoss.message, secondsAgo: secondsSince(lastLoss.atMs) },
    version: parts.version,
    sessions: parts.sessions,
    calls: parts.legs,
    gateways: {
      wanted: parts.wanted,
      running: running?.length ?? null,
      up: running?.filter(({ isUp }) => isUp).length ?? null,
      down: running?.flatMap(({ name, isUp }) => (isUp ? [] : [name])) ?? [],
    },
    drift: outcome.drift,
    draining: outcome.draining,
    commands: parts.commands.map(({ command, reply, isOk, atMs }) => ({
      command,
      reply,
      ok: isOk,
      secondsAgo: secondsSince(atMs),
    })),
  };
}
