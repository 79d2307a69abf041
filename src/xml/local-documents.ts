import type { Gateway } from '../routing/gateway.ts';
import type { Name } from '../routing/name.ts';
import { distributorConfiguration, type DistributorList, type ListName } from './distributor-document.ts';
import { gatewaysElement } from './gateways-element.ts';
import { type ServedProfile, profileElement } from './sofia-document.ts';
import { element, writeDocument, type XmlElement } from './write-document.ts';

/** A list that is in a switch's own files only: a look at it tells whether the switch runs on them. */
export const LOCAL_LIST = 'trunkhunt-local' as ListName;

/** The gateways of one profile. */
export interface ProfileGateways {
  readonly profile: Name;
  readonly gateways: readonly Gateway[];
}

/** Where the extensions of a context lie, as FreeSWITCH's include wants it. */
export interface LocalContext {
  readonly context: string;
  readonly files: string;
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
 * The user only holds the gateways. A user without a password is let in with any (sofia_reg.c): nobody may log in as
 * this one, and a look-up of users passes over one of this type (contract 3.6).
 */
function userElement(gateways: readonly Gateway[]): XmlElement {
  return element('user', { id: 'trunkhunt', type: 'pointer' }, [
    element('params', {}, [element('param', { name: 'allow-empty-password', value: 'false' })]),
    gatewaysElement(gateways),
  ]);
}

/** `distributor.conf.xml`. */
export function localDistributorFile(lists: readonly DistributorList[]): string {
  return writeDocument(distributorConfiguration(lists));
}

/** A profile that the inventory holds whole. */
export function localProfileFile(profile: ServedProfile): string {
  return writeDocument(profileElement(profile));
}

/** The extensions of one context, to be included within it. */
export function localExtensionsFile(extensions: readonly XmlElement[]): string {
  return writeInclude(extensions);
}

/** The contexts themselves, for switches that have none of these names: of one name the first counts (contract 6.1). */
export function localContextsFile(contexts: readonly LocalContext[]): string {
  return writeInclude(
    contexts.map(({ context, files }) =>
      element('context', { name: context }, [element('X-PRE-PROCESS', { cmd: 'include', data: files })]),
    ),
  );
}

/** FreeSWITCH drops the lines of `<include>`, which only make one document of several elements (contract 2.3). */
function writeInclude(children: readonly XmlElement[]): string {
  return writeDocument(element('include', {}, children));
}
