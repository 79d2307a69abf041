import { type Command, InvalidArgumentError } from 'commander';
import { canonicalAddress } from '../inventory/proxy-address.ts';

/** The options that say which calls there are. */
export function withCallOptions(command: Command): Command {
  return command
    .option('--calls <count>', 'how many calls (1000)', numberBetween(1, 100_000_000))
    .option('--number <number>', 'a number that is called, in turn with others; may be repeated', addText, [])
    .option('--numbers <file>', 'a file of them, called in turn: as above, each once where --calls is not given')
    .option(
      '--cps <rate>',
      'calls a second (10; those of a log come when they came)',
      numberBetween(0.001, 10_000, false),
    )
    .option('--context <name>', 'the dialplan context of the calls', 'default')
    .option('--caller <number>', "the caller's number", '')
    .option('--source <address>', 'the address that calls come from', checkAddress, '')
    .option('--switch <hostname>', 'the switchname of the FreeSWITCH that asks; else the first that is listened to')
    .option(
      '--header <name=value>',
      'a SIP header of the calls; may be repeated',
      addHeader,
      new Map<string, string>(),
    );
}

/** Reads `--header name=value`, which may be repeated. Names are in lower case. @throws InvalidArgumentError */
export function addHeader(text: string, headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return new Map([...headers, [name.toLowerCase(), value]]);
}

/** Reads an address, in FreeSWITCH's spelling. @throws InvalidArgumentError */
export function checkAddress(text: string): string {
  const address = canonicalAddress(text);
  if (address === undefined) throw new InvalidArgumentError('It is not an IP address.');
  return address;
}

/** For an option that may be repeated. */
export function addText(text: string, texts: readonly string[]): readonly string[] {
  return [...texts, text];
}

/** Reads a number within bounds. @throws InvalidArgumentError */
export function numberBetween(least: number, most: number, isWhole = true): (text: string) => number {
  return (text) => {
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if ((!isWhole || Number.isInteger(value)) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is not a${isWhole ? ' whole' : ''} number from ${least} to ${most}.`);
  };
}
