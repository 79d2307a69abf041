import { get } from 'node:http';
import type { Command } from 'commander';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts';
import { readSettings, type SettingFlags } from '../config/settings.ts';
import type { CommandContext } from './command-context.ts';
import { printJson } from './terminal.ts';

interface HealthFlags extends SettingFlags {
  readonly json?: boolean;
}

const TIMEOUT_MS = 3_000;

export function addHealthCommand(program: Command, context: CommandContext): void {
  program
    .command('health')
    .description('ask the running server whether it serves an inventory; for container health checks')
    .option('--listen <host:port>', 'where it listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--json', 'print data')
    .action(async (flags: HealthFlags) => {
      const { listen } = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const url = `http://${formatListenAddress(reachable(listen))}/readyz`;
      const { ready, message } = await ask(url);
      if (flags.json === true) printJson(context.terminal, { url, ready, message });
      else (ready ? context.terminal.out : context.terminal.err)(`${message}\n`);
      if (!ready) context.exit(1);
    });
}

/** "Every address" is listened on, but cannot be called. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}

/** Not by `fetch`, which refuses to call some ports that a server may well listen on. */
async function ask(url: string): Promise<{ readonly ready: boolean; readonly message: string }> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => {
      resolve({ ready: false, message: `${url} does not answer: ${error.message}` });
    };
    const request = get(url, { timeout: TIMEOUT_MS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('error', fail);
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ ready: response.statusCode === 200, message: text.trim() });
      });
    });
    request.on('error', fail);
    request.on('timeout', () => request.destroy(new Error(`nothing came within ${TIMEOUT_MS} ms`)));
  });
}
