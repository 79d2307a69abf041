import { rampPerMille } from '../routing/ejection.ts';
import type { Gateway } from '../routing/gateway.ts';
import { type GatewayGroup, type Tier, tiersOn } from '../routing/gateway-group.ts';
import { configuredView, FULL_WEIGHT, type GroupView, healthView, type WeightFactors } from '../routing/health-view.ts';
import type { Lineup } from '../routing/lineup.ts';
import type { Name } from '../routing/name.ts';
import { type EjectionBook, isOutOfService } from './ejection-book.ts';
import type { ReachTable } from './reach-table.ts';
import { reachWords } from './weigh-gateway.ts';

const OUT: WeightFactors = { healthPerMille: 0, slowStartPerMille: 1000, isOnTrial: false };
const ON_TRIAL: WeightFactors = { healthPerMille: 0, slowStartPerMille: 1000, isOnTrial: true };

interface Weighed {
  readonly factors: WeightFactors;
  /** Why it has no turns; '' where it has. */
  readonly why: string;
}

const UNTOUCHED: Weighed = { factors: FULL_WEIGHT, why: '' };

/** What one switch thinks of one group's members. */
interface Opinion {
  /** What differs from the configured weights, as text; '' = nothing. */
  readonly text: string;
  /** Only of those whose weight differs. */
  readonly factors: ReadonlyMap<Name, WeightFactors>;
  /** Why some have no turns, in words. */
  readonly out: ReadonlyMap<string, string>;
}

const NO_OPINION: Opinion = { text: '', factors: new Map(), out: new Map() };

/**
 * Each group as its health leaves it on each switch, made when it is asked for and kept until something changes.
 *
 * Switches that agree share their turns. Those that differ take turns by themselves, since a gateway that only some of
 * them can reach has no share that holds for all; so shares are off by less than one call for each different opinion.
 * The turns themselves go to the opinion that most switches have, and on changes of opinion they are carried over.
 */
export class HealthViews {
  readonly #reach: ReachTable;
  readonly #book: EjectionBook;
  readonly #nowMs: () => number;
  /** By group, then by hostname; '' for all that are not watched. */
  readonly #views = new Map<Name, Map<string, GroupView>>();
  /** By group, then by hostname: views are made on the path of look-ups, and each needs the opinions of all switches. */
  readonly #opinions = new Map<Name, Map<string, Opinion>>();
  /** The last line-up of each key, so that those that come out the same stay the same. */
  readonly #lineups = new Map<string, Lineup>();

  constructor(reach: ReachTable, book: EjectionBook, nowMs: () => number) {
    this.#reach = reach;
    this.#book = book;
    this.#nowMs = nowMs;
  }

  viewOf(group: GatewayGroup, hostname: string): GroupView {
    const hasOpinion = this.#reach.isKnown(hostname) || this.#book.hasEjections(hostname);
    const key = hasOpinion || group.tiersBySwitch.has(hostname) ? hostname : '';
    const views = this.#views.get(group.name) ?? new Map<string, GroupView>();
    this.#views.set(group.name, views);
    const known = views.get(key);
    if (known !== undefined) return known;
    const view = this.#make(group, key, this.#reach.hostnames);
    views.set(key, view);
    return view;
  }

  /** Why gateways of the group have no turns in the view that the switch has; never made for this, so that it is cheap. */
  outOf(group: GatewayGroup, hostname: string): ReadonlyMap<string, string> {
    return this.#opinions.get(group.name)?.get(hostname)?.out ?? NO_OPINION.out;
  }

  /** What is known of the gateway in the group on this switch, as factors of its weight. */
  factorsOf(group: GatewayGroup, hostname: string, gateway: Gateway): WeightFactors {
    return this.#weigh(group, hostname, gateway).factors;
  }

  /** Something about the group's members is otherwise now. */
  changed(group: Name): void {
    this.#views.delete(group);
    this.#opinions.delete(group);
  }

  /** Another set of switches is known. */
  clear(): void {
    this.#views.clear();
    this.#opinions.clear();
  }

  /** Another snapshot is served; line-ups that its groups do not have are forgotten. */
  reset(isKept: (configuredKey: string) => boolean): void {
    this.clear();
    for (const key of this.#lineups.keys()) if (!isKept(configuredKey(key))) this.#lineups.delete(key);
  }

  #make(group: GatewayGroup, hostname: string, watched: readonly string[]): GroupView {
    const configured = tiersOn(group, hostname);
    const opinion = this.#opinionOf(group, hostname);
    const suffix = this.#suffixOf(group, configured, opinion.text, watched);
    if (opinion.text === '' && suffix === '') return configuredView(configured);
    const view = healthView(configured, group, (gateway) => opinion.factors.get(gateway.name) ?? FULL_WEIGHT, {
      keyOf: (key) => key + suffix,
      before: (key) => this.#lineups.get(key),
    });
    for (const { lineup } of view.tiers) this.#lineups.set(lineup.key, lineup);
    return view;
  }

  /** Those who agree with most of the watched switches have the turns as such; others have theirs by opinion. */
  #suffixOf(group: GatewayGroup, configured: readonly Tier[], opinion: string, watched: readonly string[]): string {
    const sharing = watched.filter((hostname) => tiersOn(group, hostname) === configured);
    if (sharing.length === 0) return '';
    const opinions = sharing.map((hostname) => ({ hostname, text: this.#opinionOf(group, hostname).text }));
    const counts = new Map<string, number>();
    for (const { text } of opinions) counts.set(text, (counts.get(text) ?? 0) + 1);
    // Of equally common opinions the one that finds least fault, so that it does not change back and forth.
    const [[prevailing] = ['']] = [...counts].sort(
      ([a, m], [b, n]) => n - m || a.length - b.length || (a < b ? -1 : 1),
    );
    if (opinion === prevailing) return '';
    const [first] = opinions.flatMap(({ hostname, text }) => (text === opinion ? [hostname] : [])).sort();
    return `\nview ${first ?? ''}`;
  }

  #opinionOf(group: GatewayGroup, hostname: string): Opinion {
    // Of switches that nobody watches nothing is known.
    if (hostname === '') return NO_OPINION;
    const opinions = this.#opinions.get(group.name) ?? new Map<string, Opinion>();
    this.#opinions.set(group.name, opinions);
    const opinion = opinions.get(hostname) ?? this.#think(group, hostname);
    opinions.set(hostname, opinion);
    return opinion;
  }

  #think(group: GatewayGroup, hostname: string): Opinion {
    const words: string[] = [];
    const differing = new Map<Name, WeightFactors>();
    const out = new Map<string, string>();
    for (const { gateways } of tiersOn(group, hostname)) {
      for (const gateway of gateways) {
        const { factors, why } = this.#weigh(group, hostname, gateway);
        if (factors === FULL_WEIGHT) continue;
        differing.set(gateway.name, factors);
        if (factors.healthPerMille === 0) out.set(gateway.name, why);
        words.push(
          `${gateway.name} ${factors.healthPerMille} ${factors.slowStartPerMille} ${String(factors.isOnTrial)}`,
        );
      }
    }
    return words.length === 0 ? NO_OPINION : { text: words.join(','), factors: differing, out };
  }

  #weigh(group: GatewayGroup, hostname: string, gateway: Gateway): Weighed {
    const reach = this.#reach.reachOf(hostname, gateway.name);
    if (reach === 'down' || reach === 'absent') return { factors: OUT, why: reachWords(reach) };
    if (group.health.mode === 'observe' || this.#reach.isDoubted(hostname)) return UNTOUCHED;
    const ejection = this.#book.ejectionOf(hostname, group.name, gateway.name);
    if (ejection.stage === 'in') return UNTOUCHED;
    if (ejection.stage === 'trial') return { factors: ON_TRIAL, why: 'on trial, one call at a time' };
    if (isOutOfService(ejection)) return { factors: OUT, why: 'ejected, its calls fail' };
    const slowStartPerMille = rampPerMille(ejection, group.health, this.#nowMs());
    return { factors: { ...FULL_WEIGHT, slowStartPerMille }, why: '' };
  }
}

/** The key of the configured line-up that a view's line-up was made from. */
export function configuredKey(key: string): string {
  const end = key.indexOf('\n');
  return end === -1 ? key : key.slice(0, end);
}
