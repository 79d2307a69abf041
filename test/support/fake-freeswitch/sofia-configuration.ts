import { equalIgnoringAsciiCase } from '../ascii-case.ts';
import { childrenNamed, type XmlNode } from '../xml-node.ts';
import { isTrue, readGateway, settingsOf, type GatewaySettings } from './read-gateway.ts';

/** A gateway that stands in the switch's own files: loaded before the served ones. */
export interface LocalGateway {
  readonly profile: string;
  readonly name: string;
  readonly proxy: string;
  /** Further parameters, by sofia's names; `register` is false unless it is said. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What sofia.conf says of one profile. */
export interface ProfileConfiguration {
  readonly name: string;
  readonly gateways: readonly GatewaySettings[];
  /** The domains whose users' gateways are asked for in the directory (contract 3.4); `all` is one request. */
  readonly domains: readonly string[];
}

/** The switch's own sofia.conf. */
export function localConfiguration(
  profiles: readonly string[],
  gateways: readonly LocalGateway[],
): readonly ProfileConfiguration[] {
  return profiles.map((name) => ({
    name,
    gateways: gateways.filter(({ profile }) => profile === name).flatMap(localSettings),
    domains: ['all'],
  }));
}

/** A served one. A profile without <settings> is ignored (contract 3.3). */
export function servedConfiguration(configuration: XmlNode): readonly ProfileConfiguration[] {
  const profiles = childrenNamed(configuration, 'profiles')[0];
  return (profiles === undefined ? [] : childrenNamed(profiles, 'profile'))
    .filter((profile) => childrenNamed(profile, 'settings').length > 0)
    .map(servedProfile);
}

function servedProfile(profile: XmlNode): ProfileConfiguration {
  const domains = childrenNamed(profile, 'domains').flatMap((element) => childrenNamed(element, 'domain'));
  return {
    name: profile.attributes.get('name') ?? 'unnamed',
    gateways: childrenNamed(profile, 'gateways').slice(0, 1).flatMap(gatewaysIn),
    domains: domains
      .filter(({ attributes }) => isTrue(attributes.get('parse') ?? ''))
      .map(({ attributes }) => attributes.get('name') ?? ''),
  };
}

/** Of its users and of its groups' users; `<users>` below the domain itself are not looked at (contract 3.4). */
export function gatewaysOfDomain(domain: XmlNode): readonly GatewaySettings[] {
  const grouped = ['groups', 'group', 'users'].reduce<readonly XmlNode[]>(
    (nodes, name) => nodes.flatMap((node) => childrenNamed(node, name)),
    [domain],
  );
  return [domain, ...grouped]
    .flatMap((node) => childrenNamed(node, 'user'))
    .flatMap((user) => childrenNamed(user, 'gateways').slice(0, 1))
    .flatMap(gatewaysIn);
}

function gatewaysIn(gateways: XmlNode): readonly GatewaySettings[] {
  return childrenNamed(gateways, 'gateway')
    .map(readGateway)
    .filter((settings) => settings !== undefined);
}

function localSettings({ name, proxy, parameters = {} }: LocalGateway): readonly GatewaySettings[] {
  const settings = settingsOf(name, new Map(Object.entries({ register: 'false', proxy, ...parameters })));
  return settings === undefined ? [] : [settings];
}

export function profileNamed(
  configuration: readonly ProfileConfiguration[],
  wanted: string,
): ProfileConfiguration | undefined {
  return configuration.find(({ name }) => equalIgnoringAsciiCase(name, wanted));
}
