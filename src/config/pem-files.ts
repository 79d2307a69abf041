import type { X509Certificate } from 'node:crypto';
import type { FindingCode } from '../errors/catalogue.ts';
import type { Finding } from '../errors/finding.ts';
import { type SettingName, settingVariable } from './given-settings.ts';
import { readCertificates } from './read-certificates.ts';

type FilePaths = Readonly<Partial<Record<SettingName & `tls${string}`, string | undefined>>>;

/** Files that settings name, read one by one; whatever is wrong with them is collected, and repeats nothing of them. */
export class PemFiles {
  readonly findings: Finding[] = [];
  readonly #paths: FilePaths;
  readonly #readFile: (path: string) => string;

  /** @param readFile throws where the file cannot be read */
  constructor(paths: FilePaths, readFile: (path: string) => string) {
    this.#paths = paths;
    this.#readFile = readFile;
  }

  /** The text of the file; undefined where none is named, or it cannot be read. */
  text(name: keyof FilePaths, fix = 'name a file that this user can read'): string | undefined {
    const path = this.#paths[name];
    if (path === undefined) return undefined;
    try {
      return this.#readFile(path);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      this.refuse(name, `it cannot be read (${code})`, fix, 'tls-file-unreadable');
      return undefined;
    }
  }

  /** The certificates in a text of that file, in their order. */
  certificates(name: keyof FilePaths, text: string | undefined): readonly X509Certificate[] | undefined {
    const certificates = text === undefined ? undefined : readCertificates(text);
    if (typeof certificates !== 'string') return certificates;
    this.refuse(name, certificates, 'name a file of certificates in PEM form');
    return undefined;
  }

  refuse(name: keyof FilePaths, what: string, fix: string, code: FindingCode = 'tls-file-invalid'): void {
    this.findings.push({ code, where: settingVariable(name), what: `${this.#paths[name] ?? ''}: ${what}`, fix });
  }
}
