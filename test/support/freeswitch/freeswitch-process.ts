import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type EslConnection, openEslConnection } from '../../../src/esl/esl-connection.ts';
import type { LegEvent, SwitchEvent } from '../../../src/esl/switch-event.ts';
import type { Timers } from '../../../src/esl/timers.ts';
import { LOOPBACK } from '../sip/sip-socket.ts';
import { type FreeswitchConfiguration, writeFreeswitchConfiguration } from './write-freeswitch-configuration.ts';

export const ESL_PASSWORD = 'scenario-password';

/** A cold start on a busy machine; usually it takes two seconds. */
const START_PATIENCE = { timeout: 60_000, interval: 100 };

const FOLDERS = [
  'log',
  'db',
  'run',
  'certs',
  'temp',
  'storage',
  'cache',
  'recordings',
  'scripts',
  'sounds',
  'htdocs',
  'grammar',
];

const TIMERS: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

export interface FreeswitchOptions extends Pick<
  FreeswitchConfiguration,
  'switchname' | 'xmlCurlConf' | 'localLists' | 'eslNetwork' | 'isProfileInSql' | 'sipPort'
> {
  readonly eslPort: number;
  /** More of its command line. */
  readonly flags?: readonly string[];
}

/** A real FreeSWITCH in a folder of its own, on loopback only. */
export class FreeswitchProcess {
  readonly #binary: string;
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #mayUseEventSocket: boolean;
  readonly eslPort: number;
  readonly sipPort: number;
  #child: ChildProcess | undefined;
  #connection: EslConnection | undefined;
  /** Everything that the switch has told since it was started first. */
  readonly events: SwitchEvent[] = [];

  private constructor(binary: string, folder: string, options: FreeswitchOptions) {
    this.#binary = binary;
    this.#folder = folder;
    this.#flags = options.flags ?? [];
    this.#mayUseEventSocket = options.eslNetwork === undefined;
    this.eslPort = options.eslPort;
    this.sipPort = options.sipPort;
  }

  /** Writes its configuration, and starts it. */
  static async start(options: FreeswitchOptions): Promise<FreeswitchProcess> {
    const binary = process.env['FREESWITCH_BIN'];
    if (binary === undefined) throw new Error('FREESWITCH_BIN names no FreeSWITCH');
    const folder = mkdtempSync(join(tmpdir(), 'trunkhunt-freeswitch-'));
    for (const name of ['conf', ...FOLDERS]) mkdirSync(join(folder, name));
    const started = new FreeswitchProcess(binary, folder, options);
    writeFreeswitchConfiguration(join(folder, 'conf'), { ...options, eslPassword: ESL_PASSWORD });
    try {
      await started.run();
    } catch (error) {
      await started.remove();
      throw error;
    }
    return started;
  }

  /** The folder of its configuration. */
  get configuration(): string {
    return join(this.#folder, 'conf');
  }

  /** Its log so far. */
  get log(): string {
    const path = join(this.#folder, 'log', 'freeswitch.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** The legs through a gateway that have ended. */
  hangups(gateway: string): readonly LegEvent[] {
    return this.events.filter(
      (it): it is LegEvent => it.kind === 'leg' && it.name === 'hangup' && it.gateway === gateway,
    );
  }

  async api(command: string): Promise<string> {
    const connection = this.#connection ?? (await this.#connect());
    return connection.api(command);
  }

  /** The gateway's own figures; '' where the switch does not have it. */
  async gatewayField(gateway: string, field: string): Promise<string> {
    const text = await this.api(`sofia xmlstatus gateway ${gateway}`);
    return new RegExp(`<${field}>([^<]*)</${field}>`).exec(text)?.[1] ?? '';
  }

  /** Starts it again, or for the first time; returns when its modules have loaded. */
  async run(): Promise<void> {
    const folders = FOLDERS.flatMap((name) => [`-${name}`, join(this.#folder, name)]);
    // Without real-time priority, and without looking for a NAT router: nothing leaves the machine.
    const flags = ['-nf', '-nc', '-np', '-nonat', '-nonatmap', ...this.#flags];
    const startsBefore = this.#starts();
    const child = spawn(this.#binary, [...flags, '-conf', join(this.#folder, 'conf'), ...folders], { stdio: 'ignore' });
    this.#child = child;
    // Nobody is left behind where the tests are broken off.
    process.once('exit', () => child.kill('SIGKILL'));
    await vi.waitFor(() => {
      if (child.exitCode !== null) throw new Error(`FreeSWITCH ended with ${child.exitCode}`);
      if (this.#starts() === startsBefore) throw new Error('FreeSWITCH has not started');
    }, START_PATIENCE);
    if (this.#mayUseEventSocket) await this.#connect();
  }

  /** As a power failure does. */
  async kill(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    if (process.env['TRUNKHUNT_KEEP_FREESWITCH'] === undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How often it has come up. */
  #starts(): number {
    return this.log.split('FreeSWITCH Started').length;
  }

  async #connect(): Promise<EslConnection> {
    const connection = await openEslConnection(
      { host: LOOPBACK, port: this.eslPort, password: ESL_PASSWORD },
      {
        event: (event) => this.events.push(event),
        closed: () => {
          this.#connection = undefined;
        },
      },
      { timers: TIMERS },
    );
    this.#connection = connection;
    return connection;
  }
}
