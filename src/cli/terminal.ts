/** Where a command prints to; passed in, so that commands can be tried without a process. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Columns of standard output; Infinity where nobody looks at it on a terminal, so that nothing is cut. */
  readonly width: number;
  /** Whether standard output shows colours. */
  readonly hasColour: boolean;
  /** Whether somebody looks at standard error, where progress is shown. */
  readonly showsProgress: boolean;
}

/** What a command ends with: 0 = as it should be, 1 = the thing asked about is not right, 2 = wrong usage. */
export type ExitStatus = 0 | 1 | 2;

/** Prints data for programs. */
export function printJson(terminal: Terminal, data: unknown): void {
  terminal.out(`${JSON.stringify(data, null, 2)}\n`);
}

/** Colours mean the same everywhere. */
const COLOURS = { good: 32, bad: 31, doubtful: 33, quiet: 2 } as const;

/** The text in a colour, where the terminal has some. */
export function coloured(terminal: Terminal, colour: keyof typeof COLOURS, text: string): string {
  return terminal.hasColour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}
