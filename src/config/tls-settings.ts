import type { Finding } from '../errors/finding.ts';
import { settingVariable } from './given-settings.ts';
import { readTlsMaterial, type TlsPaths } from './tls-material.ts';

/** Paths of PEM files; undefined = there is none. */
export interface TlsSettings extends TlsPaths {
  /** For commands that ask the server: the authorities they trust in place of the very certificate in `tlsCert`. */
  readonly tlsCa?: string | undefined;
  /** For the same: who they are. */
  readonly tlsClientCert?: string | undefined;
  readonly tlsClientKey?: string | undefined;
}

/** A setting that is nothing without another. */
const NEEDS = [
  ['tlsCert', 'tlsKey'],
  ['tlsKey', 'tlsCert'],
  ['tlsClientCa', 'tlsCert'],
  ['tlsClientCert', 'tlsClientKey'],
  ['tlsClientKey', 'tlsClientCert'],
] as const;

/**
 * What is wrong with the settings of TLS, for a server that is going to listen with the files they name.
 * @param readFile throws where the file cannot be read
 */
export function tlsListenFindings(settings: TlsSettings, readFile: (path: string) => string): readonly Finding[] {
  const incomplete = tlsPairFindings(settings);
  if (incomplete.length > 0) return incomplete;
  return readTlsMaterial(settings, readFile)?.findings ?? [];
}

/** What is wrong with the settings of TLS by themselves, for commands that read no file. */
export function tlsPairFindings(settings: TlsSettings): readonly Finding[] {
  return NEEDS.flatMap(([given, needed]) => {
    if (settings[given] === undefined || settings[needed] !== undefined) return [];
    const [name, other] = [settingVariable(given), settingVariable(needed)];
    return [{ code: 'settings-incomplete', where: name, what: `it is nothing without ${other}`, fix: `set ${other}` }];
  });
}
