import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { ALGORITHMS } from '../import/set-shares.ts';
import type { ImportOptions } from '../import/import-options.ts';
import { PROGRAMS, type ProgramName } from '../import/named-source.ts';
import type { SqlDialect } from '../import/sql-dialect.ts';

export interface ImportFlags extends SettingFlags {
  readonly from?: ProgramName;
  readonly apply?: boolean;
  readonly var: ReadonlyMap<string, string>;
  readonly alsoRead: readonly string[];
  readonly profile?: string;
  readonly pingSeconds: number;
  readonly context: ReadonlyMap<string, string>;
  readonly algorithm: ReadonlyMap<string, number>;
  readonly sqlDialect?: SqlDialect;
  readonly strict?: boolean;
  readonly force?: boolean;
  readonly why?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** OpenSIPS's own interval where its configuration says nothing. */
const PING_SECONDS = 30;

const DIALECTS: readonly SqlDialect[] = ['mysql', 'postgresql', 'sqlite'];

/** The options of `import`. */
export function withImportOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--from <program>', 'whose files they are, where their content does not tell').choices(PROGRAMS),
    )
    .option('--apply', 'write it, in one transaction; without it nothing is written')
    .option('--strict', 'where anything is left out: exit status 1, and nothing is written')
    .option('--force', 'write even what a server would refuse to serve')
    .option('--why <text>', 'kept in the history')
    .option('--all', 'print long lists whole')
    .option('--json', 'print data')
    .option(
      '--var <name=value>',
      'FreeSWITCH: a variable that only the switch knows; may be repeated',
      addVariable,
      new Map<string, string>(),
    )
    .option(
      '--also-read <folder>',
      'FreeSWITCH: a folder outside that includes may reach; may be repeated',
      addFolder,
      [],
    )
    .option('--profile <name>', 'Kamailio, OpenSIPS: the sofia profile of the gateways (else external)')
    .option(
      '--ping-seconds <seconds>',
      'Kamailio, OpenSIPS: for gateways that are probed; 0 = none',
      parsePing,
      PING_SECONDS,
    )
    .option(
      '--context <[group=]name>',
      'OpenSIPS: the dialplan context of a group of rules; may be repeated',
      addContext,
      new Map<string, string>(),
    )
    .option(
      '--algorithm <[set=]number>',
      'Kamailio: the algorithm that a set is used with; may be repeated',
      addAlgorithm,
      new Map<string, number>(),
    )
    .addOption(
      new Option('--sql-dialect <name>', 'how a dump writes strings, where its beginning does not tell').choices(
        DIALECTS,
      ),
    );
}

/** What of the flags the readers are told. */
export function importOptions({ profile, pingSeconds, context, algorithm, sqlDialect }: ImportFlags): ImportOptions {
  return { profile, pingSeconds, contexts: context, algorithms: algorithm, sqlDialect };
}

function addVariable(text: string, variables: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, name, value = ''] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It is NAME=VALUE.');
  return new Map([...variables, [name, value]]);
}

function addFolder(folder: string, folders: readonly string[]): readonly string[] {
  return [...folders, folder];
}

function parsePing(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (seconds === 0 || (seconds >= 5 && seconds <= 86_400)) return seconds;
  throw new InvalidArgumentError('It is 0, or 5 to 86400: FreeSWITCH does not ping more often.');
}

function addContext(text: string, contexts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, group = '', name] = /^(?:(\d+)=)?(\S.*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It is NAME, or GROUP=NAME with the number of a group.');
  return new Map([...contexts, [group === '' ? '' : String(Number(group)), name]]);
}

function addAlgorithm(text: string, algorithms: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [, set = '', number] = /^(?:(\d+)=)?(\d{1,2})$/.exec(text) ?? [];
  if (number !== undefined && ALGORITHMS.includes(Number(number))) {
    return new Map([...algorithms, [set === '' ? '' : String(Number(set)), Number(number)]]);
  }
  const known = [...ALGORITHMS].sort((a, b) => a - b).join(', ');
  throw new InvalidArgumentError(`It is NUMBER, or SET=NUMBER; ds_select_dst() has ${known}.`);
}
