import { readFile, stat } from 'node:fs/promises';
import type { Log } from '../config/log.ts';
import { outOfDateFindings } from '../config/out-of-date-findings.ts';
import { readTlsMaterial, type TlsMaterial, type TlsPaths } from '../config/tls-material.ts';
import type { Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { TlsMetrics } from '../metrics/tls-metrics.ts';

export interface CertificateKeeperContext {
  readonly paths: TlsPaths;
  readonly log: Log;
  readonly metrics: TlsMetrics;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** The files are read this often: they are small, and a renewal by a changed symlink tells nobody who watches. */
const LOOK_EVERY_MS = 2_000;

/** What the files hold by their paths, or why one cannot be read. */
type FileTexts = ReadonlyMap<string, string | Error>;

/**
 * Keeps the certificate, the key and the authorities of clients at what their files hold. A renewal writes one file after
 * the other: they are taken when they fit, and until then the last good ones are served.
 */
export class CertificateKeeper {
  readonly #context: CertificateKeeperContext;
  readonly #renewed: ((material: TlsMaterial) => void)[] = [];
  #served: TlsMaterial;
  #servedTexts: string;
  /** What was wrong at the last look, and what of it was said. */
  #objection = '';
  #said = '';
  #saidOutOfDate = '';
  #looking: Promise<void> | undefined;
  #cancel: () => void = () => undefined;
  #isStopped = false;

  /** Reads the files. @throws OperatorError where they do not do */
  static async open(context: CertificateKeeperContext): Promise<CertificateKeeper> {
    const texts = await readTexts(context.paths);
    const { material, findings } = materialOf(context.paths, texts);
    if (material === undefined) throw new OperatorError(findings);
    return new CertificateKeeper(context, material, texts);
  }

  private constructor(context: CertificateKeeperContext, material: TlsMaterial, texts: FileTexts) {
    this.#context = context;
    this.#served = material;
    this.#servedTexts = keyOf(texts);
    context.metrics.begin(() => ({
      expirySeconds: {
        server: this.#served.served.untilMs / 1000,
        client_ca: this.#served.clients === undefined ? undefined : this.#served.clients.untilMs / 1000,
      },
      isCurrent: this.#said === '',
    }));
  }

  /** What is served now. */
  get served(): TlsMaterial {
    return this.#served;
  }

  /** @param run is told what is served from now on, each time that it changes */
  onRenewed(run: (material: TlsMaterial) => void): void {
    this.#renewed.push(run);
  }

  /** Says what is doubtful, and looks at the files again and again. */
  async start(): Promise<void> {
    await this.#warn();
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Looks at the files now, and says at once what is wrong with them: somebody who changed them asks for it. */
  async lookNow(): Promise<void> {
    await this.#looking;
    await this.#lookOnce(true);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#context.after(LOOK_EVERY_MS, () => {
      void this.#lookOnce(false).then(() => {
        this.#schedule();
      });
    });
  }

  /** One look at a time. */
  async #lookOnce(isAskedFor: boolean): Promise<void> {
    this.#looking ??= this.#look(isAskedFor).finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #look(isAskedFor: boolean): Promise<void> {
    const { paths, log } = this.#context;
    const texts = await readTexts(paths);
    this.#sayOutOfDate();
    if (keyOf(texts) === this.#servedTexts) {
      if (this.#said !== '')
        log.info({ tlsCert: paths.tlsCert }, 'the certificate files are again those that are served');
      this.#settle();
      if (isAskedFor) log.info({ tlsCert: paths.tlsCert }, 'the certificate files are those that are served');
      return;
    }
    const { material, findings } = materialOf(paths, texts);
    const objections = material === undefined ? findings : this.#worseThanServed(material);
    if (material === undefined || objections.length > 0) this.#object(keyOf(texts), objections, isAskedFor);
    else await this.#take(material, keyOf(texts));
  }

  async #take(material: TlsMaterial, texts: string): Promise<void> {
    this.#served = material;
    this.#servedTexts = texts;
    this.#settle();
    for (const run of this.#renewed) run(material);
    const notAfter = new Date(material.served.untilMs).toISOString();
    this.#context.log.info({ fingerprint: material.fingerprint, notAfter }, 'a new certificate is served');
    await this.#warn();
  }

  #settle(): void {
    this.#objection = '';
    this.#said = '';
  }

  /** In the middle of a renewal the files do not fit for a moment: what is so at two looks is said, once. */
  #object(texts: string, findings: readonly Finding[], isAskedFor: boolean): void {
    const isNew = this.#objection !== texts;
    this.#objection = texts;
    if ((isNew && !isAskedFor) || this.#said === texts) return;
    this.#said = texts;
    this.#context.log.error({ findings }, 'the new certificate files are not taken, the last good ones are served');
  }

  /** Nobody puts a certificate that expired in the place of one that is good, but by mistake. */
  #worseThanServed(material: TlsMaterial): readonly Finding[] {
    const nowMs = this.#context.nowMs();
    return outOfDateFindings(this.#served, nowMs).length === 0 ? outOfDateFindings(material, nowMs) : [];
  }

  async #warn(): Promise<void> {
    const { log, paths } = this.#context;
    const findings = [...this.#served.warnings, ...(await exposedFindings(paths.tlsKey))];
    if (findings.length > 0) log.warn({ findings }, 'the certificate files are served, with doubts');
    this.#sayOutOfDate();
  }

  /** Calls go on wherever nobody verifies (contract 1.1), so that the log has to be loud. */
  #sayOutOfDate(): void {
    const findings = outOfDateFindings(this.#served, this.#context.nowMs());
    const what = findings.map((it) => it.what).join();
    if (what === this.#saidOutOfDate) return;
    this.#saidOutOfDate = what;
    if (what !== '') this.#context.log.error({ findings }, 'a certificate is out of date');
  }
}

function materialOf(
  paths: TlsPaths,
  texts: FileTexts,
): { readonly material: TlsMaterial | undefined; readonly findings: readonly Finding[] } {
  const reading = readTlsMaterial(paths, (path) => {
    const text = texts.get(path);
    if (typeof text === 'string') return text;
    throw text ?? new Error('it was not read');
  });
  return reading ?? { material: undefined, findings: [] };
}

async function readTexts({ tlsCert, tlsKey, tlsClientCa }: TlsPaths): Promise<FileTexts> {
  const paths = [tlsCert, tlsKey, tlsClientCa].filter((path) => path !== undefined);
  const text = (path: string): Promise<string | Error> =>
    readFile(path, 'utf8').catch((error: unknown) => error as NodeJS.ErrnoException);
  return new Map(await Promise.all(paths.map(async (path) => [path, await text(path)] as const)));
}

/** The same for the same texts. It holds the key: it is compared, and goes nowhere. */
function keyOf(texts: FileTexts): string {
  return JSON.stringify([...texts].map(([path, text]) => [path, typeof text === 'string' ? text : text.message]));
}

async function exposedFindings(path: string | undefined): Promise<readonly Finding[]> {
  const mode = path === undefined ? 0 : (await stat(path).catch(() => undefined))?.mode;
  if (path === undefined || mode === undefined || (mode & 0o004) === 0) return [];
  const what = `${path} can be read by every user of this machine`;
  const fix = `chmod o= ${path}`;
  return [{ code: 'tls-key-exposed', where: 'TRUNKHUNT_TLS_KEY', what, fix }];
}
