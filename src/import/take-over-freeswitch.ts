import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import { folderBelow } from './freeswitch-source.ts';
import { type FreeswitchSections, sectionsOfParts, sectionsOfWhole } from './freeswitch-sections.ts';
import { GroupBook } from './group-book.ts';
import type { ReadingCollector } from './reading-collector.ts';
import { ExtensionTaker } from './extension-taker.ts';
import { GatewayTaker, type TakenGateway } from './gateway-taker.ts';
import { takeOverList, type TakenList } from './take-over-list.ts';
import { takeOverProfiles } from './take-over-profiles.ts';

/** A source with all that it includes. */
export interface ReadSource {
  readonly root: ConfigurationElement;
  readonly variables: GlobalVariables;
  readonly isWhole: boolean;
}

interface TakeOverOptions {
  readonly collector: ReadingCollector;
  readonly knownGateways: readonly string[];
  readonly commonCauses: ReadonlyMap<string, string>;
}

/** Lists that `export` and the server write for other reasons than to share calls. */
const SIGNS: ReadonlySet<string> = new Set(['trunkhunt-local', '-no-groups']);

/** Takes over gateways, then lists, then extensions: each may name what comes before it. */
export function takeOverFreeswitch(sources: readonly ReadSource[], options: TakeOverOptions): void {
  const { collector } = options;
  const parts = sources.map((source) => ({
    ...source,
    sections: source.isWhole ? sectionsOfWhole(source.root) : sectionsOfParts(source.root),
  }));
  const taken = new Map<string, TakenGateway>();
  for (const { sections, variables, isWhole } of parts) {
    const gateways = new GatewayTaker(collector, variables, taken);
    takeOverProfiles(sections, { collector, variables, gateways, isWhole });
  }
  const gateways = new Map(options.knownGateways.map((name) => [name.toLowerCase(), name]));
  for (const [key, { name }] of taken) gateways.set(key, name);
  const lists = new Map<string, TakenList>();
  for (const { sections, variables } of parts) {
    for (const element of sections.lists) {
      if (SIGNS.has(element.attribute('name') ?? '')) continue;
      const list = takeOverList(element, { collector, variables, gateways, lists });
      if (list !== undefined) lists.set(list.name.toLowerCase(), list);
    }
  }
  const groups = new GroupBook({ collector, lists, gateways, commonCauses: options.commonCauses });
  const contexts = new Set<string>();
  for (const { sections, variables, root } of parts) {
    const extensions = new ExtensionTaker(collector, variables, groups);
    takeContexts(sections, contexts, extensions);
    if (isEmpty(sections)) {
      collector.remark(root.place, 'the files', 'they have no gateway, no list of mod_distributor and no extension');
    }
  }
  groups.addUnusedLists();
}

function takeContexts(sections: FreeswitchSections, seen: Set<string>, extensions: ExtensionTaker): void {
  for (const context of sections.contexts) {
    const name = context.attribute('name') ?? '';
    const held = context.childrenNamed('extension');
    if (seen.has(name.toLowerCase())) {
      extensions.leaveOut(held, `there is a context '${name}' before this one, and the first wins`);
    } else if (name.toLowerCase() === 'global') {
      extensions.leaveOut(
        held,
        "it is in context 'global', which is for calls of all contexts that are missing; a route is for one",
      );
    } else extensions.takeContext(name, held);
    seen.add(name.toLowerCase());
  }
  const loose = new Map<string | undefined, ConfigurationElement[]>();
  for (const extension of sections.looseExtensions) {
    const context = folderBelow(extension.place.file, 'dialplan');
    loose.set(context, [...(loose.get(context) ?? []), extension]);
  }
  for (const [context, held] of loose) {
    if (context !== undefined) extensions.takeContext(context, held);
    else
      extensions.leaveOut(
        held,
        'no file names its context: import the folder of the whole configuration, or dialplan/CONTEXT/FILE',
      );
  }
}

function isEmpty(sections: FreeswitchSections): boolean {
  return Object.values(sections).every((elements: readonly unknown[]) => elements.length === 0);
}
