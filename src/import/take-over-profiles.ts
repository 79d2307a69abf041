import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import { folderBelow } from './freeswitch-source.ts';
import { isTrue } from './is-true.ts';
import { type FreeswitchSections, gatewaysOfDomain, unreachedGatewaysOfDomain } from './freeswitch-sections.ts';
import type { ReadingCollector } from './reading-collector.ts';
import type { GatewayProfile, GatewayTaker } from './gateway-taker.ts';

/** The profile of gateways that stand outside of any. */
const USUAL_PROFILE = 'external';

/** How `export` names the domain that holds a profile's gateways. */
const EXPORTED_DOMAIN = /^trunkhunt-(.+)$/;

interface ProfileSurroundings {
  readonly collector: ReadingCollector;
  readonly variables: GlobalVariables;
  readonly gateways: GatewayTaker;
  readonly isWhole: boolean;
}

/** Takes the gateways of all profiles and of the directory over, in the order in which FreeSWITCH loads them. */
export function takeOverProfiles(sections: FreeswitchSections, around: ProfileSurroundings): void {
  const parsed = new Set<ConfigurationElement>();
  const names = new Set<string>();
  for (const profile of sections.profiles) {
    const name = profile.attribute('name') ?? '';
    const isSecond = names.has(name.toLowerCase());
    names.add(name.toLowerCase());
    takeProfile(profile, isSecond, sections, parsed, around);
  }
  for (const domain of sections.domains) {
    around.gateways.leaveOut(
      unreachedGatewaysOfDomain(domain),
      'FreeSWITCH does not look for gateways in <users> outside of a <group>',
    );
    if (!parsed.has(domain)) takeUnparsed(domain, around);
  }
  for (const gateway of sections.looseGateways) {
    around.gateways.take(gateway, { name: usualProfile(gateway, around), hasTls: undefined });
  }
}

function takeProfile(
  profile: ConfigurationElement,
  isSecond: boolean,
  { domains }: FreeswitchSections,
  parsed: Set<ConfigurationElement>,
  { gateways }: ProfileSurroundings,
): void {
  const name = profile.attribute('name') ?? '';
  const [first, ...others] = profile.childrenNamed('gateways');
  const own = first?.childrenNamed('gateway') ?? [];
  const ignored = [...others.flatMap((other) => other.childrenNamed('gateway')), ...profile.childrenNamed('gateway')];
  gateways.leaveOut(ignored, "FreeSWITCH looks only into the profile's first <gateways>");
  const settings = profile.child('settings');
  if (isSecond) gateways.leaveOut(own, `there is a profile '${name}' before this one, and the first wins`);
  else if (settings === undefined)
    gateways.leaveOut(own, `profile '${name}' has no <settings>, and FreeSWITCH does not start it`);
  if (isSecond || settings === undefined) return;
  const known: GatewayProfile = { name, hasTls: tlsOf(settings) };
  for (const gateway of own) gateways.take(gateway, known);
  for (const asked of profile.child('domains')?.childrenNamed('domain') ?? []) {
    if (!isTrue(asked.attribute('parse'))) continue;
    const wanted = asked.attribute('name')?.toLowerCase() ?? '';
    const found = domains.filter((domain) => wanted === 'all' || domain.attribute('name')?.toLowerCase() === wanted);
    for (const domain of wanted === 'all' ? found : found.slice(0, 1)) {
      parsed.add(domain);
      for (const gateway of gatewaysOfDomain(domain)) gateways.take(gateway, known);
    }
  }
}

function tlsOf(settings: ConfigurationElement): boolean | undefined {
  const values = settings.childrenNamed('param').filter((param) => param.attribute('name')?.toLowerCase() === 'tls');
  const value = values.at(-1)?.attribute('value') ?? '';
  // It may hang on a variable that only the switch knows.
  return value.includes('\ue000') ? undefined : isTrue(value);
}

function takeUnparsed(domain: ConfigurationElement, around: ProfileSurroundings): void {
  const exported = EXPORTED_DOMAIN.exec(domain.attribute('name') ?? '')?.[1];
  const held = gatewaysOfDomain(domain);
  if (around.isWhole && exported === undefined) {
    around.gateways.leaveOut(
      held,
      'no profile has a <domain name="..." parse="true"> for its domain, so FreeSWITCH never loads it',
    );
    return;
  }
  for (const gateway of held) {
    const name = exported ?? usualProfile(gateway, around);
    around.gateways.take(gateway, { name, hasTls: undefined, isExported: exported !== undefined });
  }
}

function usualProfile(gateway: ConfigurationElement, { collector, variables }: ProfileSurroundings): string {
  const from = gateway.place;
  const folder = folderBelow(from.file, 'sip_profiles');
  if (folder !== undefined) return folder;
  const what = `gateway '${variables.asWritten(gateway.attribute('name') ?? '')}'`;
  collector.remark(from, what, `no file names its profile; it is put into '${USUAL_PROFILE}'`);
  return USUAL_PROFILE;
}
