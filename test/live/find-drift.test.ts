import { describe, expect, it } from 'vitest';
import { findDrift, visibleDifference } from '../../src/live/find-drift.ts';
import { fingerprintOf } from '../../src/live/wanted-gateway.ts';
import type { RunningGateway } from '../../src/xml/read-xmlstatus.ts';
import { buildSnapshot, type GatewayPlan } from '../support/build-snapshot.ts';

type Gateways = Readonly<Record<string, GatewayPlan>>;

const wantedOf = (gateways: Gateways) =>
  new Map(
    buildSnapshot({ gateways }).gateways.map((gateway) => [
      gateway.name as string,
      { gateway, fingerprint: fingerprintOf(gateway) },
    ]),
  );

const appliedOf = (gateways: Gateways) =>
  new Map([...wantedOf(gateways)].map(([name, { fingerprint }]) => [name, { fingerprint, drainSeconds: 300 }]));

/** A gateway as it runs where nothing was said of it but its proxy. */
const runningOf = (name: string, as: Partial<RunningGateway> = {}): readonly [string, RunningGateway] => [
  name,
  {
    name,
    profile: 'external',
    proxy: `sip:${name}.example`,
    username: 'FreeSWITCH',
    expireSeconds: '3600',
    pingSeconds: 0,
    state: 'NOREG',
    isUp: true,
    callsOut: 0,
    ...as,
  },
];

const REGISTERED: GatewayPlan = { register: 1, username: 'u', password: 'p', expireSeconds: 600, pingSeconds: 30 };
const AS_REGISTERED: Partial<RunningGateway> = { username: 'u', expireSeconds: '600', pingSeconds: 30, state: 'REGED' };

describe('a switch has drifted', () => {
  it('in nothing where each gateway runs with the definition that was applied', () => {
    const gateways = { a: {}, r: REGISTERED };
    const running = new Map([runningOf('a'), runningOf('r', AS_REGISTERED)]);
    expect(findDrift({ wanted: wantedOf(gateways), running, applied: appliedOf(gateways) })).toEqual([]);
  });

  it('by a gateway that it does not have, whatever was applied', () => {
    for (const applied of [appliedOf({}), appliedOf({ a: {} })]) {
      expect(findDrift({ wanted: wantedOf({ a: { profile: 'wan' } }), running: new Map(), applied })).toEqual([
        {
          gateway: 'a',
          profile: 'wan',
          runningProfile: '',
          kind: 'new',
          reason: 'the switch does not have it',
          isRegistering: false,
        },
      ]);
    }
  });

  it('by what it does not show: a password, a parameter', () => {
    const [before, after] = [{ a: { ...REGISTERED, password: 'old' } }, { a: { ...REGISTERED, password: 'new' } }];
    const running = new Map([runningOf('a', AS_REGISTERED)]);
    const drift = findDrift({ wanted: wantedOf(after), running, applied: appliedOf(before) });
    expect(drift).toEqual([
      {
        gateway: 'a',
        profile: 'external',
        runningProfile: 'external',
        kind: 'changed',
        reason: 'its definition changed since it was applied',
        isRegistering: true,
      },
    ]);
    expect(JSON.stringify(drift)).not.toMatch(/old|new/);
  });

  it('by what it shows, also where the definition was applied', () => {
    const drift = findDrift({
      wanted: wantedOf({ a: {} }),
      running: new Map([runningOf('a', { proxy: 'sip:b.example' })]),
      applied: appliedOf({ a: {} }),
    });
    expect(drift.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['changed', "proxy is 'sip:b.example', wanted is 'sip:a.example'"],
    ]);
  });

  it('by nothing where it runs as far as can be seen, and nobody knows what was applied', () => {
    expect(findDrift({ wanted: wantedOf({ a: {} }), running: new Map([runningOf('a')]), applied: new Map() })).toEqual(
      [],
    );
  });

  it('by a gateway of ours that is wanted no more, and by none of somebody else', () => {
    const running = new Map([runningOf('ours', AS_REGISTERED), runningOf('foreign')]);
    expect(findDrift({ wanted: new Map(), running, applied: appliedOf({ ours: {} }) })).toEqual([
      {
        gateway: 'ours',
        profile: 'external',
        runningProfile: 'external',
        kind: 'removed',
        reason: 'SQL does not want it here any more',
        isRegistering: true,
      },
    ]);
  });

  it('by no gateway that is neither there nor wanted', () => {
    expect(findDrift({ wanted: new Map(), running: new Map(), applied: appliedOf({ a: {} }) })).toEqual([]);
  });
});

describe('what a switch shows of a gateway', () => {
  const differenceOf = (plan: GatewayPlan, as: Partial<RunningGateway>) =>
    visibleDifference(buildSnapshot({ gateways: { a: plan } }).gateways[0]!, runningOf('a', as)[1]);

  it.each<[string, GatewayPlan, Partial<RunningGateway>]>([
    ["profile is 'wan', wanted is 'external'", {}, { profile: 'wan' }],
    ["proxy is 'sip:b.example', wanted is 'sip:a.example'", {}, { proxy: 'sip:b.example' }],
    ["username is 'x', wanted is 'FreeSWITCH'", {}, { username: 'x' }],
    ["register is 'true', wanted is 'false'", {}, { state: 'REGED' }],
    ["register is 'false', wanted is 'true'", REGISTERED, { ...AS_REGISTERED, state: 'NOREG' }],
    ["ping is '5', wanted is '0'", {}, { pingSeconds: 5 }],
    ["ping is '30', wanted is '60'", { ...REGISTERED, pingSeconds: 60 }, AS_REGISTERED],
    ["expire-seconds is '600', wanted is '3600'", {}, { expireSeconds: '600' }],
  ])('differs: %s', (difference, plan, as) => {
    expect(differenceOf(plan, as)).toBe(difference);
  });

  it.each(['UNREGED', 'TRYING', 'REGISTER', 'REGED', 'UNREGISTER', 'FAILED', 'FAIL_WAIT', 'EXPIRED', 'TIMEOUT'])(
    'is a gateway that registers while it is %s',
    (state) => {
      expect(differenceOf(REGISTERED, { ...AS_REGISTERED, state })).toBeUndefined();
    },
  );

  it('does not tell whether a gateway that was silenced registers', () => {
    expect([
      differenceOf({}, { state: 'DOWN' }),
      differenceOf(REGISTERED, { ...AS_REGISTERED, state: 'DOWN' }),
    ]).toEqual([undefined, undefined]);
  });

  it('does not differ by whether it is up, or by its calls', () => {
    expect(differenceOf({}, { isUp: false, callsOut: 7 })).toBeUndefined();
  });
});
