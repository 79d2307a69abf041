import { type Command, InvalidArgumentError } from 'commander';
import { formatListenAddress, isEveryAddress } from '../config/listen-address.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { xmlCurlConf } from '../xml/xml-curl-conf.ts';
import type { CommandContext } from './command-context.ts';

interface XmlCurlConfFlags extends SettingFlags {
  readonly url?: readonly string[];
  readonly header: readonly string[];
}

export function addXmlCurlConfCommand(program: Command, context: CommandContext): void {
  program
    .command('xml-curl-conf')
    .description('print the xml_curl.conf.xml that makes FreeSWITCH ask here; it holds the password')
    .option(
      '--url <url>',
      'where FreeSWITCH reaches the server (else http://, TRUNKHUNT_LISTEN, /fsapi); repeated: further servers, in the order in which they are asked',
      addUrl,
    )
    .option('--listen <host:port>', 'the address to build the URL from (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--credentials-file <file>', 'holds user:password (TRUNKHUNT_CREDENTIALS_FILE, or TRUNKHUNT_CREDENTIALS)')
    .option(
      '--header <name>',
      'a SIP header that routes need, spelled as callers send it; may be repeated',
      addHeader,
      [],
    )
    .action((flags: XmlCurlConfFlags, command: Command) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const { credentials, listen } = settings;
      const [url, ...otherUrls] = flags.url ?? [];
      if (url === undefined && isEveryAddress(listen)) {
        command.error(
          `error: ${formatListenAddress(listen)} is every address of this machine: name with --url the one that the switch reaches`,
        );
      }
      context.terminal.out(
        xmlCurlConf({
          url: url ?? `http://${formatListenAddress(listen)}/fsapi`,
          otherUrls,
          credentials: credentials === undefined ? undefined : `${credentials.user}:${credentials.password}`,
          headers: flags.header,
        }),
      );
    });
}

/** mod_xml_curl reads "file:" anywhere in a URL as a local file (contract 1.1). */
function addUrl(text: string, urls: readonly string[] = []): readonly string[] {
  if (!/^https?:\/\/[^\s?#]+$/.test(text) || text.includes('file:')) {
    throw new InvalidArgumentError('Write it as http://host:port/fsapi, without a query.');
  }
  if (urls.includes(text)) throw new InvalidArgumentError('It is given twice.');
  return [...urls, text];
}

function addHeader(name: string, headers: readonly string[]): readonly string[] {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) throw new InvalidArgumentError('A header is 1 to 64 of A-Z a-z 0-9 _ . -');
  return [...headers, name];
}
