import { createHash } from 'node:crypto';
import type { LocalFile } from './local-files.ts';

/** Lies beside the files and says which of them are ours, and as what they were written. */
export const MANIFEST_NAME = 'trunkhunt-export.json';

/** Another form of the file has another number. */
const FORM = 1;

/** By path, the SHA-256 of what was written. */
export type Checksums = ReadonlyMap<string, string>;

/** The manifest of these files, as JSON. */
export function writeTreeManifest(files: readonly LocalFile[], hostname: string): string {
  const checksums = Object.fromEntries(files.map(({ path, content }) => [path, checksumOf(content)]));
  return `${JSON.stringify({ form: FORM, switch: hostname, files: checksums }, null, 2)}\n`;
}

/** What a manifest says; undefined where it is none of ours, or of a form that is not known. */
export function readTreeManifest(text: string): Checksums | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { form, files } = (data ?? {}) as { readonly form?: unknown; readonly files?: unknown };
  if (form !== FORM || typeof files !== 'object' || files === null) return undefined;
  const entries = Object.entries(files as Readonly<Record<string, unknown>>);
  const isPath = (path: string): boolean =>
    !path.startsWith('/') && !path.split('/').some((it) => it === '..' || it === '');
  const isOurs = entries.every(([path, checksum]) => isPath(path) && typeof checksum === 'string');
  return isOurs ? new Map(entries as [string, string][]) : undefined;
}

/** The checksum of a file's content. */
export function checksumOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
