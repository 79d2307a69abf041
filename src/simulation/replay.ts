import type { Snapshot } from '../routing/snapshot.ts';
import { PathFinder } from './call-path.ts';
import { Counts } from './counts.ts';
import { differsFromLog } from './differs-from-log.ts';
import { type Elsewhere, elsewhere, type ElsewhereKind } from './elsewhere.ts';
import type { LoggedDecision } from './logged-decision.ts';
import { simulate, type SimulationRequest, type SimulationResult, type TimedCall } from './simulate.ts';
import { requestOf, type SimulatedCall } from './simulated-call.ts';

/** Different reasons, and calls, are kept up to these numbers; more are only counted. */
const REASONS_LIMIT = 1_000;
const CALLS_LIMIT = 10_000;

/** A call that would go elsewhere. */
export interface ElsewhereCall extends Elsewhere {
  readonly number: string;
  readonly context: string;
  readonly switch: string;
  /** ISO 8601, where a log says when it came. */
  readonly at: string | null;
}

/** Calls that go elsewhere for one reason. */
export interface ElsewhereReason extends Elsewhere {
  readonly calls: number;
  /** The number of the first of them. */
  readonly example: string;
}

export interface ReplayResult {
  /** What is compared: where calls went by the log with today's inventory, or that with the proposal. */
  readonly compared: 'log with today' | 'today with proposal';
  readonly calls: number;
  readonly elsewhere: number;
  /** Those of them that would be refused, or find no route, and are not so before. */
  readonly refused: number;
  /** Most calls first. */
  readonly reasons: readonly ElsewhereReason[];
  readonly listed: readonly ElsewhereCall[];
  /** With a proposal: how many today's inventory sends elsewhere than the log says. */
  readonly sinceTheLog: number;
  /** Calls that the log says were refused for the health or limits of that moment. */
  readonly ofTheMoment: number;
  /** First choices by the log, by group and gateway. */
  readonly then: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The shares with either inventory, all gateways answering. */
  readonly shares: SimulationResult;
}

type ReplayRequest = Omit<SimulationRequest, 'rules'>;

/** Puts calls of the past to today's inventory and to a proposed one, and says which would go elsewhere, and why. */
export async function replay(request: ReplayRequest): Promise<ReplayResult> {
  const book = new ReplayBook(request.today, request.proposal);
  const shares = await simulate({ ...request, calls: book.reading(request.calls), rules: [] });
  return { ...book.result(), shares };
}

class ReplayBook {
  readonly #today: Snapshot;
  readonly #proposal: Snapshot | undefined;
  readonly #pathToday: PathFinder;
  readonly #pathThen: PathFinder | undefined;
  readonly #reasons = new Map<string, { -readonly [Key in keyof ElsewhereReason]: ElsewhereReason[Key] }>();
  readonly #kinds = new Counts<ElsewhereKind>();
  readonly #listed: ElsewhereCall[] = [];
  readonly #then = new Map<string, Counts<string>>();
  #calls = 0;
  #sinceTheLog = 0;
  #ofTheMoment = 0;

  constructor(today: Snapshot, proposal: Snapshot | undefined) {
    this.#today = today;
    this.#proposal = proposal;
    this.#pathToday = new PathFinder(today);
    this.#pathThen = proposal === undefined ? undefined : new PathFinder(proposal);
  }

  /** The same calls, each looked at on its way. */
  async *reading(calls: ReplayRequest['calls']): AsyncIterable<TimedCall> {
    for await (const timed of calls) {
      this.#look(timed);
      yield timed;
    }
  }

  result(): Omit<ReplayResult, 'shares'> {
    return {
      compared: this.#proposal === undefined ? 'log with today' : 'today with proposal',
      calls: this.#calls,
      elsewhere: this.#kinds.total,
      refused: this.#kinds.of('refused'),
      reasons: [...this.#reasons.values()].sort((a, b) => b.calls - a.calls),
      listed: this.#listed,
      sinceTheLog: this.#sinceTheLog,
      ofTheMoment: this.#ofTheMoment,
      then: Object.fromEntries(
        [...this.#then].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { all }]) => [name, all]),
      ),
    };
  }

  #look({ call, logged }: TimedCall): void {
    this.#calls += 1;
    if (logged !== undefined) this.#noteFirstChoice(logged);
    const request = requestOf(call, this.#calls, 0);
    const today = this.#pathToday.find(request);
    const sinceLog = logged === undefined ? undefined : differsFromLog(logged, today, this.#today, request);
    if (sinceLog === 'of the moment') this.#ofTheMoment += 1;
    if (this.#proposal === undefined || this.#pathThen === undefined) {
      if (typeof sinceLog === 'object') this.#note(sinceLog, call, logged);
      return;
    }
    if (typeof sinceLog === 'object') this.#sinceTheLog += 1;
    const found = elsewhere(today, this.#pathThen.find(request), this.#proposal, request);
    if (found !== undefined) this.#note(found, call, logged);
  }

  /** Where mod_distributor chose, nobody knows whom. */
  #noteFirstChoice({ group, plan: [first] }: LoggedDecision): void {
    if (first?.attempt !== 1) return;
    const counts = this.#then.get(group) ?? new Counts();
    this.#then.set(group, counts);
    counts.add(first.gateway);
  }

  #note({ kind, why }: Elsewhere, call: SimulatedCall, logged: LoggedDecision | undefined): void {
    this.#kinds.add(kind);
    const key = `${kind}\n${why}`;
    const reason = this.#reasons.get(key);
    if (reason !== undefined) reason.calls += 1;
    else if (this.#reasons.size < REASONS_LIMIT) {
      this.#reasons.set(key, { kind, why, calls: 1, example: call.number });
    }
    if (this.#listed.length >= CALLS_LIMIT) return;
    const { number, context, switch: hostname } = call;
    const at = logged === undefined ? null : new Date(logged.atMs).toISOString();
    this.#listed.push({ number, context, switch: hostname, at, kind, why });
  }
}
