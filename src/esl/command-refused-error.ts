/** The switch would not run this command; the connection is as good as before. */
export class CommandRefusedError extends Error {
  readonly command: string;
  /** The switch's own words. */
  readonly reply: string;

  constructor(command: string, reply: string) {
    super(`the switch refused '${command}': ${reply === '' ? 'no reason given' : reply}`);
    this.name = 'CommandRefusedError';
    this.command = command;
    this.reply = reply;
  }
}
