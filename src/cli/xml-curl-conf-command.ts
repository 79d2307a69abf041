import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatListenAddress, isEveryAddress } from '../config/listen-address.ts';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { AUTH_SCHEMES, type AuthScheme, xmlCurlConf, type XmlCurlTls } from '../xml/xml-curl-conf.ts';
import type { CommandContext } from './command-context.ts';

interface XmlCurlConfFlags extends SettingFlags {
  readonly url?: readonly string[];
  readonly authScheme: AuthScheme;
  readonly header: readonly string[];
  readonly sslCacertFile?: string;
  readonly sslCertPath?: string;
  readonly sslKeyPath?: string;
  readonly insecureNoVerify?: boolean;
}

export function addXmlCurlConfCommand(program: Command, context: CommandContext): void {
  program
    .command('xml-curl-conf')
    .description('print the xml_curl.conf.xml that makes FreeSWITCH ask here; it holds the password')
    .option(
      '--url <url>',
      'where FreeSWITCH reaches the server (else http:// or https://, TRUNKHUNT_LISTEN, /fsapi); repeated: further servers, in the order in which they are asked',
      addUrl,
    )
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
    .option('--ssl-cacert-file <file>', "on the switch: the authority that signed the server's certificate", checkPath)
    .option('--ssl-cert-path <file>', 'on the switch: the certificate that it shows to the server', checkPath)
    .option('--ssl-key-path <file>', 'on the switch: the key of that one', checkPath)
    .option('--insecure-no-verify', 'let the switch send its password to whatever answers at an https URL')
    .action((flags: XmlCurlConfFlags, command: Command) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const { credentials, listen } = settings;
      if (flags.url === undefined && isEveryAddress(listen)) {
        command.error(
          `error: ${formatListenAddress(listen)} is every address of this machine: name with --url the one that the switch reaches`,
        );
      }
      const scheme = settings.tlsCert === undefined ? 'http' : 'https';
      const own = `${scheme}://${formatListenAddress(listen)}/fsapi`;
      const [url = own, ...otherUrls] = flags.url ?? [];
      context.terminal.out(
        xmlCurlConf({
          url,
          otherUrls,
          credentials: credentials === undefined ? undefined : `${credentials.user}:${credentials.password}`,
          authScheme: flags.authScheme,
          headers: flags.header,
          tls: tlsOf(flags, [url, ...otherUrls], command),
        }),
      );
    });
}

/** What the bindings of https URLs say of TLS. Verifying is the default here, as it is not in mod_xml_curl (contract 1.1). */
function tlsOf(flags: XmlCurlConfFlags, urls: readonly string[], command: Command): XmlCurlTls | undefined {
  const { sslCacertFile: cacertFile, sslCertPath: certPath, sslKeyPath: keyPath, insecureNoVerify = false } = flags;
  if (!urls.some((url) => /^https:/i.test(url))) {
    if (insecureNoVerify || (cacertFile ?? certPath ?? keyPath) !== undefined) {
      command.error(`error: ${urls.join(', ')} is not https, so there is nothing to verify or to show: see --url`);
    }
    return undefined;
  }
  if (keyPath !== undefined && certPath === undefined) command.error('error: --ssl-key-path needs --ssl-cert-path');
  if (insecureNoVerify && cacertFile !== undefined) {
    command.error('error: --ssl-cacert-file and --insecure-no-verify exclude each other');
  }
  return { isVerified: !insecureNoVerify, cacertFile, certPath, keyPath };
}

/** FreeSWITCH's own folder is the working directory of nobody who reads this file. */
function checkPath(text: string): string {
  if (!/^(?:\/|[A-Za-z]:[\\/])[^\p{Cc}]*$/u.test(text)) throw new InvalidArgumentError('Write it as a path from / on.');
  return text;
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
