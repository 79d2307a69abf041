import { createHash } from 'node:crypto';
import type { Credentials } from '../config/credentials.ts';
import type { AccessRole, AccessRule } from './access-rule.ts';

/** A user and a password that are right, with what they are for. */
export interface KnownCredentials extends Credentials {
  /** The same for the same user and password as long as the process runs; tells nothing of either. */
  readonly id: string;
  readonly rules: readonly AccessRule[];
}

/** So many addresses are remembered with the networks that they are in. */
const ADDRESSES_LIMIT = 1_000;

/**
 * The rules in the form that requests need. Secrets are found by a hash that is salted by the process: how long that
 * takes depends on nothing that a caller could choose.
 */
export class AccessRules {
  readonly #salt: Uint8Array;
  readonly #open: readonly AccessRule[];
  /** By the hash of `user:password`. */
  readonly #byText = new Map<string, KnownCredentials>();
  /** By the hash of the header that carries it. */
  readonly #byHeader = new Map<string, KnownCredentials>();
  readonly #byUser = new Map<string, KnownCredentials[]>();
  readonly #isInside = new Map<string, Map<AccessRule, boolean>>();

  /** @param salt random bytes, the same ones for all rules of a process */
  constructor(rules: readonly AccessRule[], salt: Uint8Array) {
    this.#salt = salt;
    this.#open = rules.filter(({ credentials }) => credentials === undefined);
    const byText = new Map<string, AccessRule[]>();
    for (const rule of rules) {
      if (rule.credentials === undefined) continue;
      const text = `${rule.credentials.user}:${rule.credentials.password}`;
      byText.set(text, [...(byText.get(text) ?? []), rule]);
    }
    for (const [text, own] of byText) this.#add(text, own);
  }

  /** Whether the role needs no password from there. */
  isOpen(role: AccessRole, address: () => string): boolean {
    return this.#open.some((rule) => rule.roles.has(role) && this.#isFrom(rule, address));
  }

  /** Those whose usual `Authorization: Basic` this is, to the letter: one hash, and no decoding. */
  ofHeader(header: string): KnownCredentials | undefined {
    return this.#byHeader.get(this.#hash(header));
  }

  /** @param text `user:password` */
  ofText(text: string): KnownCredentials | undefined {
    return this.#byText.get(this.#hash(text));
  }

  /** All of this user: an old and a new password may be right at the same time. */
  ofUser(user: string): readonly KnownCredentials[] {
    return this.#byUser.get(user) ?? [];
  }

  /** Whether they are for this role, from anywhere. */
  isFor({ rules }: KnownCredentials, role: AccessRole): boolean {
    return rules.some(({ roles }) => roles.has(role));
  }

  /** Whether they are for this role, and from there. */
  isAllowed({ rules }: KnownCredentials, role: AccessRole, address: () => string): boolean {
    return rules.some((rule) => rule.roles.has(role) && this.#isFrom(rule, address));
  }

  #add(text: string, rules: readonly AccessRule[]): void {
    const at = text.indexOf(':');
    const id = this.#hash(text);
    const known = { user: text.slice(0, at), password: text.slice(at + 1), id, rules };
    this.#byText.set(id, known);
    this.#byHeader.set(this.#hash(`Basic ${Buffer.from(text).toString('base64')}`), known);
    this.#byUser.set(known.user, [...this.ofUser(known.user), known]);
  }

  #isFrom(rule: AccessRule, address: () => string): boolean {
    const { networks } = rule;
    if (networks === undefined) return true;
    const from = address();
    let inside = this.#isInside.get(from);
    if (inside === undefined) {
      if (this.#isInside.size >= ADDRESSES_LIMIT) this.#isInside.clear();
      inside = new Map();
      this.#isInside.set(from, inside);
    }
    const before = inside.get(rule);
    if (before !== undefined) return before;
    const is = networks.some((network) => network.contains(from));
    inside.set(rule, is);
    return is;
  }

  #hash(text: string): string {
    return createHash('sha256').update(this.#salt).update(text).digest('base64');
  }
}
