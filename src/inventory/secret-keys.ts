import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** AES-256-GCM as NIST SP 800-38D has it. */
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a text is taken for that is kept encrypted, right or wrong. */
const SEALED_BEGINNING = 'enc:';
const SEALED = /^enc:v1:([A-Za-z0-9_-]{1,16}):([A-Za-z0-9_-]+)$/;

export interface SecretKey {
  /** 1 to 16 of A-Z a-z 0-9 _ - */
  readonly id: string;
  /** 32 bytes. */
  readonly key: KeyObject;
}

/** What a text of a secret column is: itself, or a value that some key opens. */
export type SecretForm =
  { readonly kind: 'plain' } | { readonly kind: 'sealed'; readonly keyId: string } | { readonly kind: 'broken' };

export type Opened =
  | { readonly kind: 'plain'; readonly text: string }
  /** No key of this name is there. */
  | { readonly kind: 'locked'; readonly keyId: string }
  /** Not written by `seal`, changed since, brought here from another column, or of another key of the same name. */
  | { readonly kind: 'broken' };

/** What a stored text is, as far as can be told without a key. */
export function secretForm(stored: string): SecretForm {
  if (!stored.startsWith(SEALED_BEGINNING)) return { kind: 'plain' };
  const [, keyId] = SEALED.exec(stored) ?? [];
  return keyId === undefined ? { kind: 'broken' } : { kind: 'sealed', keyId };
}

/**
 * The keys of secrets: all of them open, the first one seals. A sealed value is bound to its column, and to no row, so
 * that rows can be renamed and copied by whoever has no key: `enc:v1:KEY:` and base64url of nonce, ciphertext and tag.
 */
export class SecretKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  /** That of the key that seals; undefined = there is none, and secrets stay as they are. */
  readonly firstId: string | undefined;

  /** @param keys of different names */
  constructor(keys: readonly SecretKey[]) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.firstId = keys[0]?.id;
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /** Differs wherever the keys do, and tells nobody what they are. */
  get identity(): string {
    const hash = createHash('sha256');
    for (const [id, key] of this.#keys) hash.update(`${id}\0`).update(key.export());
    return hash.digest('base64');
  }

  /**
   * Encrypts a text. The nonce comes from the system's randomness and from no caller: one that came twice would give both
   * texts away. 96 random bits stay apart for 2^32 texts under one key (SP 800-38D, 8.3).
   * @param place table and column, such as `gateways.password`
   * @throws Error where there is no key of this name
   */
  seal(place: string, text: string, keyId = this.firstId): string {
    const key = keyId === undefined ? undefined : this.#keys.get(keyId);
    if (keyId === undefined || key === undefined) throw new Error('there is no key to encrypt with');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(place, keyId));
    const bytes = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `enc:v1:${keyId}:${Buffer.concat(bytes).toString('base64url')}`;
  }

  /** Decrypts what `seal` made for this place; a text that is not encrypted is itself. */
  open(place: string, stored: string): Opened {
    const form = secretForm(stored);
    if (form.kind === 'plain') return { kind: 'plain', text: stored };
    if (form.kind === 'broken') return form;
    const key = this.#keys.get(form.keyId);
    if (key === undefined) return { kind: 'locked', keyId: form.keyId };
    const encoded = stored.slice(stored.lastIndexOf(':') + 1);
    const bytes = Buffer.from(encoded, 'base64url');
    // Base64 has several spellings of the same bytes: only that of `seal` is taken.
    if (bytes.toString('base64url') !== encoded || bytes.length < NONCE_BYTES + TAG_BYTES) return { kind: 'broken' };
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(place, form.keyId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      return { kind: 'plain', text: text.toString('utf8') };
    } catch {
      return { kind: 'broken' };
    }
  }
}

/** A new key of 32 bytes; by itself it is named after the first bytes of its hash. */
export function newSecretKey(id?: string): SecretKey {
  const bytes = randomBytes(32);
  return { id: id ?? keyName(bytes), key: createSecretKey(bytes) };
}

/** The name of a key that was given none. */
export function keyName(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

function boundTo(place: string, keyId: string): Buffer {
  return Buffer.from(`trunkhunt:v1:${keyId}:${place}`, 'utf8');
}
