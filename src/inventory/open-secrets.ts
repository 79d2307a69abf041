import { type Findings, rowAt } from './findings.ts';
import type { GatewayParamRow, InventoryRows, ProfileSettingRow } from './inventory-rows.ts';
import { secretForm, SecretKeys } from './secret-keys.ts';
import { SECRET_NAME } from './shown-change.ts';

/** How whoever reads an inventory reads what is encrypted in it. */
export interface SecretAccess {
  readonly keys: SecretKeys;
  /** A value that no key opens: refused, as a server does, or left as it is, where nobody needs it. */
  readonly locked: 'refused' | 'left';
}

/** Nothing opens, and whatever is encrypted is refused. */
export const WITHOUT_KEYS: SecretAccess = { keys: new SecretKeys([]), locked: 'refused' };

/** For those who tell nobody's switch: whatever is encrypted is left as it is. */
export const NO_SECRET_NEEDED: SecretAccess = { keys: new SecretKeys([]), locked: 'left' };

/** What the tables say of a password and of a further value, which see the encrypted ones. */
const PASSWORD = /^[^\0-\x1f\x7f]{1,255}$/u;
const VALUE = /^[^\0-\x1f\x7f]{1,4096}$/u;

/** Whether the tables would take it as it is. */
export function isSecretText(text: string, column: string): boolean {
  return (column === 'value' ? VALUE : PASSWORD).test(text);
}

/**
 * The rows with their secrets in plain text, as FreeSWITCH has to be told them; done once, when an inventory is loaded.
 * Nothing that is said of them repeats a value.
 */
export function openSecrets(rows: InventoryRows, access: SecretAccess, findings: Findings): InventoryRows {
  const opener = new Opener(access, findings);
  const value = (table: string, row: ProfileSettingRow | GatewayParamRow): string =>
    SECRET_NAME.test(row.name) ? opener.open(table, ownerOf(row), 'value', row.value) : row.value;
  const values = <Row extends ProfileSettingRow | GatewayParamRow>(
    table: string,
    all: readonly Row[],
  ): readonly Row[] => all.map((row) => ({ ...row, value: value(table, row) }));
  const opened: InventoryRows = {
    ...rows,
    gateways: rows.gateways.map((row) => ({
      ...row,
      password: row.password === null ? null : opener.open('gateways', row.name, 'password', row.password),
    })),
    switches: rows.switches.map((row) => ({
      ...row,
      eslPassword:
        row.eslPassword === null ? null : opener.open('switches', row.hostname, 'esl_password', row.eslPassword),
    })),
    gatewayParams: values('gateway_params', rows.gatewayParams),
    gatewayVariables: values('gateway_variables', rows.gatewayVariables),
    profileSettings: values('profile_settings', rows.profileSettings),
  };
  opener.reportPlain();
  return opened;
}

function ownerOf(row: ProfileSettingRow | GatewayParamRow): string {
  return `${'gateway' in row ? row.gateway : row.profile}', '${row.name}`;
}

class Opener {
  readonly #access: SecretAccess;
  readonly #findings: Findings;
  #plain = 0;
  #firstPlain = '';

  constructor(access: SecretAccess, findings: Findings) {
    this.#access = access;
    this.#findings = findings;
  }

  open(table: string, key: string, column: string, stored: string): string {
    const { keys, locked } = this.#access;
    const where = rowAt(table, key, column);
    const opened = keys.open(`${table}.${column}`, stored);
    if (opened.kind === 'plain') {
      if (secretForm(stored).kind === 'plain') this.#notePlain(where);
      else if (!isSecretText(opened.text, column)) {
        const what = 'what is encrypted there is empty, too long or has control characters';
        this.#findings.add('value-invalid', where, what, 'set it anew');
      }
      return opened.text;
    }
    if (opened.kind === 'broken') {
      const what =
        'it begins with enc: and cannot be decrypted: it was changed, written by hand, or meant for another column';
      this.#findings.add('secret-broken', where, what, 'set it anew; a password itself cannot begin with enc:');
    } else if (locked === 'refused') {
      const held = keys.ids.length === 0 ? 'no key file is given' : `the key file has ${keys.ids.join(', ')}`;
      const what = `it is encrypted under the key '${opened.keyId}', and ${held}`;
      const fix = `put that key into the file that TRUNKHUNT_KEY_FILE or --key-file names, or set it anew`;
      this.#findings.add('secret-locked', where, what, fix);
    }
    return stored;
  }

  /** Once for all of them: whoever has keys means to have no plain text. */
  reportPlain(): void {
    if (this.#access.keys.firstId === undefined || this.#plain === 0) return;
    const others = this.#plain - 1;
    const more = others === 0 ? '' : ` and ${others} more`;
    const what = `a key file is given, and this${more} ${others === 0 ? 'stands' : 'stand'} there in plain text`;
    this.#findings.add('secret-plain', this.#firstPlain, what, '`trunkhunt secrets encrypt` encrypts all of them');
  }

  #notePlain(where: string): void {
    if (this.#plain === 0) this.#firstPlain = where;
    this.#plain += 1;
  }
}
