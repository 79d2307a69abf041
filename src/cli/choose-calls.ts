import { OperatorError } from '../errors/operator-error.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { type CallFile, type FileCall, openCallFile } from '../simulation/call-file.ts';
import { madeUpCalls } from '../simulation/made-up-calls.ts';
import type { TimedCall } from '../simulation/simulate.ts';
import type { CallDefaults, SimulatedCall } from '../simulation/simulated-call.ts';
import { evenCalls, fileCalls } from '../simulation/file-calls.ts';

export interface CallFlags {
  readonly calls?: number;
  readonly number: readonly string[];
  readonly numbers?: string;
  readonly cps?: number;
  readonly context: string;
  readonly caller: string;
  readonly source: string;
  readonly switch?: string;
  readonly header: ReadonlyMap<string, string>;
}

/** The calls that a command line asks for, and what has to be said of them. */
export interface ChosenCalls {
  readonly calls: AsyncIterable<TimedCall> | Iterable<TimedCall>;
  readonly notes: readonly string[];
  /** The switch of calls of which nothing else is said. */
  readonly switchName: string;
}

const USUAL_CALLS = 1_000;
const USUAL_CALLS_PER_SECOND = 10;

/**
 * Finds the calls: of a file, each once; else numbers in turn, made up from the routes where none are given.
 * @throws OperatorError settings-conflict, calls-missing, and those of `openCallFile`
 */
export async function chooseCalls(file: string | undefined, flags: CallFlags, today: Snapshot): Promise<ChosenCalls> {
  const switchName = flags.switch ?? today.eventSockets[0]?.hostname ?? '';
  const defaults: CallDefaults = {
    ...{
      caller: flags.caller,
      context: flags.context,
      source: flags.source,
      switch: switchName,
      headers: flags.header,
    },
  };
  if (file !== undefined) {
    refuseBoth(file, flags);
    const opened = await openCallFile(file, defaults);
    return { calls: fileCalls(opened, flags.cps, USUAL_CALLS_PER_SECOND), notes: fileNotes(opened), switchName };
  }
  const { turns, notes, usualCount } = await turnsOf(flags, defaults, today);
  const calls = evenCalls(turns, flags.calls ?? usualCount, flags.cps ?? USUAL_CALLS_PER_SECOND);
  return { calls, notes, switchName };
}

interface NumbersInTurn {
  readonly turns: readonly SimulatedCall[];
  readonly notes: readonly string[];
  readonly usualCount: number;
}

async function turnsOf(flags: CallFlags, defaults: CallDefaults, today: Snapshot): Promise<NumbersInTurn> {
  const named = flags.number.map((number) => ({ ...defaults, number }));
  if (flags.numbers === undefined) {
    return named.length > 0 ? { turns: named, notes: [], usualCount: USUAL_CALLS } : madeUp(defaults, today);
  }
  const opened = await openCallFile(flags.numbers, defaults);
  const listed: FileCall[] = [];
  for await (const call of opened.each()) listed.push(call);
  const turns = [...named, ...listed.map(({ call }) => call)];
  return { turns, notes: fileNotes(opened), usualCount: turns.length };
}

function madeUp(defaults: CallDefaults, today: Snapshot): NumbersInTurn {
  const { calls, without } = madeUpCalls(today, defaults);
  const notes = without.map(({ route, why }) => `route '${route}' gets no call of its own: ${why}; --number names one`);
  if (calls.length > 0) {
    return { turns: calls, notes: [`numbers made up, in turn: ${listed(calls)}`, ...notes], usualCount: USUAL_CALLS };
  }
  const { contexts } = today.routes;
  const there = contexts.length === 0 ? 'there are no routes at all' : `there are routes in ${contexts.join(', ')}`;
  const what = [`no number could be made up for context '${defaults.context}': ${there}`, ...notes].join('; ');
  const fix = 'name numbers with --number or --numbers, or another --context';
  throw new OperatorError([{ code: 'calls-missing', where: '--calls', what, fix }]);
}

const NUMBERS_SHOWN = 8;

function listed(calls: readonly SimulatedCall[]): string {
  const shown = calls.slice(0, NUMBERS_SHOWN).map(({ number }) => number);
  return shown.join(', ') + (calls.length > NUMBERS_SHOWN ? `, and ${calls.length - NUMBERS_SHOWN} more` : '');
}

function refuseBoth(file: string, { calls, number, numbers }: CallFlags): void {
  if (calls === undefined && number.length === 0 && numbers === undefined) return;
  const what = `the calls of ${file} are each made once, and --calls, --number or --numbers asks for others`;
  throw new OperatorError([{ code: 'settings-conflict', where: file, what, fix: 'give one of them' }]);
}

/** What has to be known of a file of calls. */
export function fileNotes({ calls, otherLines, maskedCalls, isTorn }: CallFile): readonly string[] {
  return [
    ...(maskedCalls === 0 ? [] : [`${maskedCalls} of ${calls} calls have masked digits, which are taken as 0`]),
    ...(otherLines === 0 ? [] : [`${otherLines} lines that are no decisions were passed over`]),
    ...(isTorn ? ['the last line has no end yet and was passed over'] : []),
  ];
}
