/** Where a command prints to; passed in, so that commands can be tried without a process. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** What a command ends with: 0 = as it should be, 1 = the thing asked about is not right, 2 = wrong usage. */
export type ExitStatus = 0 | 1 | 2;

/** Prints data for programs. */
export function printJson(terminal: Terminal, data: unknown): void {
  terminal.out(`${JSON.stringify(data, null, 2)}\n`);
}
