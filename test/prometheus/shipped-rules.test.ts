import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPrometheusMissing, promtool } from '../support/prometheus/prometheus-program.ts';

const root = new URL('../../', import.meta.url).pathname;
const folder = join(root, 'prometheus');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

const rules = textOf('prometheus/trunkhunt.rules.yml');
const alerts = [...rules.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name = '']) => name);
const unitTests = readdirSync(folder).filter((file) => file.endsWith('.test.yml'));

/** Of every case in the unit tests: the alert, and whether it is to fire. */
const cases = unitTests
  .flatMap((file) =>
    textOf(`prometheus/${file}`)
      .split(/^ +- eval_time:/m)
      .slice(1),
  )
  .map((text) => ({ alert: /alertname: (\w+)/.exec(text)?.[1], fires: !text.includes('exp_alerts: []') }));

describe('the shipped alerts', () => {
  it('are there, each once', () => {
    expect(alerts.length).toBeGreaterThan(12);
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  it('have a runbook each, and docs/alerts.md has no other', () => {
    const sections = [...textOf('docs/alerts.md').matchAll(/^## (Trunkhunt\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts);
    const runbooks = [...rules.matchAll(/^ +runbook: (.+)$/gm)].map(([, place]) => place);
    expect(runbooks).toEqual(alerts.map((name) => `docs/alerts.md#${name.toLowerCase()}`));
  });

  it('say in their runbooks what they mean, what to look at and what to do', () => {
    const sections = textOf('docs/alerts.md').split(/^## /m).slice(1);
    const parts = sections.map((section) => [...section.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part));
    expect(parts).toEqual(alerts.map(() => ['What it means', 'What to look at', 'What to do']));
  });

  it.each(alerts)('%s has a test in which it fires, and one in which it does not', (alert) => {
    const fires = cases.filter((it) => it.alert === alert).map((it) => it.fires);
    expect(new Set(fires)).toEqual(new Set([true, false]));
  });

  it.each(alerts)('%s has a severity, a summary and a description', (alert) => {
    const [, body = ''] = new RegExp(`- alert: ${alert}\n([^]*?)(?:\n *- alert:|\n  - name:|$)`).exec(rules) ?? [];
    expect(body).toMatch(/^ +severity: (?:critical|warning)$/m);
    for (const annotation of ['summary', 'description'])
      expect(body).toMatch(new RegExp(`^ +${annotation}: '.+'$`, 'm'));
  });
});

describe.skipIf(isPrometheusMissing())('by promtool', () => {
  it('the rules are right', () => {
    expect(promtool(['check', 'rules', join(folder, 'trunkhunt.rules.yml')])).toMatchObject({ status: 0 });
  });

  it('the configuration is right', () => {
    expect(promtool(['check', 'config', '--syntax-only', join(folder, 'prometheus.yml')])).toMatchObject({ status: 0 });
  });

  it.each(unitTests)('the alerts pass %s', (file) => {
    const { status, output } = promtool(['test', 'rules', join(folder, file)]);
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
