import type { Drift } from './find-drift.ts';

/** What to send for one profile, in this order. */
export interface ProfileWork {
  readonly profile: string;
  /** Gateways to take away. */
  readonly kill: readonly Drift[];
  /** Whether anything is to be added, now or after its end. */
  readonly rescan: boolean;
}

/**
 * Puts drifts together by profile: all that goes first, then one rescan for all that comes (contract 5.4).
 * @param mayGo whether a removed gateway's calls have been waited for
 */
export function planWork(drifts: readonly Drift[], mayGo: (gateway: string) => boolean): readonly ProfileWork[] {
  const profiles = [...new Set(drifts.map(({ profile }) => profile))].sort();
  return profiles
    .map((profile) => {
      const here = drifts.filter((drift) => drift.profile === profile);
      return {
        profile,
        kill: here.filter(({ kind, gateway }) => kind === 'changed' || (kind === 'removed' && mayGo(gateway))),
        rescan: here.some(({ kind }) => kind !== 'removed'),
      };
    })
    .filter(({ kill, rescan }) => kill.length > 0 || rescan);
}

/** The commands of one profile's work, as they are sent. */
export function commandsOf({ profile, kill, rescan }: ProfileWork): readonly string[] {
  return [...kill.map(({ gateway }) => killCommand(profile, gateway)), ...(rescan ? [rescanCommand(profile)] : [])];
}

/** Takes a gateway away; whatever profile is named, it is searched for in all of them (contract 5.3). */
export function killCommand(profile: string, gateway: string): string {
  return `sofia profile ${profile} killgw ${gateway}`;
}

/** Makes a profile fetch its gateways; those that it has stay as they are (contract 5.4). */
export function rescanCommand(profile: string): string {
  return `sofia profile ${profile} rescan`;
}
