import type { Argument, Command, Option } from 'commander';

/** Names that stand in the inventory. */
export const INVENTORY_NAMES = ['gateway', 'group', 'route', 'switch'] as const;
export type InventoryName = (typeof INVENTORY_NAMES)[number];

/** What may stand in one place of a command line. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'names'; readonly of: InventoryName }
  | { readonly kind: 'files' | 'folders' | 'text' };

export interface CompletedOption {
  /** `--database`, `-h`. */
  readonly spellings: readonly string[];
  readonly description: string;
  /** Of its value; undefined where it takes none. */
  readonly values: Values | undefined;
}

export interface CompletedArgument {
  readonly values: Values;
  readonly isVariadic: boolean;
}

export interface CompletedCommand {
  /** As it is typed after the program's name: `switches reconcile`; '' for the program itself. */
  readonly path: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly CompletedArgument[];
  /** The commands below it, each with every spelling that it has. */
  readonly commands: readonly { readonly path: string; readonly spellings: readonly string[] }[];
}

/** Every command that help shows, the program first: what completion knows is what the program knows. */
export function completionTree(program: Command): readonly CompletedCommand[] {
  return commandsFrom(program, '');
}

function commandsFrom(command: Command, path: string): readonly CompletedCommand[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).map((it) => ({ it, path: join(path, it.name()) }));
  const names = below.map(({ it }) => it.name());
  const here: CompletedCommand = {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map((option) => completedOption(option, path)),
    arguments: command.registeredArguments.map((argument) => completedArgument(argument, path)),
    commands: below.map(({ it, path: itsPath }) => ({ path: itsPath, spellings: [it.name(), ...it.aliases()] })),
  };
  const deeper = below.flatMap(({ it, path: itsPath }) =>
    // The help command is made by the library, and its argument is one of the commands beside it.
    it.name() === 'help' ? [helpCommand(it, itsPath, names)] : commandsFrom(it, itsPath),
  );
  return [here, ...deeper];
}

function helpCommand(help: Command, path: string, names: readonly string[]): CompletedCommand {
  const values: Values = { kind: 'words', words: names.filter((name) => name !== 'help') };
  return {
    path,
    description: help.description(),
    options: [],
    arguments: [{ values, isVariadic: false }],
    commands: [],
  };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path} ${name}`;
}

function completedOption(option: Option, path: string): CompletedOption {
  const [, placeholder] = /[<[]([^>\]]+)[>\]]/.exec(option.flags) ?? [];
  const name = option.long?.replace(/^--/, '') ?? '';
  const values = placeholder === undefined ? undefined : valuesOf(placeholder, option.argChoices, path, name);
  const spellings = [option.long, option.short].filter((it) => it !== undefined);
  return { spellings, description: option.description, values };
}

function completedArgument(argument: Argument, path: string): CompletedArgument {
  return { values: valuesOf(argument.name(), argument.argChoices, path, ''), isVariadic: argument.variadic };
}

/** Reads what a value is from what it may be, or else from what its place is called. */
function valuesOf(placeholder: string, choices: readonly string[] | undefined, path: string, option: string): Values {
  if (choices !== undefined) return { kind: 'words', words: choices };
  const words = placeholder.toLowerCase().split(/[^a-z]+/);
  if (words.includes('file')) return { kind: 'files' };
  if (words.some((word) => ['dir', 'directory', 'folder'].includes(word))) return { kind: 'folders' };
  const name = inventoryName(placeholder, path, option);
  return name === undefined ? { kind: 'text' } : { kind: 'names', of: name };
}

/** `<gateway>`, `--gateway <name>`, and the `<name>` of `gateway set`; that of `gateway add` is a new one. */
function inventoryName(placeholder: string, path: string, option: string): InventoryName | undefined {
  const [noun = '', ...verbs] = path.split(' ');
  const isKnownAlready = placeholder === 'name' && !verbs.includes('add');
  const candidates = [placeholder === 'hostname' ? 'switch' : placeholder, option, isKnownAlready ? noun : ''];
  return INVENTORY_NAMES.find((it) => candidates.includes(it));
}
