import type { Command } from 'commander';
import type { Settings } from '../config/settings.ts';
import { KeyFile } from '../inventory/key-file.ts';
import type { SecretAccess } from '../inventory/open-secrets.ts';

/** The option of commands that read or write secrets. */
export function withKeyFileOption(command: Command): Command {
  return command.option('--key-file <file>', 'the keys of encrypted secrets (TRUNKHUNT_KEY_FILE, else none)');
}

/**
 * For commands that change the inventory: with a key file they read and write secrets as a server with it does; without
 * one, whatever is encrypted is left as it is.
 * @throws OperatorError settings-file-unreadable, key-file-invalid
 */
export function editorAccess({ keyFile }: Settings): SecretAccess {
  return { keys: new KeyFile(keyFile).read(), locked: keyFile === undefined ? 'left' : 'refused' };
}
