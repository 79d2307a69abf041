import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';

const textOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const unit = textOf('examples/trunkhunt.service');

describe('the unit of systemd', () => {
  it('is the one that docs/systemd.md shows', () => {
    const [, shown] = /```ini\n([^]*?)```/.exec(textOf('docs/systemd.md')) ?? [];
    expect(shown).toBe(unit);
  });

  it('sets what trunkhunt knows, and starts it with nothing more', () => {
    const pairs = [...unit.matchAll(/^Environment=(TRUNKHUNT_\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]);
    expect(pairs.length).toBeGreaterThan(2);
    const settings = readSettings(
      {
        flags: {},
        environment: Object.fromEntries(pairs) as Record<string, string>,
        readFile: () => 'user:password\n',
      },
      'listen',
    );
    expect(settings.database).toBe('%S/trunkhunt/inventory.db');
    expect(unit).toContain('LoadCredential=credentials:');
    expect(unit).not.toMatch(/password/i);
  });

  it('has it started again, but for a wrong setting, and sooner than it would be given up', () => {
    expect(unit).toMatch(/^Restart=always$/m);
    expect(unit).toMatch(/^RestartPreventExitStatus=2$/m);
    expect(unit).toMatch(/^StartLimitIntervalSec=0$/m);
    // It ends within 5 s by itself.
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1])).toBeGreaterThan(5);
  });

  it.each([
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'ProtectSystem=strict',
    'SystemCallFilter=@system-service',
    'UMask=0077',
  ])('gives it nothing that it does not need: %s', (line) => {
    expect(unit.split('\n')).toContain(line);
  });
});
