import { type Command, InvalidArgumentError, Option } from 'commander';
import { escapeUnprintable, printableJson } from '../config/escape-unprintable.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { DecisionReport } from '../live/find-decisions.ts';
import { askForJson } from './ask-server.ts';
import type { CommandContext } from './command-context.ts';
import { DECISION_HEADER, decisionRow, describeDecision } from './describe-decision.ts';
import { tableWithText } from './table-with-text.ts';
import { coloured, printJson, type Terminal } from './terminal.ts';

interface DecisionsFlags extends SettingFlags {
  readonly follow?: boolean;
  readonly gateway?: string;
  readonly failed?: boolean;
  readonly outcome?: string;
  readonly number?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** What `/api/decisions` answers. */
interface DecisionsAnswer {
  readonly decisions: readonly DecisionReport[];
  readonly cursor: string;
  readonly more: boolean;
}

const POLL_EVERY_MS = 1_000;
const MOST = 1_000;

export function addDecisionsCommand(program: Command, context: CommandContext): void {
  program
    .command('decisions')
    .description('show what the running server decided of late, and what came of it')
    .argument('[id]', 'one decision, in full')
    .option('--follow', 'go on showing decisions, and again with each outcome, until interrupted')
    .option('--gateway <name>', 'only those that have this gateway in their plan; with --failed: where it failed')
    .option('--failed', 'only those without a plan, or with an attempt that failed')
    .addOption(
      new Option('--outcome <outcome>', 'only those that were decided so').choices([
        'planned',
        'no_route',
        'rejected_number',
        'no_gateway',
      ]),
    )
    .option('--number <number>', 'only calls to or from this number, written as the switch writes it')
    .option('--limit <n>', 'so many of the last ones', readLimit, 20)
    .option('--listen <host:port>', 'where the server listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--credentials-file <file>', 'holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)')
    .option('--json', 'print data; with --follow one decision a line')
    .action(async (id: string | undefined, flags: DecisionsFlags) => {
      const { environment, readFile, terminal } = context;
      const settings = readSettings({ flags, environment, readFile }, 'read');
      if (id !== undefined) await showOne(id, settings, flags, terminal);
      else if (flags.follow === true) await follow(settings, flags, context);
      else showAll(await ask(settings, flags), flags, terminal);
    });
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > MOST) {
    throw new InvalidArgumentError(`It is no whole number from 1 to ${MOST}.`);
  }
  return Number(text);
}

async function showOne(id: string, settings: Settings, flags: DecisionsFlags, terminal: Terminal): Promise<void> {
  const decision = (await askForJson(settings, `/api/decisions/${encodeURIComponent(id)}`)) as DecisionReport;
  if (flags.json === true) printJson(terminal, decision);
  else terminal.out(describeDecision(decision));
}

function showAll(answer: DecisionsAnswer, flags: DecisionsFlags, terminal: Terminal): void {
  const { decisions } = answer;
  if (flags.json === true) printJson(terminal, answer);
  else if (decisions.length === 0) terminal.out('no such decision is kept\n');
  else {
    const [header = '', ...lines] = tableWithText(DECISION_HEADER, decisions.map(decisionRow), terminal.width);
    const shown = lines.map((line, at) => (decisions[at]?.failed === true ? coloured(terminal, 'bad', line) : line));
    terminal.out(`${[header, ...shown].join('\n')}\n`);
  }
}

/** Shows what there is, and what comes. A server that is away for a while is waited for. */
async function follow(settings: Settings, flags: DecisionsFlags, context: CommandContext): Promise<void> {
  const { terminal, after } = context;
  const stop = { isWanted: false };
  const stopped = context.stopped().then(() => {
    stop.isWanted = true;
  });
  const pause = (): Promise<void> => {
    const { promise, cancel } = sleep(POLL_EVERY_MS, after);
    return Promise.race([promise, stopped]).finally(cancel);
  };
  let answer = await ask(settings, flags);
  let isAway = false;
  for (;;) {
    for (const decision of answer.decisions) terminal.out(followedLine(decision, flags, terminal));
    if (!answer.more) await pause();
    if (stop.isWanted) return;
    const { cursor } = answer;
    try {
      answer = await ask(settings, flags, cursor);
      if (isAway) terminal.err('the server answers again\n');
      isAway = false;
    } catch (error) {
      if (!(error instanceof OperatorError) || error.findings.some(({ code }) => code !== 'server-unreachable')) {
        throw error;
      }
      if (!isAway) terminal.err(`${escapeUnprintable(error.findings[0]?.what ?? '')}: waiting for it\n`);
      isAway = true;
      answer = { decisions: [], cursor, more: false };
    }
  }
}

function sleep(
  delayMs: number,
  after: CommandContext['after'],
): { readonly promise: Promise<void>; readonly cancel: () => void } {
  let cancel: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    cancel = after(delayMs, resolve);
  });
  return { promise, cancel };
}

/** Columns would be others for each answer: each stands for itself. */
function followedLine(decision: DecisionReport, { json }: DecisionsFlags, terminal: Terminal): string {
  if (json === true) return `${printableJson(decision)}\n`;
  const line = tableWithText(decisionRow(decision), [], terminal.width).join('\n');
  return `${decision.failed ? coloured(terminal, 'bad', line) : line}\n`;
}

async function ask(settings: Settings, flags: DecisionsFlags, cursor?: string): Promise<DecisionsAnswer> {
  const { gateway, failed, outcome, number, limit } = flags;
  const query = new URLSearchParams({ limit: String(cursor === undefined ? limit : MOST) });
  if (gateway !== undefined) query.set('gateway', gateway);
  if (failed === true) query.set('failed', '1');
  if (outcome !== undefined) query.set('outcome', outcome);
  if (number !== undefined) query.set('number', number);
  if (cursor !== undefined) query.set('after', cursor);
  return (await askForJson(settings, `/api/decisions?${query.toString()}`)) as DecisionsAnswer;
}
