import type { Command } from 'commander';
import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { KeyFile, prependKey } from '../inventory/key-file.ts';
import { newSecretKey, type SecretKeys } from '../inventory/secret-keys.ts';
import type { CommandContext } from './command-context.ts';
import { withDatabaseOption } from './database-option.ts';
import { checkWhy } from './edit-options.ts';
import { parseKeyId, printRewriting, type RewriteFlags, runRewriting } from './run-rewriting.ts';
import { withKeyFileOption } from './key-file-option.ts';
import { printSecretStatus } from './print-secret-status.ts';
import { printJson } from './terminal.ts';

interface NewKeyFlags extends SettingFlags {
  readonly id?: string;
  readonly json?: boolean;
}

interface RotateFlags extends RewriteFlags {
  readonly toKey?: string;
}

export function addSecretsCommand(program: Command, context: CommandContext): void {
  const secrets = program.command('secrets').description('keep passwords encrypted in the inventory');
  const rewriting = (verb: string, description: string): Command =>
    withKeyFileOption(withDatabaseOption(secrets.command(verb).description(description)))
      .option('--why <text>', 'the reason, for the history', checkWhy, '')
      .option('--dry-run', 'only count what would be rewritten')
      .option('--json', 'print data');

  withKeyFileOption(
    withDatabaseOption(
      secrets.command('status').description('count the secrets by key; exit status 1 where some cannot be decrypted'),
    ),
  )
    .option('--json', 'print data')
    .action((flags: SettingFlags & { readonly json?: boolean }) => {
      printSecretStatus(flags, context);
    });
  withKeyFileOption(
    secrets.command('new-key').description('put a new key first into the key file; makes the file where there is none'),
  )
    .option('--id <id>', 'its name, 1 to 16 of A-Z a-z 0-9 _ - (else one is made)', parseKeyId)
    .option('--json', 'print data')
    .action((flags: NewKeyFlags) => {
      addKey(flags, context);
    });
  rewriting('encrypt', 'encrypt secrets that stand in plain text, those of the history too').action(
    (flags: RewriteFlags) => {
      const { path, keyId } = keysOf(flags, context);
      const report = runRewriting({ to: 'encrypted', keyId }, `secrets encrypted under key ${keyId}`, flags, context);
      printRewriting({ ...report, keyFile: path }, flags, context);
    },
  );
  rewriting('rotate', 'encrypt all secrets anew, under the first key of the key file')
    .option('--to-key <id>', 'under this key of the file', parseKeyId)
    .action((flags: RotateFlags) => {
      const { path, keys, keyId: first } = keysOf(flags, context);
      const keyId = flags.toKey ?? first;
      if (!keys.ids.includes(keyId)) throw unknownKey(keyId, path, keys);
      const report = runRewriting(
        { to: 'one key', keyId },
        `secrets encrypted anew under key ${keyId}`,
        flags,
        context,
      );
      printRewriting({ ...report, keyFile: path }, flags, context);
    });
  rewriting('decrypt', 'put all secrets back into plain text, those of the history too').action(
    (flags: RewriteFlags) => {
      const { path } = keysOf(flags, context);
      const report = runRewriting({ to: 'plain text' }, 'secrets decrypted', flags, context);
      printRewriting({ ...report, keyFile: path }, flags, context);
    },
  );
}

function addKey(flags: NewKeyFlags, context: CommandContext): void {
  const path = keyFileOf(flags, context);
  const key = newSecretKey(flags.id);
  prependKey(path, key);
  if (flags.json === true) printJson(context.terminal, { keyFile: path, id: key.id });
  else
    context.terminal.out(
      `${path}: key ${key.id} is the first now; keep a copy of the file where no backup of the inventory is\n`,
    );
}

/** @throws OperatorError settings-invalid where none is named */
function keyFileOf(flags: SettingFlags, { environment, readFile }: CommandContext): string {
  const { keyFile } = readSettings({ flags, environment, readFile }, 'read');
  if (keyFile !== undefined) return keyFile;
  const what = 'no key file is named';
  const fix = 'name one with --key-file or TRUNKHUNT_KEY_FILE; `trunkhunt secrets new-key` makes it';
  throw new OperatorError([{ code: 'settings-invalid', where: 'TRUNKHUNT_KEY_FILE', what, fix }]);
}

function keysOf(
  flags: SettingFlags,
  context: CommandContext,
): { readonly path: string; readonly keys: SecretKeys; readonly keyId: string } {
  const path = keyFileOf(flags, context);
  const keys = new KeyFile(path).read();
  return { path, keys, keyId: keys.firstId ?? '' };
}

function unknownKey(id: string, path: string, { ids }: SecretKeys): OperatorError {
  const what = `there is no key '${id}' in ${path}`;
  return new OperatorError([
    {
      code: 'settings-invalid',
      where: '--to-key',
      what,
      fix: `give one of ${ids.join(', ')}, or put it into the file`,
    },
  ]);
}
