import type { Gateway } from '../routing/gateway.ts';
import type { GatewayGroup } from '../routing/gateway-group.ts';
import type { Name } from '../routing/name.ts';
import { type ActionData, CHOSEN_GATEWAY, legLimits, NOBODY } from './dial-string.ts';
import type { ListName } from './distributor-document.ts';

/** The channel variable that holds whom a later tier's list names. */
const CHOSEN_LATER = 'trunkhunt_later';

/** The channel variable that holds who was tried, as words. */
const TRIED = 'trunkhunt_tried';

/** The channel variable that grows by a letter with every try. */
const TRIES = 'trunkhunt_tries';

/** What a list is asked for that does not exist: it answers `-err`, and no other list moves on. */
const NO_LIST = '-';

/** Text of a dial string that holds a proven number: captures of an anchored expression, or variables set from them. */
export type LocalNumber = string & { readonly brand: 'LocalNumber' };

/** The channel variable that holds the number for one gateway, where members of a group have different rules. */
export function numberVariable(gateway: Name): string {
  return `trunkhunt_number_${gateway}`;
}

/** What a plan of the switch's own files knows of numbers. */
export interface LocalNumbers {
  /** For a gateway that is named. */
  readonly of: (gateway: Gateway) => LocalNumber;
  /** For whom mod_distributor named. */
  readonly ofChosen: LocalNumber;
  /** Whether a gateway may have none, so that it cannot be called. */
  readonly mayLack: (gateway: Gateway) => boolean;
}

/** One number for all members. @param dialled a constant and captures */
export function sameNumber(dialled: string): LocalNumbers {
  const number = dialled as LocalNumber;
  return { of: () => number, ofChosen: number, mayLack: () => false };
}

/** Each gateway's number in a variable of its own, unset where it has none. */
export function numberByGateway(): LocalNumbers {
  return {
    of: ({ name }) => `\${${numberVariable(name)}}` as LocalNumber,
    ofChosen: `\${trunkhunt_number_\${${CHOSEN_GATEWAY}}}` as LocalNumber,
    mayLack: () => true,
  };
}

/** The leg to whom mod_distributor named last; `-err` is a name that no gateway has. */
export function localChosenLeg(numbers: LocalNumbers, group: GatewayGroup): ActionData {
  return dialString(group, `\${${CHOSEN_GATEWAY}}`, numbers.ofChosen);
}

/** The leg to one gateway. @param limit tries after which it is not called; undefined = whatever happened before */
export function localLeg(
  gateway: Gateway,
  numbers: LocalNumbers,
  group: GatewayGroup,
  limit: number | undefined,
): ActionData {
  const number = numbers.of(gateway);
  const called = numbers.mayLack(gateway) ? condition(`x${number}`, 'x', NOBODY, gateway.name) : gateway.name;
  return dialString(
    group,
    limit === undefined ? called : condition(`\${${TRIES}}`, triesWord(limit), NOBODY, called),
    number,
  );
}

/** Where no tries have been counted yet. */
export const NO_TRIES = `${TRIES}=${triesWord(0)}` as ActionData;

/** Counts the leg before, unless it was no try at all (contract 5.9). */
export const COUNT_TRY =
  `${TRIES}=${notATry('INVALID_GATEWAY', notATry('GATEWAY_DOWN', `\${${TRIES}}t`))}` as ActionData;

/** Notes whom mod_distributor named, so that no gateway is called twice. */
export function noteTried(isFirst: boolean): ActionData {
  return `${TRIED}=${isFirst ? '' : `\${${TRIED}} `}\${${CHOSEN_GATEWAY}}` as ActionData;
}

/** Whom mod_distributor must not name, besides who was tried and who is down. */
export interface Exceptions {
  readonly profiles: readonly Name[];
  /** Names, and variables that hold names. */
  readonly words: readonly string[];
  readonly hasTried: boolean;
}

/** Asks mod_distributor for a gateway of the lowest tier. */
export function askList(list: ListName, exceptions: Exceptions): ActionData {
  return `${CHOSEN_GATEWAY}=${distributor(list, exceptions)}` as ActionData;
}

/**
 * Asks a later tier's list where all before it named nobody. FreeSWITCH expands both branches of a condition, so it is
 * the list's name that depends: a list that is not asked does not move on.
 */
export function askLaterList(list: ListName, exceptions: Exceptions): readonly ActionData[] {
  const asked = condition(`x\${${CHOSEN_GATEWAY}}`, `x${NOBODY}`, list, NO_LIST);
  const chosen = condition(`x\${${CHOSEN_GATEWAY}}`, `x${NOBODY}`, `\${${CHOSEN_LATER}}`, `\${${CHOSEN_GATEWAY}}`);
  return [`${CHOSEN_LATER}=${distributor(asked, exceptions)}`, `${CHOSEN_GATEWAY}=${chosen}`] as ActionData[];
}

function distributor(list: string, { profiles, words, hasTried }: Exceptions): string {
  const down = profiles.map((profile) => `\${sofia(profile ${profile} gwlist down)}`);
  return `\${expand(distributor ${[list, ...words, ...(hasTried ? [`\${${TRIED}}`] : []), ...down].join(' ')})}`;
}

function dialString(group: GatewayGroup, gateway: string, number: LocalNumber): ActionData {
  return `[${legLimits(group)}]sofia/gateway/${gateway}/${number}` as ActionData;
}

function notATry(cause: string, otherwise: string): string {
  return condition('x${originate_disposition}', `x${cause}`, `\${${TRIES}}`, otherwise);
}

function triesWord(tries: number): string {
  return `t${'t'.repeat(tries)}`;
}

function condition(left: string, right: string, then: string, otherwise: string): string {
  return `\${cond(${left} == ${right} ? ${then} : ${otherwise})}`;
}
