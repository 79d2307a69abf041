import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatListenAddress, isEveryAddress } from '../config/listen-address.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { AUTH_SCHEMES, type AuthScheme, xmlCurlConf } from '../xml/xml-curl-conf.ts';
import type { CommandContext } from './command-context.ts';

interface XmlCurlConfFlags extends SettingFlags {
  readonly url?: string;
  readonly authScheme: AuthScheme;
  readonly header: readonly string[];
}

export function addXmlCurlConfCommand(program: Command, context: CommandContext): void {
  program
    .command('xml-curl-conf')
    .description('print the xml_curl.conf.xml that makes FreeSWITCH ask here; it holds the password')
    .option('--url <url>', 'where FreeSWITCH reaches the server (else http://, TRUNKHUNT_LISTEN, /fsapi)', checkUrl)
    .option('--listen <host:port>', 'the address to build the URL from (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--credentials-file <file>', 'holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)')
    .addOption(
      new Option('--auth-scheme <scheme>', 'how it shows the password; digest asks twice for each look-up')
        .choices(AUTH_SCHEMES)
        .default('basic'),
    )
    .option(
      '--header <name>',
      'a SIP header that routes need, spelled as callers send it; may be repeated',
      addHeader,
      [],
    )
    .action((flags: XmlCurlConfFlags, command: Command) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const { credentials, listen } = settings;
      if (flags.url === undefined && isEveryAddress(listen)) {
        command.error(
          `error: ${formatListenAddress(listen)} is every address of this machine: name with --url the one that the switch reaches`,
        );
      }
      context.terminal.out(
        xmlCurlConf({
          url: flags.url ?? `http://${formatListenAddress(listen)}/fsapi`,
          credentials: credentials === undefined ? undefined : `${credentials.user}:${credentials.password}`,
          authScheme: flags.authScheme,
          headers: flags.header,
        }),
      );
    });
}

/** mod_xml_curl reads "file:" anywhere in a URL as a local file (contract 1.1). */
function checkUrl(text: string): string {
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || text.includes('file:')) {
    throw new InvalidArgumentError('Write it as http://host:port/fsapi, without a query.');
  }
  return text;
}

function addHeader(name: string, headers: readonly string[]): readonly string[] {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) throw new InvalidArgumentError('A header is 1 to 64 of A-Z a-z 0-9 _ . -');
  return [...headers, name];
}
