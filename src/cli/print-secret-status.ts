import type { SettingFlags } from '../config/setting-sources.ts';
import { readSettings } from '../config/settings.ts';
import { NO_SECRET_NEEDED } from '../inventory/open-secrets.ts';
import { openInventoryEditor } from '../inventory/inventory-editor.ts';
import { KeyFile } from '../inventory/key-file.ts';
import { type CountedSecrets, countSecrets } from '../inventory/count-secrets.ts';
import type { SecretKeys } from '../inventory/secret-keys.ts';
import type { CommandContext } from './command-context.ts';
import { tableText } from './table-text.ts';
import { printJson } from './terminal.ts';

/**
 * Prints how many secrets stand under which key; exit status 1 where a server could not decrypt one of the tables.
 * @throws OperatorError settings-file-unreadable, key-file-invalid, and as `openInventoryEditor`
 */
export function printSecretStatus(flags: SettingFlags & { readonly json?: boolean }, context: CommandContext): void {
  const { environment, readFile, terminal } = context;
  const { database, keyFile } = readSettings({ flags, environment, readFile }, 'read');
  const keys = new KeyFile(keyFile).read();
  const editor = openInventoryEditor(database, 'read', NO_SECRET_NEEDED);
  try {
    const counts = editor.history((it) => countSecrets(it, keys));
    if (flags.json === true) {
      const secrets = counts.map((it) => ({ ...it, keyId: it.keyId ?? null, held: isHeld(it, keys) }));
      printJson(terminal, { database, keyFile: keyFile ?? null, firstKey: keys.firstId ?? null, secrets });
    } else {
      const lines = counts.map((it) => [
        it.keyId ?? 'plain text',
        String(it.values),
        String(it.historyValues),
        remarkOf(it, keys),
      ]);
      terminal.out(tableText(['key', 'secrets', 'in history', ''], lines, terminal.width));
    }
    if (counts.some(({ shut }) => shut > 0)) context.exit(1);
  } finally {
    editor.close();
  }
}

function isHeld({ keyId }: CountedSecrets, keys: SecretKeys): boolean {
  return keyId === undefined || keys.ids.includes(keyId);
}

function remarkOf(count: CountedSecrets, keys: SecretKeys): string {
  if (!isHeld(count, keys)) return 'not in the key file';
  if (count.shut > 0) return `${count.shut} of them cannot be decrypted`;
  return count.keyId !== undefined && count.keyId === keys.firstId ? 'encrypts what is new' : '';
}
