import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const textOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The instructions, each on one line. */
const instructions = textOf('Dockerfile')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const last = instructions.findLastIndex((line) => line.startsWith('FROM '));
const image = instructions.slice(last + 1);
const only = (name: string): string => {
  const found = image.filter((line) => line.startsWith(`${name} `));
  expect(found, name).toHaveLength(1);
  return found[0]!.slice(name.length + 1);
};

describe('the image', () => {
  it('stands on pinned bases of one Debian and one Node, and takes nothing from elsewhere', () => {
    const bases = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]!);
    expect(bases).toHaveLength(2);
    expect(bases.filter((base) => !/:(?!latest)[\w.-]+(?:@sha256:[0-9a-f]{64})?$/.test(base))).toEqual([]);
    expect(bases.map((base) => /(?:node:|nodejs)(\d+)/.exec(base)?.[1])).toEqual(['24', '24']);
    expect(bases[0]).toContain('bookworm');
    expect(bases[1]).toContain('debian12');
    expect(instructions.filter((line) => /^ADD |curl|wget|https?:/.test(line))).toEqual([]);
  });

  it('runs as a user that is not root, by number, so that it can be told without a file of users', () => {
    expect(only('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const [owner] = only('USER').split(':');
    expect(image.filter((line) => line.includes('--chown='))).toEqual([
      `COPY --from=build --chown=${owner}:${owner} --chmod=700 /data /data`,
    ]);
  });

  it('needs no shell: everything is run as it is, and nothing is run while it is put together', () => {
    expect(image.filter((line) => line.startsWith('RUN ') || line.startsWith('SHELL '))).toEqual([]);
    const program = ['/nodejs/bin/node', '/app/bin/trunkhunt.mjs'];
    expect(JSON.parse(only('ENTRYPOINT'))).toEqual(program);
    expect(JSON.parse(only('CMD'))).toEqual(['serve', '--create-example']);
    expect(JSON.parse(only('HEALTHCHECK').replace(/^.* CMD /, ''))).toEqual([...program, 'health']);
  });

  it('writes to its volume alone', () => {
    expect(only('ENV')).toContain(`TRUNKHUNT_DATABASE=${only('VOLUME')}/`);
  });

  it('is made of nothing that is secret, or somebody’s own', () => {
    const ignored = textOf('.dockerignore').split('\n');
    for (const name of ['.git', 'node_modules', 'data', 'secrets', '**/*.db', '**/.env*'])
      expect(ignored).toContain(name);
    expect(instructions.filter((line) => /^COPY \. |^ARG |password|token/i.test(line))).toEqual([]);
  });

  it('runs under compose with a read-only root, no capability and no way to a privilege', () => {
    const service = /^ {2}trunkhunt:\n((?: {4}.*\n)+)/m.exec(textOf('compose.yaml'))![1]!;
    for (const line of [
      'read_only: true',
      'cap_drop: [ALL]',
      'security_opt: ["no-new-privileges:true"]',
      '- "127.0.0.1:8080:8080"',
    ]) {
      expect(service).toContain(line);
    }
    expect(service).not.toMatch(/privileged|cap_add|network_mode|docker\.sock/);
  });
});
