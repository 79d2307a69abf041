import type { Drift } from './find-drift.ts';

/** What to send for one profile, in this order. */
export interface ProfileWork {
  readonly profile: string;
  /** Gateways to take away. */
  readonly kill: readonly Drift[];
  /** Gateways that are to be added, now or after their end. */
  readonly coming: readonly string[];
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
        coming: here.flatMap(({ kind, gateway }) => (kind === 'removed' ? [] : [gateway])),
      };
    })
    .filter(({ kill, coming }) => kill.length > 0 || coming.length > 0);
}

/** The commands of one profile's work, as they are sent. */
export function commandsOf({ profile, kill, coming }: ProfileWork): readonly string[] {
  return [...kill.map(killCommand), ...(coming.length > 0 ? [rescanCommand(profile)] : [])];
}

/** Takes a gateway away. It is searched for in all profiles, but the one that is named has to run (contract 5.3). */
export function killCommand({ runningProfile, gateway }: Drift): string {
  return `sofia profile ${runningProfile} killgw ${gateway}`;
}

/** Makes a profile fetch its gateways; those that it has stay as they are (contract 5.4). */
export function rescanCommand(profile: string): string {
  return `sofia profile ${profile} rescan`;
}
