import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { SwitchReport } from '../../../src/live/switch-report.ts';
import { curl } from '../curl.ts';
import { parseMetrics, type Sample, sampleValue } from '../parse-metrics.ts';
import { type CliRun, runCli } from '../run-cli.ts';
import { serveProcess, type ServeProcess } from '../serve-process.ts';
import { SipCaller } from '../sip/sip-caller.ts';
import { type CallScript, SipGateway } from '../sip/sip-gateway.ts';
import { temporaryInventory, type TemporaryInventory } from '../temporary-inventory.ts';
import { freePort } from './free-port.ts';
import { ESL_PASSWORD, type FreeswitchOptions, FreeswitchProcess } from './freeswitch-process.ts';
import { LabGroup } from './lab-group.ts';
import { profileSettings } from './write-freeswitch-configuration.ts';

/** The switchname, which is how requests and the inventory name the switch. */
export const SWITCH = 'fs-scenario';

/** "Within seconds", on a machine that may be busy. */
export const SOON = { timeout: 10_000, interval: 50 };

export interface LabOptions extends Pick<FreeswitchOptions, 'flags' | 'localLists' | 'eslNetwork' | 'isProfileInSql'> {
  /** What the inventory holds from the start. */
  readonly sql?: string;
  /** What the inventory says of the event socket's password. */
  readonly eslPassword?: string;
  /** The password of the switch, and how it shows it; this test asks from the same address without one. */
  readonly access?: { readonly credentials: string; readonly scheme: 'basic' | 'digest' };
  /** Where the switch asks; none = trunkhunt. */
  readonly lookupPort?: number;
  /** Where it asks next. */
  readonly nextPort?: number;
  /** Has both sides speak TLS. */
  readonly tls?: LabTls;
}

export interface LabTls {
  /** Flags of `serve`, and of `xml-curl-conf`. */
  readonly serve: readonly string[];
  readonly conf: readonly string[];
  /** What the lab itself asks with. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function accessRules(credentials: string): string {
  return `switch ${credentials} 127.0.0.1\nmetrics - 127.0.0.1\noperator - 127.0.0.1\n`;
}

/** What `trunkhunt xml-curl-conf` writes for these ports. */
async function confFor(
  ports: readonly number[],
  access: LabOptions['access'],
  tls: LabTls | undefined,
): Promise<string> {
  const scheme = tls === undefined ? 'http' : 'https';
  const urls = ports.flatMap((port) => ['--url', `${scheme}://127.0.0.1:${port}/fsapi`]);
  const shown = access === undefined ? [] : ['--auth-scheme', access.scheme];
  const environment = access === undefined ? {} : { TRUNKHUNT_CREDENTIALS: access.credentials };
  return (await runCli(['xml-curl-conf', ...urls, ...shown, ...(tls?.conf ?? [])], { environment })).stdout;
}

/** SQL values of columns, as they are written. */
export type Columns = Readonly<Record<string, string | number | null>>;

export interface MemberSpec {
  readonly weight?: number;
  readonly tier?: number;
  readonly columns?: Columns;
  readonly script?: CallScript;
}

/** A real FreeSWITCH, a real `trunkhunt serve` over an inventory of its own, SIP servers and a caller. */
export class FreeswitchLab {
  readonly inventory: TemporaryInventory;
  readonly #gateways: SipGateway[] = [];
  #groups = 0;
  serve: ServeProcess;
  readonly freeswitch: FreeswitchProcess;
  readonly caller: SipCaller;
  readonly #tls: LabTls | undefined;

  private constructor(
    inventory: TemporaryInventory,
    serve: ServeProcess,
    freeswitch: FreeswitchProcess,
    caller: SipCaller,
    tls: LabTls | undefined,
  ) {
    this.#tls = tls;
    this.inventory = inventory;
    this.serve = serve;
    this.freeswitch = freeswitch;
    this.caller = caller;
  }

  static async start({
    sql = '',
    eslPassword = ESL_PASSWORD,
    lookupPort,
    nextPort,
    tls,
    access,
    ...options
  }: LabOptions = {}): Promise<FreeswitchLab> {
    const eslPort = await freePort();
    const sipPort = await freePort();
    const inventory = temporaryInventory(sql + (options.isProfileInSql === true ? profileSql(sipPort) : ''));
    const file = join(inventory.folder, 'access');
    if (access !== undefined) writeFileSync(file, accessRules(access.credentials), { mode: 0o600 });
    const guard = access === undefined ? [] : ['--access-file', file];
    const serve = await serveProcess(['--database', inventory.path, ...guard, ...(tls?.serve ?? [])]);
    const ports = [lookupPort ?? serve.port, ...(nextPort === undefined ? [] : [nextPort])];
    const xmlCurlConf = await confFor(ports, access, tls);
    const freeswitch = await FreeswitchProcess.start({ switchname: SWITCH, eslPort, sipPort, xmlCurlConf, ...options });
    const lab = new FreeswitchLab(inventory, serve, freeswitch, await SipCaller.open(() => freeswitch.sipPort), tls);
    // Only now, or trunkhunt would find nobody and wait ever longer before it tries again.
    lab.sql(
      insert('switches', {
        hostname: SWITCH,
        esl_host: '127.0.0.1',
        esl_port: eslPort,
        esl_password: eslPassword,
      }),
    );
    if (options.eslNetwork === undefined && eslPassword === ESL_PASSWORD) await lab.isListenedTo();
    return lab;
  }

  async stop(): Promise<void> {
    await this.caller.close();
    await this.freeswitch.remove();
    await this.serve.stop();
    for (const gateway of this.#gateways) await gateway.close();
    this.inventory.remove();
  }

  sql(text: string): void {
    this.inventory.run(`PRAGMA foreign_keys = ON; ${text}`);
  }

  /** Opens a SIP server that is closed at the end. */
  async openGateway(script?: CallScript): Promise<SipGateway> {
    const gateway = await SipGateway.open(script);
    this.#gateways.push(gateway);
    return gateway;
  }

  /**
   * Makes gateways with SIP servers behind them, a group of them, and a route to it; returns when the switch has them
   * and is known to. Names are new ones, so that nothing that was learned before tells.
   */
  async group(members: Readonly<Record<string, MemberSpec>>, columns: Columns = {}): Promise<LabGroup> {
    this.#groups += 1;
    const name = `g${this.#groups}`;
    const servers = new Map<string, SipGateway>();
    const statements = [insert('gateway_groups', { name, progress_timeout_seconds: 3, ...columns })];
    for (const [short, { weight = 1, tier = 1, columns: own = {}, script }] of Object.entries(members)) {
      const server = await this.openGateway(script);
      servers.set(short, server);
      const gateway = `${name}-${short}`;
      statements.push(insert('gateways', { name: gateway, proxy: server.address, ...own }));
      statements.push(insert('gateway_group_members', { group_name: name, gateway, weight, tier }));
    }
    const prefix = `7${String(this.#groups).padStart(3, '0')}`;
    statements.push(insert('routes', { context: 'public', destination_prefix: prefix, group_name: name }));
    this.sql(`BEGIN; ${statements.join('\n')} COMMIT;`);
    const group = new LabGroup(name, prefix, servers, this.caller);
    await this.isUp(...[...servers.keys()].map((short) => group.gatewayName(short)));
    return group;
  }

  /** Returns when trunkhunt knows that the switch lets calls out to these gateways. */
  async isUp(...gateways: readonly string[]): Promise<void> {
    await vi.waitFor(async () => {
      const samples = await this.metrics();
      const missing = gateways.filter(
        (gateway) => sampleValue(samples, 'trunkhunt_gateway_up', { switch: SWITCH, gateway }) !== 1,
      );
      if (missing.length > 0) throw new Error(`not up: ${missing.join()}; ${JSON.stringify(await this.report())}`);
    }, SOON);
  }

  /** Returns when trunkhunt has read the switch since it connected. */
  async isListenedTo(): Promise<void> {
    await vi.waitFor(
      async () => {
        const report = await this.report();
        if (!report.connected || !report.synced) throw new Error(`not listened to: ${JSON.stringify(report)}`);
      },
      { timeout: 40_000, interval: 50 },
    );
  }

  /** Returns when a check holds and the switch is as SQL wants it, by trunkhunt's word. */
  async isSettled(check: () => Promise<void>): Promise<void> {
    await vi.waitFor(async () => {
      await check();
      const { drift, draining, gateways } = await this.report();
      expect({ drift, draining }).toEqual({ drift: [], draining: [] });
      expect(gateways.running).toBe(gateways.wanted);
    }, SOON);
  }

  /** Whether the switch sends the gateway's calls there. */
  async isProxy(gateway: string, address: string): Promise<void> {
    expect(await this.freeswitch.gatewayField(gateway, 'proxy')).toBe(`sip:${address}`);
  }

  async metrics(): Promise<readonly Sample[]> {
    return parseMetrics(await this.#get('/metrics'));
  }

  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    return sampleValue(await this.metrics(), name, labels);
  }

  async report(): Promise<SwitchReport> {
    const { switches } = JSON.parse(await this.#get('/api/switches')) as { readonly switches: readonly SwitchReport[] };
    const [report] = switches;
    if (report === undefined) throw new Error('no switch is listened to');
    return report;
  }

  /** A command of the real command line, about this server. */
  cli(...args: readonly string[]): Promise<CliRun> {
    return runCli([...args, '--listen', `127.0.0.1:${this.serve.port}`], { timeoutMs: 60_000 });
  }

  async killServe(): Promise<void> {
    this.serve.child.kill('SIGKILL');
    await this.serve.ended;
  }

  /** On the port that the switch knows. */
  async startServe(...more: readonly string[]): Promise<void> {
    const listen = `127.0.0.1:${this.serve.port}`;
    this.serve = await serveProcess(['--database', this.inventory.path, '--listen', listen, ...more]);
  }

  async #get(path: string): Promise<string> {
    const url = `127.0.0.1:${this.serve.port}${path}`;
    if (this.#tls === undefined) return (await fetch(`http://${url}`)).text();
    const { ca, cert, key } = this.#tls;
    const { error, body, stderr } = await curl('--cacert', ca, '--cert', cert, '--key', key, `https://${url}`);
    if (error !== 0) throw new Error(stderr);
    return body;
  }
}

function profileSql(sipPort: number): string {
  const settings = Object.entries(profileSettings(sipPort)).map(([name, value]) =>
    insert('profile_settings', { profile: 'external', name, value }),
  );
  return [insert('profiles', { name: 'external' }), ...settings].join('\n');
}

/** One row, written as SQL. */
export function insert(table: string, columns: Columns): string {
  const values = Object.values(columns).map((value) =>
    typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL'),
  );
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) VALUES (${values.join(', ')});`;
}
