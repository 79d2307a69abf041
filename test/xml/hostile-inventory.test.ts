import { beforeAll, describe, expect, it } from 'vitest';

import { directoryDocument } from '../../src/xml/directory-document.ts';
import { planDocument, refusalDocument } from '../../src/xml/plan-document.ts';
import { sofiaDocument } from '../../src/xml/sofia-document.ts';
import { planCall, planOver, TWO_GATEWAYS } from '../support/plan-call.ts';
import { readDocument } from '../support/read-document.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';
import type { XmlNode } from '../support/xml-node.ts';

/** What an operator may write into SQL and must arrive as that text, whatever FreeSWITCH does to answers. */
const TEXTS = [
  '<!--#exec touch /tmp/owned-->',
  '<X-PRE-PROCESS cmd="exec" data="touch /tmp/owned"/>',
  'x-pre-process',
  '$${default_password} ${system(id)} $1 \' " & < > ]]> &amp; &#36;',
  '</gateway></gateways><include><?xml version="1.0"?>',
  'Zoë 😀 \u2028\u0085',
  '"/><param name="proxy" value="198.51.100.66',
];
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function valuesOf(node: XmlNode): ReadonlySet<string> {
  return new Set([...node.attributes.values(), ...node.children.flatMap((child) => [...valuesOf(child)])]);
}
const countOf = (node: XmlNode): number => node.children.reduce((sum, child) => sum + countOf(child), 1);

/** Columns of free text, and the SQL that fills one. */
const OF_GATEWAYS: readonly (readonly [string, (text: string) => string])[] = [
  ...['realm', 'username', 'password', 'extension', 'context'].map(
    (column) => [`gateways.${column}`, (text: string) => `UPDATE gateways SET ${column} = ${quoted(text)}`] as const,
  ),
  ['gateway_params.value', (text) => `INSERT INTO gateway_params VALUES ('gw1', 'from-domain', ${quoted(text)})`],
  ['gateway_variables.value', (text) => `INSERT INTO gateway_variables VALUES ('gw1', 'v', ${quoted(text)}, NULL)`],
  ['profile_settings.value', (text) => `INSERT INTO profile_settings VALUES ('p', 'v', ${quoted(text)})`],
];

const PROFILE = "INSERT INTO profiles VALUES ('p');";

describe.each(OF_GATEWAYS)('a hostile text in %s', (column, sql) => {
  const written = (text: string): readonly string[] => {
    const inventory = temporaryInventory(`${TWO_GATEWAYS} ${PROFILE} ${sql(text)}`);
    const { snapshot } = inventory.compile();
    inventory.remove();
    const { gateways, profiles } = snapshot!;
    const sofia = sofiaDocument([{ profile: profiles[0]!, gateways }]);
    return column.startsWith('profile') ? [sofia] : [sofia, directoryDocument(gateways)];
  };

  let harmless: readonly number[] = [];
  beforeAll(() => {
    harmless = written('harmless').map((document) => countOf(readDocument(document)));
  });

  it.each(TEXTS)('arrives as data: %j', (text) => {
    // Reading fails where the preprocessor would do anything at all.
    const documents = written(text).map((document) => readDocument(document));
    for (const document of documents) expect(valuesOf(document)).toContain(text);
    expect(documents.map(countOf)).toEqual(harmless);
  });
});

describe.each(['name', 'context'])('a hostile text in routes.%s', (column) => {
  let harmless: readonly number[] = [];
  beforeAll(() => {
    const inventory = temporaryInventory(TWO_GATEWAYS);
    const plan = planOver(inventory.compile().snapshot!);
    inventory.remove();
    harmless = [planDocument(plan, 'd-1'), refusalDocument(plan.route, 484)].map((it) => countOf(readDocument(it)));
  });

  it.each(TEXTS)('arrives as data: %j', (text) => {
    const sql = `${TWO_GATEWAYS} UPDATE routes SET ${column} = ${quoted(text)}`;
    const plan = planCall(sql, '1004', column === 'context' ? text : 'default');
    const documents = [planDocument(plan, 'd-1'), refusalDocument(plan.route, 484)].map((it) => readDocument(it));
    for (const document of documents) {
      expect(valuesOf(document)).toContain(column === 'context' ? text : `trunkhunt ${text}`);
    }
    expect(documents.map(countOf)).toEqual(harmless);
  });
});

describe('a hostile text', () => {
  it('in a note is in no document', () => {
    const marked = (text: string): string =>
      ['gateways', 'gateway_groups', 'routes'].map((table) => `UPDATE ${table} SET note = ${quoted(text)};`).join('');
    const [text = ''] = TEXTS;
    const { snapshot } = temporaryInventory(TWO_GATEWAYS + marked(text)).compile();
    const documents = [
      directoryDocument(snapshot!.gateways),
      planDocument(planCall(TWO_GATEWAYS + marked(text)), 'd-1'),
    ];
    expect(documents).toEqual([
      directoryDocument(temporaryInventory(TWO_GATEWAYS).compile().snapshot!.gateways),
      planDocument(planCall(TWO_GATEWAYS), 'd-1'),
    ]);
  });

  it('in caller_id_name is refused before it is in one', () => {
    for (const text of TEXTS.filter((it) => /[,'"\\{}[\]|$<>^;\u0085]/.test(it))) {
      const run = (): unknown => {
        const sql = `PRAGMA ignore_check_constraints = ON; UPDATE routes SET caller_id_name = ${quoted(text)}`;
        return temporaryInventory(`${TWO_GATEWAYS} ${sql}`).compile().snapshot;
      };
      expect(run()).toBeUndefined();
    }
  });

  it('in caller_id_name that FreeSWITCH reads as no syntax arrives as it is', () => {
    const name = 'x-pre-process & #exec-- ?! 😀';
    const document = planDocument(
      planCall(`${TWO_GATEWAYS} UPDATE routes SET caller_id_name = ${quoted(name)}`),
      'd-1',
    );
    expect(valuesOf(readDocument(document))).toContain(`effective_caller_id_name=${name}`);
  });
});
