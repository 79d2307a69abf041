import type { Gateway } from '../routing/gateway.ts';
import type { Profile } from '../routing/snapshot.ts';
import { gatewaysElement, paramElement } from './gateways-element.ts';
import { element, writeAnswer, writeDocument, type XmlElement } from './write-document.ts';

export interface ServedProfile {
  readonly profile: Profile;
  readonly gateways: readonly Gateway[];
}

/** sofia.conf; a profile without `<settings>` would be ignored, so it is written even where it is empty (contract 3.3). */
export function sofiaDocument(profiles: readonly ServedProfile[]): string {
  return writeAnswer('configuration', [
    element('configuration', { name: 'sofia.conf', description: 'sofia endpoint' }, [
      element('profiles', {}, profiles.map(profileElement)),
    ]),
  ]);
}

/** A profile as a file of the switch's own. */
export function localProfileFile(profile: ServedProfile): string {
  return writeDocument(profileElement(profile));
}

function profileElement({ profile, gateways }: ServedProfile): XmlElement {
  return element('profile', { name: profile.name }, [
    gatewaysElement(gateways),
    element('settings', {}, profile.settings.map(paramElement)),
  ]);
}
