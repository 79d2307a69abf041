import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = textOf('compose.yaml');
const datasource = textOf('grafana/provisioning/datasources/prometheus.yml');
const prometheus = textOf('prometheus/prometheus.yml');

/** What stands in the first group, once. */
function only(text: string, pattern: RegExp): string {
  const found = [...text.matchAll(new RegExp(pattern, 'gm'))].map(([, value]) => value);
  expect(found, String(pattern)).toHaveLength(1);
  return found[0]!;
}

const services = [...compose.split(/^volumes:/m)[0]!.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
const mounts = [...compose.matchAll(/^ +- (\.\/[^:]+):([^:]+):ro$/gm)].map(([, from = '', to = '']) => ({ from, to }));

it('compose.yaml mounts what is there', () => {
  expect(services).toEqual(['trunkhunt', 'prometheus', 'grafana']);
  expect(mounts.length).toBeGreaterThan(2);
  expect(mounts.filter(({ from }) => !existsSync(join(root, from)))).toEqual([]);
});

it('Prometheus scrapes trunkhunt with the password of compose.yaml', () => {
  const [host, port] = only(prometheus, /targets: \['([^']+)'\]/).split(':');
  expect(services).toContain(host);
  expect(compose).toContain(`127.0.0.1:${port}:${port}`);
  expect(only(prometheus, /password_file: (.+)$/)).toBe('/run/secrets/password');
  expect(only(compose, /echo "(\w+):\$\(cat/)).toBe(only(prometheus, /username: (.+)$/));
});

it('Grafana finds its dashboard, and the Prometheus that is there', () => {
  const folder = only(textOf('grafana/provisioning/dashboards/trunkhunt.yml'), /path: (.+)$/);
  const dashboard = mounts.find(({ from }) => from === './grafana/trunkhunt.json')!.to;
  expect(dirname(dashboard)).toBe(folder);
  expect(only(compose, /DEFAULT_HOME_DASHBOARD_PATH: (.+)$/)).toBe(dashboard);
  expect(services).toContain(only(datasource, /url: http:\/\/(\w+):9090$/));
  expect(only(datasource, /timeInterval: (\w+)$/)).toBe(only(prometheus, /scrape_interval: (\w+)$/));
});
