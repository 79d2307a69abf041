import { beforeAll, describe, expect, it } from 'vitest';

import { type LocalFile, localFiles } from '../../src/export/local-files.ts';
import { LocalSwitch } from '../support/local-switch.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

/** What an operator may write into SQL and must arrive as that text, whatever FreeSWITCH does to its files. */
const TEXTS = [
  '<!--#exec touch /tmp/owned-->',
  '<X-PRE-PROCESS cmd="exec" data="touch /tmp/owned"/>',
  'x-pre-process',
  '$${default_password} ${system(id)} $1 \' " & < > ]]> &amp; &#36;',
  '</gateway></gateways><include><?xml version="1.0"?>',
  '../../../etc/passwd',
  '"/><action application="system" data="id',
  'Zoë 😀 \u2028\u0085',
];
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2');
  INSERT INTO gateway_groups (name) VALUES ('2gw');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('2gw', 'gw1'), ('2gw', 'gw2');
  INSERT INTO routes (name, context, group_name) VALUES ('all', 'default', '2gw');
  INSERT INTO profiles VALUES ('p');
`;

const COLUMNS: Readonly<Record<string, (text: string) => string>> = {
  'gateways.realm': (text) => `UPDATE gateways SET realm = ${quoted(text)}`,
  'gateways.password': (text) => `UPDATE gateways SET password = ${quoted(text)}`,
  'gateways.context': (text) => `UPDATE gateways SET context = ${quoted(text)}`,
  'gateway_params.value': (text) => `INSERT INTO gateway_params VALUES ('gw1', 'from-domain', ${quoted(text)})`,
  'gateway_variables.value': (text) => `INSERT INTO gateway_variables VALUES ('gw1', 'v', ${quoted(text)}, NULL)`,
  'profile_settings.value': (text) => `INSERT INTO profile_settings VALUES ('p', 'v', ${quoted(text)})`,
  'routes.name': (text) => `UPDATE routes SET name = ${quoted(text)}`,
  'routes.context': (text) => `UPDATE routes SET context = ${quoted(text)}`,
  'routes.note': (text) => `UPDATE routes SET note = ${quoted(text)}`,
  'routes.destination_pattern': (text) => `UPDATE routes SET destination_pattern = ${quoted(`^\\Q${text}\\E|.`)}`,
  'routes.caller_pattern': (text) => `UPDATE routes SET caller_pattern = ${quoted(`\\Q${text}\\E|.`)}`,
  'routes.header_pattern': (text) =>
    `UPDATE routes SET header_name = 'X-A', header_pattern = ${quoted(`\\Q${text}\\E|.`)}`,
};

function exported(sql: string): readonly LocalFile[] {
  const inventory = temporaryInventory(INVENTORY + sql);
  const { snapshot, findings } = inventory.compile();
  inventory.remove();
  if (snapshot === undefined) throw new Error(JSON.stringify(findings));
  return localFiles(snapshot, '').files;
}

/** How many elements there are of each name. */
function shape(files: readonly LocalFile[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { content } of files) {
    for (const [, name = ''] of content.matchAll(/<([A-Za-z-]+)/g)) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe.each(Object.entries(COLUMNS))('a hostile text in %s', (column, sql) => {
  let harmless: ReturnType<typeof shape>;
  beforeAll(() => {
    harmless = shape(exported(sql('harmless')));
  });

  it.each(TEXTS)('makes no file that says or does anything else: %j', (text) => {
    const files = exported(sql(text));
    const isLeftOut = column.endsWith('_pattern') && /[^\x20-\x7e]/.test(text);
    if (isLeftOut) {
      expect(shape(files)['extension']).toBeUndefined();
      return;
    }
    expect(shape(files)).toEqual(harmless);
    for (const { path } of files) expect(path).toMatch(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)+[A-Za-z0-9_.-]+$/);
    // Reading fails where the preprocessor would act, and calling where a plan would run anything but its own.
    const context = column === 'routes.context' ? text : 'default';
    const run = new LocalSwitch(files).call({ context, number: '1004', caller: '5', headers: { 'X-A': 'b' } });
    expect(run.outcome).toBe('answered');
    expect(run.extension).toBe(`trunkhunt ${column === 'routes.name' ? text : 'all'}`);
  });
});
