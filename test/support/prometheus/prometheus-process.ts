import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

const SHIPPED = new URL('../../../prometheus/', import.meta.url).pathname;

/** One series of an answer: at one moment, or over a range. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds since 1970, and the value as text. */
  readonly value?: readonly [at: number, value: string];
  readonly values?: readonly (readonly [at: number, value: string])[];
}

/** An alert as Prometheus has read it. */
export interface AlertRule {
  readonly name: string;
  readonly query: string;
  /** Of `for`, in seconds. */
  readonly duration: number;
  readonly state: string;
  readonly health: string;
  readonly lastError?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ScrapedServer {
  readonly port: number;
  readonly password: string;
}

/** A real Prometheus on a free port of loopback, in a folder of its own, with the shipped configuration and rules. */
export class PrometheusProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  /**
   * What is shipped, but for where the server is, where its password is, and how often it is asked.
   * @param moreJobs further jobs, written as they stand in the file
   */
  static async start({ port, password }: ScrapedServer, everySeconds = 1, moreJobs = ''): Promise<PrometheusProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-prometheus-'));
    cpSync(SHIPPED, folder, { recursive: true });
    writeFileSync(join(folder, 'password'), password);
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      replaceAll(readFileSync(config, 'utf8'), [
        ['_interval: 15s', `_interval: ${everySeconds}s`],
        ['/run/secrets/password', join(folder, 'password')],
        ['trunkhunt:8080', `127.0.0.1:${port}`],
      ]) + moreJobs,
    );
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--log.format=json',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const url = await vi.waitFor(
      () => {
        const [, address] = /\{"address":"([^"]+)"[^}]*"msg":"Listening on"/.exec(log) ?? [];
        if (address === undefined || !log.includes('ready to receive web requests')) {
          throw new Error(`Prometheus does not listen: ${log}`);
        }
        return `http://${address}`;
      },
      { timeout: 15_000, interval: 50 },
    );
    return new PrometheusProcess(child, folder, url);
  }

  /** @throws Error with what Prometheus says against the query */
  async query(expr: string): Promise<readonly Series[]> {
    const { result } = await this.#ask<{ result: readonly Series[] }>('query', { query: expr });
    return result;
  }

  async queryRange(expr: string, startSeconds: number, endSeconds: number, step: number): Promise<readonly Series[]> {
    const range = { start: String(startSeconds), end: String(endSeconds), step: String(step) };
    const { result } = await this.#ask<{ result: readonly Series[] }>('query_range', { query: expr, ...range });
    return result;
  }

  async alertRules(): Promise<readonly AlertRule[]> {
    const { groups } = await this.#ask<{ groups: readonly { readonly rules: readonly AlertRule[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask<Data>(what: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
    const response = await fetch(`${this.#url}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; error?: string; data: Data };
    if (answer.status !== 'success') throw new Error(`${answer.error ?? response.statusText}: ${parameters['query']}`);
    return answer.data;
  }
}

/** Each has to be there: a file that was changed is not to be read as it is not meant. */
function replaceAll(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((sum, [from, to]) => {
    if (!sum.includes(from)) throw new Error(`prometheus.yml has no ${from}`);
    return sum.replaceAll(from, to);
  }, text);
}
