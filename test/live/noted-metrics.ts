import { Registry } from 'prom-client';
import { type CommandResult, type HealthEvent, LiveMetrics } from '../../src/metrics/live-metrics.ts';
import type { LegVerdict } from '../../src/routing/leg-outcome.ts';

/** Metrics that note what they are told, in words. */
export class NotedMetrics extends LiveMetrics {
  readonly #notes: string[] = [];

  constructor() {
    super(new Registry(), () => undefined);
  }

  /** What was told since the last look. */
  news(): readonly string[] {
    return this.#notes.splice(0);
  }

  override inboundCall(hostname: string): void {
    super.inboundCall(hostname);
    this.#notes.push(`inbound ${hostname}`);
  }

  override drift(hostname: string, count: number): void {
    super.drift(hostname, count);
    this.#notes.push(`drift ${hostname} ${count}`);
  }

  override command(hostname: string, command: string, result: CommandResult): void {
    super.command(hostname, command, result);
    this.#notes.push(`command ${hostname} ${command} ${result}`);
  }

  override healthEvent(gateway: string, event: HealthEvent): void {
    super.healthEvent(gateway, event);
    this.#notes.push(`${gateway} ${event}`);
  }

  override attemptEnded(gateway: string, verdict: LegVerdict): void {
    super.attemptEnded(gateway, verdict);
    this.#notes.push(`${gateway} attempt ${verdict}`);
  }

  override rang(gateway: string, seconds: number): void {
    super.rang(gateway, seconds);
    this.#notes.push(`${gateway} rang after ${seconds}`);
  }

  override callEnded(gateway: string, seconds: number): void {
    super.callEnded(gateway, seconds);
    this.#notes.push(`${gateway} call of ${seconds}`);
  }
}
