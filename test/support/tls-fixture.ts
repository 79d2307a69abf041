import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));

/** The certificates and keys of `test/fixtures/tls/make.sh`. */
export type TlsFixture = `${string}.pem` | `${string}.key`;

export function tlsFixture(name: TlsFixture): string {
  return `${FOLDER}${name}`;
}

export function tlsText(name: TlsFixture): string {
  return readFileSync(tlsFixture(name), 'utf8');
}

/** The flags of a server that shows this certificate. */
export function tlsFlags(name: string): readonly string[] {
  return ['--tls-cert', tlsFixture(`${name}.pem`), '--tls-key', tlsFixture(`${name}.key`)];
}

/** A renewal: one file after the other. The key is for its user alone, whatever a checkout makes of the fixture. */
export function copyPair(name: string, files: { readonly tlsCert: string; readonly tlsKey: string }): void {
  copyFileSync(tlsFixture(`${name}.pem`), files.tlsCert);
  copyFileSync(tlsFixture(`${name}.key`), files.tlsKey);
  chmodSync(files.tlsKey, 0o600);
}
