import { dirname } from 'node:path';
import { RowTrial } from '../inventory/row-trial.ts';
import { GlobalVariables } from '../xml/global-variables.ts';
import { MalformedXmlError, parseConfiguration } from '../xml/parse-configuration.ts';
import { Preprocessor, type PreprocessNotes } from '../xml/preprocessor.ts';
import { SourceText } from '../xml/source-text.ts';
import { ConfigurationFolder } from './configuration-folder.ts';
import { findSource, type FreeswitchSource } from './freeswitch-source.ts';
import { ReadingCollector } from './reading-collector.ts';
import { ReadingProblems } from './reading-problems.ts';
import type { Reading } from './reading.ts';
import { type ReadSource, takeOverFreeswitch } from './take-over-freeswitch.ts';

/** What an operator may say about files that do not say it themselves. */
export interface FreeswitchOptions {
  /** Global variables by name: those that only the switch knows, or other values than the files'. */
  readonly variables?: ReadonlyMap<string, string>;
  /** Folders besides the one imported that includes may reach. */
  readonly alsoRead?: readonly string[];
  /** Gateways that the inventory has: lists and extensions may name them. */
  readonly knownGateways?: Iterable<string>;
  /** `failover_causes` of the inventory; as shipped where it is not given. */
  readonly commonCauses?: ReadonlyMap<string, string>;
  /** Told before each file. @param count how many there have been, this one included */
  readonly onFile?: (count: number, path: string) => void;
}

/**
 * Reads what FreeSWITCH would read of a configuration folder, of some of its folders, or of single files, and says it in
 * the terms of an inventory. Runs nothing, and reads nothing outside of the folders.
 * @param paths each a folder or a file; what comes first wins
 * @throws OperatorError import-unreadable, import-invalid: everything that stands in the way of reading all of it
 */
export function readFreeswitch(paths: readonly string[], options: FreeswitchOptions = {}): Reading {
  const problems = new ReadingProblems();
  const trial = new RowTrial();
  try {
    const collector = new ReadingCollector(trial);
    let files = 0;
    const onRead = (path: string): void => {
      files += 1;
      options.onFile?.(files, path);
    };
    const sources = paths.flatMap((path) => {
      const found = findSource(path, problems);
      const source = found && readSource(found, options, { collector, problems, onRead });
      return source === undefined ? [] : [source];
    });
    problems.throwIfAny();
    takeOverFreeswitch(sources, {
      collector,
      knownGateways: [...(options.knownGateways ?? [])],
      commonCauses: options.commonCauses ?? trial.shippedCauses,
    });
    return collector.reading;
  } finally {
    trial.close();
  }
}

interface ReadSurroundings {
  readonly collector: ReadingCollector;
  readonly problems: ReadingProblems;
  readonly onRead: (path: string) => void;
}

function readSource(
  { files, folder, isWhole, isNamed }: FreeswitchSource,
  options: FreeswitchOptions,
  { collector, problems, onRead }: ReadSurroundings,
): ReadSource | undefined {
  const given = new Map([['conf_dir', folder], ...(options.variables ?? [])]);
  const variables = new GlobalVariables({ given, isWhole });
  const notes: PreprocessNotes = {
    refused: (from, what, why) => {
      collector.leaveOut(from, what, why);
    },
    noticed: (from, what, why) => {
      collector.remark(from, what, why);
    },
    failed: (from, what, fix) => {
      problems.malformed(from, what, fix);
    },
  };
  const folders = [folder, ...(options.alsoRead ?? [])];
  const reader = new ConfigurationFolder({ folders, problems, notes, onRead });
  const text = new SourceText();
  const [first = folder] = files;
  // Several files make one document only within an element.
  if (!isWhole) text.add('<document>', first, 1);
  for (const file of files) {
    if (!isNamed && !reader.mayBegin(file, isWhole)) {
      if (isWhole) return undefined;
      continue;
    }
    const preprocessor = new Preprocessor(reader, variables, notes, text);
    preprocessor.file(file, isWhole ? folder : dirname(file), undefined);
  }
  if (!isWhole) text.add('</document>', files.at(-1) ?? first, 1);
  remarkUnset(variables, isWhole, collector);
  try {
    return { root: parseConfiguration(text), variables, isWhole };
  } catch (error) {
    if (!(error instanceof MalformedXmlError)) throw error;
    problems.malformed(
      error.place,
      error.message,
      'mend the file; FreeSWITCH refuses it as well, unless it is about a DOCTYPE',
    );
    return undefined;
  }
}

function remarkUnset(variables: GlobalVariables, isWhole: boolean, collector: ReadingCollector): void {
  if (!isWhole) return;
  for (const { name, firstUse, uses } of variables.unset) {
    const often = uses === 1 ? '' : ` (used ${uses} times)`;
    const why = `no file sets it before this${often}: FreeSWITCH reads it as empty; give a value with --var '${name}=VALUE'`;
    collector.remark(firstUse, `variable '$\${${name}}'`, why);
  }
}
