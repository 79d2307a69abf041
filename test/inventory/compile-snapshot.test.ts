import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { SOUND_INVENTORY, UNCHECKED } from '../support/finding-case.ts';
import { GATEWAY_FINDING_CASES } from '../support/gateway-finding-cases.ts';
import { GROUP_FINDING_CASES } from '../support/group-finding-cases.ts';
import { ROUTE_FINDING_CASES } from '../support/route-finding-cases.ts';
import { STRAY_FINDING_CASES } from '../support/stray-finding-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const FINDING_CASES = [
  ...GATEWAY_FINDING_CASES,
  ...STRAY_FINDING_CASES,
  ...GROUP_FINDING_CASES,
  ...ROUTE_FINDING_CASES,
];

const compiled = (sql: string) => temporaryInventory(SOUND_INVENTORY + sql).compile();
const codesOf = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code).sort();

describe('an inventory in which', () => {
  it('nothing is wrong has no finding', () => {
    const { snapshot, findings } = compiled('');
    expect(findings).toEqual([]);
    expect(snapshot?.gateways.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each(FINDING_CASES)('there is a reason for $code at $where', ({ code, shows, where, what, fix, besides = [] }) => {
    const { snapshot, findings } = compiled(shows);
    expect(codesOf(findings)).toEqual([code, ...besides].sort());
    const found = findings.find((it) => it.code === code);
    expect(found).toEqual({
      code,
      where,
      what: expect.stringMatching(what) as string,
      fix: expect.stringMatching(fix) as string,
    });
    expect(snapshot === undefined).toBe(CATALOGUE[code][0] === 'problem');
  });

  it.each(FINDING_CASES)('there is almost a reason for $code at $where', ({ nearMiss, nearMissHas = [] }) => {
    const { snapshot, findings } = compiled(nearMiss);
    expect(codesOf(findings)).toEqual([...nearMissHas].sort());
    expect(snapshot).toBeDefined();
  });
});

describe('the cases above', () => {
  it('are about every code that docs/errors.md has of what is in the tables', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## The inventory\n([^]*?)^## /m.exec(page) ?? [];
    const told = [...section.matchAll(/^### `([a-z-]+)`/gm)].map(([, code = '']) => code);
    // Of documents the live floor tells, which writes them.
    const wanted = told.filter((code) => !code.startsWith('document-'));
    expect(wanted.length).toBeGreaterThan(20);
    expect([...new Set(FINDING_CASES.map(({ code }) => code))].sort()).toEqual(wanted.sort());
  });
});

describe('several things that are wrong', () => {
  it('are told at once, warnings too, and nothing of the rest is served', () => {
    const { snapshot, findings } = compiled(`
      INSERT INTO gateway_params VALUES ('nobody', 'from-domain', 'h'), ('a', 'colour', 'red');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'nobody'), ('none', 'b');
      INSERT INTO failover_causes VALUES ('BUSY', 'next');
      INSERT INTO routes (name, context, group_name, destination_pattern, caller_pattern, source_network) VALUES
        ('s', 'public', 'g', 'a(', 'b[', '192.0.2.1/8'), ('t', 'default', 'none', NULL, NULL, NULL);
      INSERT INTO profile_settings VALUES ('nothing', 'a', 'b');`);
    expect(snapshot).toBeUndefined();
    expect(findings.map(({ code, where }) => `${code} ${where}`).sort()).toEqual([
      "cause-unknown failover_causes['BUSY'].cause",
      "network-invalid routes['s'].source_network",
      "parameter-unknown gateway_params['a, colour'].name",
      "pattern-invalid routes['s'].caller_pattern",
      "pattern-invalid routes['s'].destination_pattern",
      "reference-broken gateway_group_members['g, nobody'].gateway",
      "reference-broken gateway_group_members['none'].group_name",
      "reference-broken gateway_params['nobody'].gateway",
      "reference-broken profile_settings['nothing'].profile",
      "reference-broken routes['t'].group_name",
    ]);
  });

  it('do not bring forth findings of what is only a consequence', () => {
    const { findings } = compiled(`${UNCHECKED}
      INSERT INTO gateways (name, proxy) VALUES ('a b', 'h');
      INSERT INTO gateway_groups (name) VALUES ('only');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('only', 'a b');
      INSERT INTO routes (name, context, group_name) VALUES ('s', 'default', 'only');`);
    expect(findings.map(({ code }) => code)).toEqual(['name-invalid']);
  });
});

describe('a disabled route', () => {
  it('is left out with all that is wrong with it', () => {
    const { snapshot, findings } = compiled(`INSERT INTO routes (context, group_name, destination_pattern, enabled)
      VALUES ('public', 'nobody', '(', 0);`);
    expect(findings).toEqual([]);
    expect(snapshot?.routes.size).toBe(1);
  });
});
