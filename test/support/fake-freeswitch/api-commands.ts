import { asciiLower } from '../ascii-case.ts';
import type { ChannelTable } from './channel-table.ts';
import type { DistributorModule } from './distributor-module.ts';
import { flat } from './fake-event.ts';
import type { ModSofia } from './mod-sofia.ts';
import type { SwitchCore } from './switch-core.ts';
import { spelledDuration } from './switch-clock.ts';

export interface ApiWorld {
  readonly core: SwitchCore;
  readonly sofia: ModSofia;
  /** Undefined = mod_distributor is not loaded. */
  readonly distributor: DistributorModule | undefined;
  readonly channels: ChannelTable;
  /** False = started with -nosql (verified.md). */
  readonly hasSql: boolean;
}

type Command = (argument: string) => string | Promise<string>;

/** The API commands (contract 7.4); what is not here is as if no module had it. */
export class ApiCommands {
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #world: ApiWorld;

  constructor(world: ApiWorld) {
    this.#world = world;
    const { core, sofia, distributor, channels } = world;
    const commands: readonly (readonly [string, Command])[] = [
      ['sofia', (argument) => sofia.command(argument)],
      ['status', () => this.#status()],
      ['version', (argument) => versionText(core.version, argument)],
      ['show', (argument) => this.#show(argument)],
      ['uuid_exists', (argument) => (channels.find(argument) === undefined ? 'false' : 'true')],
      ['uuid_getvar', (argument) => this.#variable(argument)],
      ['expand', (argument) => this.expand(argument)],
      ['switchname', () => core.hostname],
      ['hostname', () => core.hostname],
      ['global_getvar', (argument) => this.#global(argument)],
      ['uptime', () => `${Math.floor(core.upMicros() / 1_000_000)}\n`],
    ];
    const distributors: readonly (readonly [string, Command])[] =
      distributor === undefined
        ? []
        : [
            ['distributor', (argument) => distributor.choose(argument)],
            ['distributor_ctl', (argument) => distributor.control(argument)],
          ];
    this.#commands = new Map([...commands, ...distributors]);
  }

  /** A command line as the event socket takes it. */
  async execute(line: string): Promise<string> {
    const [name, argument] = splitOnce(line);
    return (await this.#call(name, argument)) ?? `-ERR ${name} Command not found!\n`;
  }

  /** `expand` of mod_commands: a command whose argument is expanded first; here only the `sofia` command is. */
  async expand(line: string): Promise<string> {
    if (line === '') return '-ERR No input\n';
    const [name, argument] = splitOnce(line);
    const expanded = await replaceAsync(argument, /\$\{(sofia)\(([^()]*)\)\}/g, async (command, rest) => {
      return (await this.#call(command, rest)) ?? '';
    });
    // Two complaints, one of the core and one of `expand` itself (switch_api_execute).
    return (await this.#call(name, expanded)) ?? 'INVALID COMMAND!\n-ERR Cannot execute command\n';
  }

  async #call(name: string, argument: string): Promise<string | undefined> {
    return this.#commands.get(asciiLower(name))?.(argument.trim());
  }

  #show(argument: string): string {
    const { channels, hasSql } = this.#world;
    if (!hasSql) return '-ERR SQL disabled, no data available!\n';
    switch (argument) {
      case 'channels as json':
        return channels.json();
      case 'channels count':
        return channels.count();
      default:
        return '-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]\n';
    }
  }

  #variable(argument: string): string {
    const [uuid, name] = splitOnce(argument);
    if (uuid === '' || name === '') return '-USAGE: <uuid> <var>\n';
    const leg = this.#world.channels.find(uuid);
    if (leg === undefined) return '-ERR No such channel!\n';
    const value = leg.variables.get(name);
    return value === undefined ? '_undef_' : flat(value);
  }

  #global(name: string): string {
    const { core } = this.#world;
    const globals = new Map([
      ['hostname', core.hostname],
      ['local_ip_v4', '192.0.2.2'],
      ['core_uuid', core.uuid],
    ]);
    return name === '' ? [...globals].map(([key, value]) => `${key}=${value}\n`).join('') : (globals.get(name) ?? '');
  }

  /** Recording 06. */
  #status(): string {
    const { core } = this.#world;
    return (
      `UP ${spelledDuration(core.upMicros())}\n` +
      `FreeSWITCH (Version ${humanVersion(core.version)}) is ready\n` +
      `${core.sessionsSoFar} session(s) since startup\n` +
      `${core.sessions} session(s) - peak ${core.sessionsPeak}, last 5min ${core.sessionsPeak} \n` +
      '0 session(s) per Sec out of max 30, peak 3, last 5min 3 \n' +
      '1000 session(s) max\n' +
      'min idle cpu 0.00/72.83\n' +
      'Current Stack Size/Max 240K/8192K\n'
    );
  }
}

function versionText(version: string, argument: string): string {
  const [short = version] = version.split('+');
  const human = humanVersion(version).replace(/^\S+ /, '');
  return argument === 'short' ? `${short.split('-')[0] ?? short}\n` : `FreeSWITCH Version ${version} (${human})\n`;
}

/** `1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit`. */
function humanVersion(version: string): string {
  const found = /^([^+]+)\+git~(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z~([0-9a-f]{7})[0-9a-f]*~(.*)$/.exec(version);
  if (found === null) return version;
  const [, release, year, month, day, hour, minute, second, commit, bits] = found;
  return `${release} git ${commit} ${year}-${month}-${day} ${hour}:${minute}:${second}Z ${bits}`;
}

function splitOnce(line: string): readonly [string, string] {
  const space = line.indexOf(' ');
  return space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}

async function replaceAsync(
  text: string,
  pattern: RegExp,
  replacement: (first: string, second: string) => Promise<string>,
): Promise<string> {
  let result = '';
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    result += text.slice(at, match.index) + (await replacement(match[1] ?? '', match[2] ?? ''));
    at = match.index + match[0].length;
  }
  return result + text.slice(at);
}
