import { type FreeswitchOptions, readFreeswitch } from '../../src/import/read-freeswitch.ts';
import type { LeftOut, Reading } from '../../src/import/reading.ts';
import { temporaryTree } from './temporary-tree.ts';

/** A whole configuration: each part where FreeSWITCH's own has it. */
export interface WrittenTree {
  readonly vars?: string;
  readonly profiles?: string;
  readonly distributor?: string;
  readonly dialplan?: string;
  readonly directory?: string;
}

/** The files of a whole configuration. */
export function wholeTree(tree: WrittenTree): Readonly<Record<string, string>> {
  return {
    'freeswitch.xml': `<document type="freeswitch/xml">
${tree.vars ?? ''}
<section name="configuration">
<configuration name="sofia.conf"><profiles>
${tree.profiles ?? ''}
</profiles></configuration>
<configuration name="distributor.conf"><lists>
${tree.distributor ?? ''}
</lists></configuration>
</section>
<section name="dialplan">
${tree.dialplan ?? ''}
</section>
<section name="directory">
${tree.directory ?? ''}
</section>
</document>
`,
  };
}

/** Reads a whole configuration. */
export function readTree(tree: WrittenTree, options: FreeswitchOptions = {}): Reading {
  return readFreeswitch([temporaryTree(wholeTree(tree))], options);
}

/** Gateways that need nothing, in a profile. */
export function plainGateways(...names: readonly string[]): string {
  const gateways = names.map(
    (name) =>
      `<gateway name="${name}"><param name="proxy" value="192.0.2.1"/><param name="register" value="0"/></gateway>`,
  );
  return `<profile name="external"><gateways>${gateways.join('\n')}</gateways><settings/></profile>`;
}

/** What was left out or remarked, without its place. */
export function said(entries: readonly LeftOut[]): readonly string[] {
  return entries.map(({ what, why }) => `${what}: ${why}`);
}
