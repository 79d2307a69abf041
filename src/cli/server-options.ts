import type { Command } from 'commander';

/** The options of commands that ask the running server. @param when stands before what they are for */
export function withServerOptions(command: Command, when = ''): Command {
  return command
    .option('--listen <host:port>', `${when}where the server listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)`)
    .option(
      '--credentials-file <file>',
      `${when}holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)`,
    );
}
