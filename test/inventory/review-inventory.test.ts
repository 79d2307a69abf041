import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { reviewInventory } from '../../src/inventory/review-inventory.ts';
import { SOUND_INVENTORY } from '../support/finding-case.ts';
import { PINGED_GATEWAYS, REVIEW_FINDING_CASES } from '../support/review-finding-cases.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const reviewed = (sql: string) => {
  const { snapshot, findings } = temporaryInventory(sql).compile();
  // What is legal only: the review is of inventories that are served.
  expect(findings).toEqual([]);
  return reviewInventory(snapshot!);
};
const onSound = (sql: string) => reviewed(SOUND_INVENTORY + PINGED_GATEWAYS + sql);
const codesOf = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code).sort();
const textOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

describe('a review', () => {
  it('has nothing to say of a sound inventory', () => {
    expect(onSound('')).toEqual([]);
  });

  it('has nothing to say of the shipped example, nor of the one in the documentation', () => {
    expect(reviewed(textOf('examples/inventory.sql'))).toEqual([]);
    const [, statements = ''] = /```sql\n([^]*?)```/.exec(textOf('docs/inventory.md')) ?? [];
    expect(statements).toContain('INSERT INTO gateways');
    expect(reviewed(textOf('examples/inventory.sql') + statements)).toEqual([]);
  });

  it.each(REVIEW_FINDING_CASES)('finds a reason for $code at $where: $shows', ({ code, shows, where, what, fix }) => {
    const findings = onSound(shows);
    expect(codesOf(findings)).toEqual([code]);
    expect(findings[0]).toEqual({
      code,
      where,
      what: expect.stringMatching(what) as string,
      fix: expect.stringMatching(fix) as string,
    });
    expect(CATALOGUE[code][0]).toBe('warning');
  });

  it.each(REVIEW_FINDING_CASES)('finds almost a reason for $code at $where: $nearMiss', ({ nearMiss, nearMissHas }) => {
    expect(codesOf(onSound(nearMiss))).toEqual([...(nearMissHas ?? [])].sort());
  });

  it('says both where a tier is never reached on one switch, and late on another', () => {
    const findings = onSound(`
      INSERT INTO switches (hostname, esl_host) VALUES ('deaf', NULL), ('heard', '127.0.0.1');
      INSERT INTO gateways (name, proxy, ping_seconds) VALUES ('c', '192.0.2.3', 25);
      INSERT INTO gateway_group_members (group_name, gateway, tier) VALUES ('g', 'c', 2);
      INSERT INTO gateway_switches VALUES ('c', 'deaf'), ('c', 'heard'); UPDATE gateway_groups SET max_attempts = 1;`);
    expect(findings.map(({ code, what }) => `${code} ${what.slice(0, 28)}`)).toEqual([
      "tier-never-reached on switch 'deaf' tier 2 is n",
      "tier-reached-late on switch 'heard' tier 2 is ",
    ]);
  });

  it('names a few of many gateways that are not pinged, in one finding', () => {
    const findings = onSound(`WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
        INSERT INTO gateways (name, proxy) SELECT 'x' || i, '192.0.2.3' FROM n;
      INSERT OR IGNORE INTO gateway_group_members (group_name, gateway) SELECT 'g', name FROM gateways;`);
    expect(codesOf(findings)).toEqual(['ping-off']);
    expect(findings[0]?.what).toMatch(/^'x10', 'x11', .*, 'x19' and 11 more neither/);
  });

  it('leaves groups alone that no route uses, but for what their lists show', () => {
    expect(
      codesOf(
        onSound(`UPDATE routes SET enabled = 0; UPDATE gateway_groups SET answer_timeout_seconds = 9;
        UPDATE gateway_group_members SET weight = 0 WHERE gateway = 'b';`),
      ),
    ).toEqual(['weight-on-one']);
  });
});
