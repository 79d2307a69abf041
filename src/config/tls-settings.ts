import type { Finding } from '../errors/finding.ts';
import { settingFlag, settingVariable } from './given-settings.ts';
import { readTlsMaterial, type TlsPaths } from './tls-material.ts';

/** Paths of PEM files; undefined = there is none. */
export interface TlsSettings extends TlsPaths {
  /** For commands that ask the server: the authorities they trust in place of the very certificate in `tlsCert`. */
  readonly tlsCa?: string | undefined;
  /** For the same: who they are. */
  readonly tlsClientCert?: string | undefined;
  readonly tlsClientKey?: string | undefined;
}

/** Settings that are nothing without another: of a server that listens, and of commands that ask it. */
const NEEDS = {
  listen: [
    ['tlsCert', 'tlsKey'],
    ['tlsKey', 'tlsCert'],
    ['tlsClientCa', 'tlsCert'],
  ],
  read: [
    ['tlsClientCert', 'tlsClientKey'],
    ['tlsClientKey', 'tlsClientCert'],
  ],
} as const;

/**
 * What is wrong with the settings of TLS. The files themselves are read for a server that is going to listen only:
 * nobody else needs its key, nor may read it.
 * @param readFile throws where the file cannot be read
 */
export function tlsFindings(
  settings: TlsSettings,
  purpose: keyof typeof NEEDS,
  readFile: (path: string) => string,
): readonly Finding[] {
  const incomplete = NEEDS[purpose].flatMap(([given, needed]): readonly Finding[] => {
    if (settings[given] === undefined || settings[needed] !== undefined) return [];
    const [name, other] = [settingVariable(given), settingVariable(needed)];
    const fix = `set ${other} or ${settingFlag(needed)}`;
    return [{ code: 'settings-incomplete', where: name, what: `it is nothing without ${other}`, fix }];
  });
  if (purpose === 'read' || incomplete.length > 0) return incomplete;
  return readTlsMaterial(settings, readFile)?.findings ?? [];
}
