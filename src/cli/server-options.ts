import type { Command } from 'commander';

/** The options of commands that ask the running server. @param when stands before what they are for */
export function withServerOptions(command: Command, when = ''): Command {
  const asking = command
    .option('--listen <host:port>', `${when}where the server listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)`)
    .option(
      '--credentials-file <file>',
      `${when}holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)`,
    );
  return withTlsOptions(asking, when);
}

/** How a server that speaks https is asked. @param when stands before what they are for */
export function withTlsOptions(command: Command, when = ''): Command {
  return command
    .option('--tls-ca <file>', `${when}the authority of its certificate, for https (TRUNKHUNT_TLS_CA)`)
    .option('--tls-cert <file>', `${when}else the very certificate that it shows (TRUNKHUNT_TLS_CERT)`)
    .option('--tls-client-cert <file>', `${when}where it wants one of its clients (TRUNKHUNT_TLS_CLIENT_CERT)`)
    .option('--tls-client-key <file>', `${when}the key of that one (TRUNKHUNT_TLS_CLIENT_KEY)`);
}
