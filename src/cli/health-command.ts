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

async function ask(url: string): Promise<{ readonly ready: boolean; readonly message: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { ready: response.ok, message: (await response.text()).trim() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ready: false,
      message: `${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
    };
  }
}
