import type { ConfigurationElement } from '../xml/configuration-element.ts';

/** The parts of a configuration that an import looks at, in the order in which FreeSWITCH has them. */
export interface FreeswitchSections {
  readonly profiles: readonly ConfigurationElement[];
  readonly lists: readonly ConfigurationElement[];
  readonly contexts: readonly ConfigurationElement[];
  readonly domains: readonly ConfigurationElement[];
  /** What a file of a whole has by itself. */
  readonly looseGateways: readonly ConfigurationElement[];
  readonly looseExtensions: readonly ConfigurationElement[];
}

/** A whole configuration: in each place only the first of a name counts (contract 2.1). */
export function sectionsOfWhole(root: ConfigurationElement): FreeswitchSections {
  const configuration = root.childCalled('section', 'configuration');
  const profiles = configuration?.childCalled('configuration', 'sofia.conf')?.child('profiles');
  const lists = configuration?.childCalled('configuration', 'distributor.conf')?.child('lists');
  return {
    profiles: profiles?.childrenNamed('profile') ?? [],
    lists: lists?.childrenNamed('list') ?? [],
    contexts: root.childCalled('section', 'dialplan')?.childrenNamed('context') ?? [],
    domains: root.childCalled('section', 'directory')?.childrenNamed('domain') ?? [],
    looseGateways: [],
    looseExtensions: [],
  };
}

/** Files without the whole around them: whatever they hold. @param root all of them, in an element of its own */
export function sectionsOfParts(root: ConfigurationElement): FreeswitchSections {
  const found = {
    profiles: [] as ConfigurationElement[],
    lists: [] as ConfigurationElement[],
    contexts: [] as ConfigurationElement[],
    domains: [] as ConfigurationElement[],
    looseGateways: [] as ConfigurationElement[],
    looseExtensions: [] as ConfigurationElement[],
  };
  const visit = (element: ConfigurationElement): void => {
    if (element.name === 'profile') found.profiles.push(element);
    else if (element.name === 'lists') found.lists.push(...element.childrenNamed('list'));
    else if (element.name === 'context') found.contexts.push(element);
    else if (element.name === 'domain') found.domains.push(element);
    else if (element.name === 'user') found.looseGateways.push(...gatewaysOf(element));
    else if (element.name === 'gateways') found.looseGateways.push(...element.childrenNamed('gateway'));
    else if (element.name === 'gateway') found.looseGateways.push(element);
    else if (element.name === 'extension') found.looseExtensions.push(element);
    else if (mayHold(element)) element.children.forEach(visit);
  };
  root.children.forEach(visit);
  return found;
}

/** Only what leads to something: `<profile>` and `<list>` are other things elsewhere. */
function mayHold(element: ConfigurationElement): boolean {
  if (element.name !== 'configuration') return ['document', 'section', 'profiles', 'domains'].includes(element.name);
  return ['sofia.conf', 'distributor.conf'].includes(element.attribute('name')?.toLowerCase() ?? '');
}

/** Of a domain, the gateways of its users, where FreeSWITCH looks for them (contract 3.4). */
export function gatewaysOfDomain(domain: ConfigurationElement): readonly ConfigurationElement[] {
  const grouped = domain
    .childrenNamed('groups')
    .flatMap((groups) => groups.childrenNamed('group'))
    .flatMap((group) => group.childrenNamed('users'))
    .flatMap((users) => users.childrenNamed('user'));
  return [...domain.childrenNamed('user'), ...grouped].flatMap(gatewaysOf);
}

/** Those that FreeSWITCH does not find: `<users>` right in a domain. */
export function unreachedGatewaysOfDomain(domain: ConfigurationElement): readonly ConfigurationElement[] {
  const users = domain.childrenNamed('users').flatMap((all) => all.childrenNamed('user'));
  return users.flatMap((user) => user.childrenNamed('gateways').flatMap((all) => all.childrenNamed('gateway')));
}

function gatewaysOf(user: ConfigurationElement): readonly ConfigurationElement[] {
  return user.child('gateways')?.childrenNamed('gateway') ?? [];
}
