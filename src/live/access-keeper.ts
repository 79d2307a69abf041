import type { Credentials } from '../config/credentials.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import type { Log } from '../config/log.ts';
import { describeFinding, type Finding } from '../errors/finding.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { type AccessRule, ruleForAll } from './access-rule.ts';
import { AccessRules } from './access-rules.ts';
import { readAccessFile } from './read-access-file.ts';

export interface AccessKeeperContext {
  /** undefined: there is no file, and the one credential is all there is. */
  readonly path: string | undefined;
  readonly credentials: Credentials | undefined;
  /** Where the server listens; undefined where nobody has to be kept out. */
  readonly listen: ListenAddress | undefined;
  /** Random bytes of this process. */
  readonly salt: Uint8Array;
  readonly log: Log;
  /** Told whether the file as it is now is in force. */
  readonly fileRead: (isInForce: boolean) => void;
  /** Runs once after so many milliseconds. @returns how to cancel it */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** How often the file is looked at. Its text says more than its time, which a copied file has from elsewhere. */
const LOOK_MS = 1_000;

/** The rules that are in force: those of the file as it was when it was last right. */
export class AccessKeeper {
  readonly #context: AccessKeeperContext;
  #rules: AccessRules;
  /** The text that was judged last, and the one that was seen last: half a file is no file. */
  #judged: string | undefined;
  #seen: string | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  /** @throws OperatorError with all that is wrong in the file */
  constructor(context: AccessKeeperContext) {
    this.#context = context;
    const { path, credentials, salt } = context;
    if (path === undefined) {
      this.#rules = new AccessRules([ruleForAll(credentials)], salt);
      return;
    }
    const { rules, problems, warnings, text } = readAccessFile(path, context.listen);
    if (problems.length > 0) throw new OperatorError(problems);
    this.#rules = this.#inForce(rules);
    this.#judged = text;
    this.#seen = text;
    this.#warn(warnings);
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /** Looks at the file from now on. */
  start(): void {
    if (this.#context.path === undefined || this.#isStopped) return;
    this.#cancel = this.#context.after(LOOK_MS, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  /** Reads the file, changed or not, as an operator asks for who wants to know what it thinks of it. */
  readAgain(): void {
    const { path, listen, log, fileRead } = this.#context;
    if (path === undefined) return;
    const { rules, problems, warnings, text } = readAccessFile(path, listen);
    this.#judged = text;
    this.#seen = text;
    fileRead(problems.length === 0);
    if (problems.length > 0) {
      const found = problems.map(describeFinding).join('\n');
      log.error({ problems: problems.length }, `access rules not taken over, those before stay in force:\n${found}`);
      return;
    }
    this.#rules = this.#inForce(rules);
    this.#warn(warnings);
    log.info({ accessFile: path, rules: rules.length }, 'access rules taken over');
  }

  /** Whoever writes may not be done: it counts once it stays as it is. */
  #look(): void {
    const { path = '', listen } = this.#context;
    const { text } = readAccessFile(path, listen);
    if (text === this.#seen && text !== this.#judged) this.readAgain();
    this.#seen = text;
  }

  #inForce(rules: readonly AccessRule[]): AccessRules {
    const { credentials, salt } = this.#context;
    return new AccessRules(credentials === undefined ? rules : [ruleForAll(credentials), ...rules], salt);
  }

  #warn(warnings: readonly Finding[]): void {
    for (const warning of warnings) this.#context.log.warn({ code: warning.code }, describeFinding(warning));
  }
}
