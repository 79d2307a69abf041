import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { askServer, serverUrl } from './ask-server.ts';
import type { CommandContext } from './command-context.ts';
import { withTlsOptions } from './server-options.ts';
import { readServerTrust, type ServerTrust } from './server-trust.ts';
import { printJson } from './terminal.ts';

interface HealthFlags extends SettingFlags {
  readonly json?: boolean;
}

export function addHealthCommand(program: Command, context: CommandContext): void {
  withTlsOptions(
    program
      .command('health')
      .description('ask the running server whether it serves an inventory; for container health checks'),
  )
    .option('--listen <host:port>', 'where it listens (TRUNKHUNT_LISTEN, else 127.0.0.1:8080)')
    .option('--json', 'print data')
    .action(async (flags: HealthFlags) => {
      const settings = readSettings({ flags, environment: context.environment, readFile: context.readFile }, 'read');
      const url = serverUrl(settings, '/readyz');
      const { ready, message } = await ask(url, readServerTrust(settings));
      if (flags.json === true) printJson(context.terminal, { url, ready, message });
      else (ready ? context.terminal.out : context.terminal.err)(`${message}\n`);
      if (!ready) context.exit(1);
    });
}

async function ask(
  url: string,
  trust: ServerTrust | undefined,
): Promise<{ readonly ready: boolean; readonly message: string }> {
  try {
    const { status, text } = await askServer(url, { trust });
    return { ready: status === 200, message: text.trim() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ready: false, message: `${url} does not answer: ${message}` };
  }
}
