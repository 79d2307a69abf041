import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';
import { gatewaysElement } from './gateways-element.ts';
import { element, writeInclude, type XmlElement } from './write-document.ts';

/** The gateways of one profile. */
export interface ProfileGateways {
  readonly profile: Name;
  readonly gateways: readonly Gateway[];
}

/**
 * Gateways in a file of the directory: FreeSWITCH looks there exactly where nobody answers for it, so that none is ever
 * defined twice (contract 2.1, 3.4). Each profile has a domain of its own, by which it can ask for its own alone.
 */
export function localDirectoryFile(profiles: readonly ProfileGateways[]): string {
  return writeInclude(
    profiles.map(({ profile, gateways }) =>
      element('domain', { name: `trunkhunt-${profile}` }, [userElement(gateways)]),
    ),
  );
}

/**
 * The user only holds the gateways. One without a password is let in with any (sofia_reg.c), so nobody may log in as
 * this one: without an id no look-up finds it (switch_xml.c, find_user_in_tag), whatever it says of its type.
 */
function userElement(gateways: readonly Gateway[]): XmlElement {
  return element('user', {}, [
    element('params', {}, [element('param', { name: 'allow-empty-password', value: 'false' })]),
    gatewaysElement(gateways),
  ]);
}
