import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import type { ReadingProblems } from './reading-problems.ts';

/** Files of FreeSWITCH's that were named by one path. */
export interface FreeswitchSource {
  /** Read one after another, each with what it includes. */
  readonly files: readonly string[];
  /** `conf_dir`, as far as it can be told. */
  readonly folder: string;
  /** Whether it begins with freeswitch.xml, so that nothing is missing that FreeSWITCH would have. */
  readonly isWhole: boolean;
  /** Whether the file itself was named, so that it may be read wherever a link leads. */
  readonly isNamed: boolean;
}

const ROOT_FILE = 'freeswitch.xml';

/** Where freeswitch.xml as it is shipped looks; sofia.conf.xml includes the profiles itself. */
const SHIPPED_FOLDERS = ['.', 'autoload_configs', 'dialplan', 'directory', 'sip_profiles'];

/** So many folders up a configuration's own folder is looked for. */
const LEVELS = 4;

/** What a path stands for: a whole configuration, some of its folders, or one file. Undefined where it cannot be read. */
export function findSource(given: string, problems: ReadingProblems): FreeswitchSource | undefined {
  const path = normalize(given);
  try {
    if (!statSync(path).isDirectory()) {
      const isWhole = basename(path) === ROOT_FILE;
      return {
        files: [path],
        folder: isWhole ? dirname(path) : configurationFolder(dirname(path)),
        isWhole,
        isNamed: true,
      };
    }
    const root = join(path, ROOT_FILE);
    if (existsSync(root)) return { files: [root], folder: path, isWhole: true, isNamed: false };
    const files = looseFiles(path);
    if (files.length > 0) return { files, folder: configurationFolder(path), isWhole: false, isNamed: false };
    const fix = `name the folder that has ${ROOT_FILE} in it, often /etc/freeswitch, or files`;
    problems.unreadable(path, `there is no ${ROOT_FILE} and no other .xml file in it`, fix);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    problems.unreadable(path, what, 'check the path, and that this user may read it');
  }
  return undefined;
}

function looseFiles(folder: string): readonly string[] {
  const has = SHIPPED_FOLDERS.map((name) => join(folder, name)).filter((name) => existsSync(name));
  const hasSofia = existsSync(join(folder, 'autoload_configs', 'sofia.conf.xml'));
  return has
    .filter((name) => !(hasSofia && basename(name) === 'sip_profiles'))
    .flatMap((name) => xmlFilesIn(name).map((file) => join(name, file)));
}

function xmlFilesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml') && !name.startsWith('.'))
    .sort();
}

/** The folder of the configuration that something lies in: what includes may reach. */
function configurationFolder(folder: string): string {
  let above = folder;
  for (let level = 0; level < LEVELS; level += 1) {
    if (existsSync(join(above, ROOT_FILE))) return above;
    if (resolve(above, '..') === resolve(above)) break;
    above = join(above, '..');
  }
  return folder;
}

/** What stands around something that is in a file by itself, by where such files lie: `dialplan/default/01_x.xml`. */
export function folderBelow(file: string, parent: string): string | undefined {
  const parts = resolve(file).split('/');
  const at = parts.lastIndexOf(parent);
  return at === -1 || at >= parts.length - 2 ? undefined : parts[at + 1];
}
