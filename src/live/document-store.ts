import { type Gateway, isServed } from '../routing/gateway.ts';
import { tiersOn } from '../routing/gateway-group.ts';
import { type Snapshot, viewOf } from '../routing/snapshot.ts';
import type { CleanCallerIds } from '../xml/clean-caller-ids.ts';
import { directoryDocument } from '../xml/directory-document.ts';
import { distributorDocument, groupLists } from '../xml/distributor-document.ts';
import type { DomainName } from '../xml/domain-name.ts';
import type { Plan } from '../xml/plan-document.ts';
import { PlanWriter } from '../xml/plan-writer.ts';
import { sofiaDocument } from '../xml/sofia-document.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The documents of one snapshot. Each is written when it is first asked for and stays the same bytes; switches that
 * see the same inventory share them. Nothing that was learned enters them.
 */
export class DocumentStore {
  readonly #snapshot: Snapshot;
  readonly #written = new Map<string, Buffer>();
  readonly #plans = new PlanWriter();

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** The dialplan of one call. @param caller what is said of the caller instead of its own words */
  plan(plan: Plan, decisionId: string, caller?: CleanCallerIds): string {
    return this.#plans.write(plan, decisionId, caller);
  }

  /** Every group as lists, in the order in which its tiers take turns. */
  distributor(hostname: string): Buffer {
    const view = viewOf(this.#snapshot, hostname);
    return this.#once(`distributor ${view}`, () =>
      distributorDocument(this.#snapshot.groups.flatMap((group) => groupLists(group, tiersOn(group, view)))),
    );
  }

  /**
   * The gateways of a profile; undefined where it has none, or where sofia.conf serves them already.
   * @param domain the one that was asked for; undefined = all
   * @param except gateways that are left out
   */
  gateways(
    profile: string,
    hostname: string,
    domain: DomainName | undefined,
    except: ReadonlySet<string> = NONE,
  ): Buffer | undefined {
    if (this.#snapshot.profiles.some(({ name }) => name === profile)) return undefined;
    const view = viewOf(this.#snapshot, hostname);
    const gateways = this.#gatewaysOf(profile, view);
    if (gateways.length === 0) return undefined;
    const given = except.size === 0 ? gateways : gateways.filter(({ name }) => !except.has(name));
    // A domain's name comes from a switch's configuration: too many of them to keep one document for each.
    if (domain !== undefined || except.size > 0) return Buffer.from(directoryDocument(given, domain));
    return this.#once(`gateways ${profile} ${view}`, () => directoryDocument(gateways));
  }

  /**
   * The profiles that the inventory holds whole; undefined where it holds none, or not the one asked for.
   * @param profile undefined = all of them
   */
  sofia(profile: string | undefined, hostname: string, except: ReadonlySet<string> = NONE): Buffer | undefined {
    const wanted = this.#snapshot.profiles.filter(({ name }) => profile === undefined || name === profile);
    if (wanted.length === 0) return undefined;
    const view = viewOf(this.#snapshot, hostname);
    const write = (): string =>
      sofiaDocument(
        wanted.map((it) => ({
          profile: it,
          gateways: this.#gatewaysOf(it.name, view).filter(({ name }) => !except.has(name)),
        })),
      );
    return except.size > 0 ? Buffer.from(write()) : this.#once(`sofia ${profile ?? ''} ${view}`, write);
  }

  #gatewaysOf(profile: string, view: string): readonly Gateway[] {
    return this.#snapshot.gateways.filter((gateway) => gateway.profile === profile && isServed(gateway, view));
  }

  #once(key: string, write: () => string): Buffer {
    let document = this.#written.get(key);
    if (document === undefined) {
      document = Buffer.from(write());
      this.#written.set(key, document);
    }
    return document;
  }
}
