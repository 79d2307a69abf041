import type { Gateway } from '../routing/gateway.ts';
import type { RunningGateway } from '../xml/read-xmlstatus.ts';
import type { AppliedGateway, WantedGateway } from './wanted-gateway.ts';

/** What a switch has, wants and was given. */
export interface SwitchGateways {
  readonly wanted: ReadonlyMap<string, WantedGateway>;
  readonly running: ReadonlyMap<string, RunningGateway>;
  readonly applied: ReadonlyMap<string, AppliedGateway>;
}

/** A gateway that is not as it is wanted. */
export interface Drift {
  readonly gateway: string;
  /** The one that it is to be on; of a removed one, where it is. */
  readonly profile: string;
  /** Where it runs now; '' = nowhere. */
  readonly runningProfile: string;
  /** `new`: not there. `changed`: there with another definition. `removed`: there and wanted no more. */
  readonly kind: 'new' | 'changed' | 'removed';
  readonly reason: string;
  /** Whether it registers as it runs: its un-REGISTER has to be over before it is added again. */
  readonly isRegistering: boolean;
}

/**
 * Compares what a switch runs with what SQL wants. Gateways that were never given by us are somebody else's and stay
 * untouched. xmlstatus shows only some fields, so a definition is known by the fingerprint of what was last applied;
 * where that is unknown, by the fields that it shows.
 */
export function findDrift({ wanted, running, applied }: SwitchGateways): readonly Drift[] {
  const drifts: Drift[] = [];
  for (const [name, it] of wanted) {
    const present = running.get(name);
    const { profile } = it.gateway;
    if (present === undefined) {
      const reason = 'the switch does not have it';
      drifts.push({ gateway: name, profile, runningProfile: '', kind: 'new', reason, isRegistering: false });
      continue;
    }
    const reason = changeOf(it, present, applied.get(name));
    if (reason === undefined) continue;
    drifts.push({
      gateway: name,
      profile,
      runningProfile: present.profile,
      kind: 'changed',
      reason,
      isRegistering: isRegistering(present),
    });
  }
  for (const [name, present] of running) {
    if (wanted.has(name) || !applied.has(name)) continue;
    const reason = 'SQL does not want it here any more';
    const { profile } = present;
    drifts.push({
      gateway: name,
      profile,
      runningProfile: profile,
      kind: 'removed',
      reason,
      isRegistering: isRegistering(present),
    });
  }
  return drifts;
}

function changeOf(
  wanted: WantedGateway,
  running: RunningGateway,
  applied: AppliedGateway | undefined,
): string | undefined {
  const seen = visibleDifference(wanted.gateway, running);
  if (seen !== undefined) return seen;
  if (applied !== undefined && applied.fingerprint !== wanted.fingerprint)
    return 'its definition changed since it was applied';
  return undefined;
}

/** The first field in which what runs differs from what is wanted, as far as xmlstatus shows it. */
export function visibleDifference({ profile, parameters }: Gateway, running: RunningGateway): string | undefined {
  const wanted = new Map(parameters.map(({ name, value }) => [name, value]));
  const registers = wanted.get('register') === 'true';
  const fields: readonly (readonly [string, string, string])[] = [
    ['profile', profile, running.profile],
    ['proxy', `sip:${wanted.get('proxy') ?? ''}`, running.proxy],
    ['username', wanted.get('username') ?? 'FreeSWITCH', running.username],
    // DOWN is a gateway of either kind that was told to be silent.
    ['register', String(registers), running.state === 'DOWN' ? String(registers) : String(isRegistering(running))],
    ['ping', wanted.get('ping') ?? '0', String(running.pingSeconds)],
    ['expire-seconds', wanted.get('expire-seconds') ?? '3600', running.expireSeconds],
  ];
  const different = fields.find(([, want, have]) => want !== have);
  return different === undefined ? undefined : `${different[0]} is '${different[2]}', wanted is '${different[1]}'`;
}

function isRegistering({ state }: RunningGateway): boolean {
  return state !== 'NOREG' && state !== 'DOWN';
}
