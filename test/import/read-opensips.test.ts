import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportOptions } from '../../src/import/import-options.ts';
import { planImport } from '../../src/import/plan-import.ts';
import { readOpensips } from '../../src/import/read-opensips.ts';
import { readSqlDump } from '../../src/import/read-sql-dump.ts';
import { blankInventory } from '../../src/inventory/blank-inventory.ts';
import { changedRows } from '../../src/inventory/changed-rows.ts';
import { compileRows } from '../../src/inventory/inventory-editor.ts';
import { buildCall } from '../support/build-call.ts';
import { findingsOf, NO_OPTIONS, rowsOf } from '../support/source-file.ts';

const GATEWAYS =
  "INSERT INTO dr_gateways (gwid, address) VALUES ('g1','10.0.0.1'), ('g2','10.0.0.2:5080'), ('g3','10.0.0.3'), ('g4','10.0.0.4'), ('g5','10.0.0.5');\n";

const read = (sql: string, options: Partial<ImportOptions> = {}) =>
  readOpensips(readSqlDump({ file: 'd', text: sql }, 'sqlite').rows, { ...NO_OPTIONS, ...options });
const said = (list: readonly { from: { line: number }; what: string; why: string }[]) =>
  list.map(({ from, what, why }) => `${from.line} ${what}: ${why}`);

describe('dr_gateways', () => {
  it('become gateways with their number rules, pings and states', () => {
    const reading = read(
      `INSERT INTO dr_gateways VALUES
      (1,'gw1',0,'sip:10.0.0.1:5061;transport=tls',2,'00',NULL,2,0,NULL,'the first'),
      (2,'gw:2',0,'10.0.0.2',0,'',NULL,0,1,NULL,''),
      (3,'gw3',0,'10.0.0.3',0,NULL,NULL,1,2,NULL,NULL),
      (4,'gw4',0,'10.0.0.4',0,NULL,NULL,0,2,NULL,NULL);`,
      { profile: 'p' },
    );
    expect(rowsOf(reading, 'gateways')).toEqual([
      {
        name: 'gw1',
        proxy: '10.0.0.1:5061',
        register_transport: 'tls',
        strip_digits: 2,
        add_prefix: '00',
        profile: 'p',
        ping_seconds: 30,
        note: 'the first',
      },
      {
        name: 'gw-2',
        proxy: '10.0.0.2',
        register_transport: 'udp',
        strip_digits: 0,
        add_prefix: '',
        profile: 'p',
        state: 'disabled',
      },
      {
        name: 'gw3',
        proxy: '10.0.0.3',
        register_transport: 'udp',
        strip_digits: 0,
        add_prefix: '',
        profile: 'p',
        ping_seconds: 30,
      },
      {
        name: 'gw4',
        proxy: '10.0.0.4',
        register_transport: 'udp',
        strip_digits: 0,
        add_prefix: '',
        profile: 'p',
        state: 'drain',
      },
    ]);
    expect(said(reading.remarks)).toContain(
      "3 gateway gw:2: is gateway 'gw-2': gw:2 is no name that is legal and free",
    );
  });

  it('what has no place, and rows that cannot be, are listed', () => {
    const reading = read(`INSERT INTO dr_gateways VALUES (1,'a',9,'10.0.0.1',0,NULL,'x=1',0,0,'udp:1.1.1.1','');
      INSERT INTO dr_gateways VALUES (2,'a',0,'10.0.0.2',0,NULL,NULL,0,0,NULL,''), (3,'b',0,'a b',0,NULL,NULL,0,0,NULL,'');
      INSERT INTO dr_gateways VALUES (4,'c',0,'10.0.0.2','x',NULL,NULL,0,0,NULL,''), (5,'d',0,'10.0.0.2',0,NULL,NULL,7,0,NULL,''), (6,'',0,'1',0,NULL,NULL,0,0,NULL,'');`);
    expect(rowsOf(reading, 'gateways')).toHaveLength(1);
    expect(said(reading.leftOut)).toEqual([
      '1 gateway a, type 9: a class for the script of OpenSIPS; nothing here reads it',
      "1 gateway a, attrs 'x=1': for the script of OpenSIPS; nothing here reads it",
      '1 gateway a, socket udp:1.1.1.1: a gateway sends from the address of its sofia profile',
      '2 gateway a: a row before has the same gwid',
      "2 gateway b: 'a b' is no SIP address such as sip:192.0.2.1:5060",
      '3 gateway c: strip, type, probe_mode or state is no whole number',
      '3 gateway d: probe_mode is 7; OpenSIPS knows 0, 1 and 2',
      '3 a row of dr_gateways: gwid is empty',
    ]);
  });
});

describe('dr_carriers', () => {
  const members = (reading: ReturnType<typeof read>) =>
    (
      rowsOf(reading, 'gateway_group_members') as {
        group_name: string;
        gateway: string;
        tier: number;
        weight: number;
      }[]
    ).map(({ group_name, gateway, tier, weight }) => `${group_name} ${gateway} ${tier} ${weight}`);

  it('become groups: weights are shares, no weights an order', () => {
    const reading = read(
      `${GATEWAYS}INSERT INTO dr_carriers VALUES (1,'w','g1=20,g2=60,g3',0,'W',0,NULL,'note'), (2,'n','g2,g1,g3,g4',1,'N',0,NULL,NULL), (3,'off','g1',0,'N',1,NULL,NULL), (4,'off2','g1',2,'N',0,NULL,NULL);`,
    );
    expect(rowsOf(reading, 'gateway_groups')).toEqual([
      { name: 'w', note: 'note' },
      { name: 'n', max_attempts: 1 },
      { name: 'off' },
      { name: 'off2' },
    ]);
    expect(members(reading)).toEqual([
      'w g1 1 1',
      'w g2 1 3',
      'w g3 2 1',
      'n g2 1 1',
      'n g1 2 1',
      'n g3 3 1',
      'n g4 4 1',
      'off g1 1 0',
      'off2 g1 1 0',
    ]);
  });

  it('of versions without sort_alg have the flag for weights first', () => {
    const reading = read(
      `${GATEWAYS}INSERT INTO dr_carriers VALUES (1,'w','g1=1,g2=3',1,0,NULL,NULL), (2,'f','g1=1,g2=3',2,0,NULL,NULL), (3,'off','g1',4,0,NULL,NULL);`,
    );
    expect(rowsOf(reading, 'gateway_groups')).toEqual([{ name: 'w' }, { name: 'f', max_attempts: 1 }, { name: 'off' }]);
    expect(members(reading)).toEqual(['w g1 1 1', 'w g2 1 3', 'f g1 1 1', 'f g2 2 1', 'off g1 1 0']);
  });

  it('that cannot be taken over are listed, and so are gateways that are not there', () => {
    const reading = read(
      `${GATEWAYS}INSERT INTO dr_carriers VALUES (1,'a','g1,nobody',0,'Q',0,'x',NULL), (2,'b','nobody',0,'N',0,NULL,NULL), (3,'c','#a',0,'N',0,NULL,NULL), (4,'d','g1;g2',0,'N',0,NULL,NULL);`,
    );
    expect(said(reading.leftOut)).toEqual([
      '2 carrier a, gateway nobody in its list: no row of dr_gateways that was taken over has this gwid',
      '2 carrier a, sort_alg Q: the order of the list is taken; whose calls fail is learned from the calls, see docs/health.md',
      "2 carrier a, attrs 'x': for the script of OpenSIPS; nothing here reads it",
      '2 carrier b, gateway nobody in its list: no row of dr_gateways that was taken over has this gwid',
      '2 carrier c: its list names a carrier, which OpenSIPS refuses',
      '2 carrier d, gateway g1;g2 in its list: no row of dr_gateways that was taken over has this gwid',
      '2 carrier b: there is no gateway in its list',
      '2 carrier d: there is no gateway in its list',
    ]);
  });
});

describe('dr_rules', () => {
  const blank = blankInventory();
  const routes = (reading: ReturnType<typeof read>) =>
    (rowsOf(reading, 'routes') as { name: string; context: string; group_name: string }[]).map(
      (it) => `${it.name} ${it.context} ${it.group_name}`,
    );
  const rule = (values: string) =>
    `${GATEWAYS}INSERT INTO dr_rules (ruleid, groupid, prefix, timerec, priority, routeid, gwlist, sort_alg, attrs) VALUES ${values};`;

  it('become routes: one group for rules that have the same list', () => {
    const reading = read(
      rule(
        "(1,'0','49','',0,'','g1,g2','N',''), (2,'0','33','',0,'','g1,g2','N',''), (3,'0',NULL,NULL,0,NULL,'g1=1,g2=2','W',NULL)",
      ),
    );
    expect(routes(reading)).toEqual([
      'opensips-0-49 default g1_g2',
      'opensips-0-33 default g1_g2',
      'opensips-0-any default g1-1_g2-2',
    ]);
  });

  it('for several groups are in several contexts, which can be named', () => {
    const rules = rule("(1,'0,7','49','',0,'','g1','N','')");
    expect(routes(read(rules))).toEqual(['opensips-0-49 group-0 g1', 'opensips-7-49 group-7 g1']);
    expect(
      routes(
        read(rules, {
          contexts: new Map([
            ['0', 'public'],
            ['7', 'vip'],
          ]),
        }),
      ),
    ).toEqual(['opensips-0-49 public g1', 'opensips-7-49 vip g1']);
    expect(findingsOf(() => read(rules, { contexts: new Map([['', 'default']]) }))).toEqual([
      "import-unclear d:2: groups 0 and 7 of rules would both be in context 'default'",
    ]);
  });

  it('that hold at times only, are behind others, or have no gateways are listed', () => {
    const reading = read(
      rule(`(1,'0','49','20200101T000000|20300101T000000',9,'','g1','N',''),
      (2,'0','49','',1,'5','g2','N','a'), (3,'0','49','',1,'','g3','N',''), (4,'0','50','',0,'','#none','N',''), (5,'x','51','',0,'','g1','N',''), (6,'0','52','',0,'','','N','')`),
    );
    expect(routes(reading)).toEqual(['opensips-0-49 default g2']);
    expect(said(reading.leftOut)).toEqual([
      "3 rule 5: groupid 'x' is no list of numbers",
      '2 rule 1: it holds at times only (20200101T000000|20300101T000000), and routes have no times',
      '3 rule 2, routeid 5: a piece of the script of OpenSIPS',
      "3 rule 2, attrs 'a': for the script of OpenSIPS; nothing here reads it",
      "3 rule 3 in group 0: rule 2 (line 3) comes first for prefix '49' at all times; a route does not fall back to another one",
      '3 rule 4, carrier none in its list: no row of dr_carriers that was taken over has this carrierid',
      '3 rule 4: there is no gateway in its list',
      '3 rule 6: there is no gateway in its list',
    ]);
  });

  it('send a call where OpenSIPS would: the longest prefix, then the highest priority, then the first row', () => {
    const rules = fc.array(
      fc.record({
        group: fc.constantFrom(0, 1),
        prefix: fc.string({ unit: fc.constantFrom('1', '2', '3'), maxLength: 4 }),
        priority: fc.nat({ max: 2 }),
        gateway: fc.integer({ min: 1, max: 5 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const number = fc.string({ unit: fc.constantFrom('1', '2', '3'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rules, fc.array(number, { minLength: 1, maxLength: 10 }), (written, numbers) => {
        const values = written.map(
          (it, at) => `(${at},'${it.group}','${it.prefix}','',${it.priority},'','g${it.gateway}','N','')`,
        );
        const reading = read(rule(values.join(',')), {
          contexts: new Map([
            ['0', 'zero'],
            ['1', 'one'],
          ]),
        });
        const plan = planImport(reading, blank);
        const { snapshot } = compileRows(
          changedRows(
            blank,
            plan.planned.map(({ change }) => change),
          ),
        );
        for (const destinationNumber of numbers) {
          for (const group of [0, 1]) {
            const fitting = written.filter((it) => it.group === group && destinationNumber.startsWith(it.prefix));
            const longest = Math.max(...fitting.map((it) => it.prefix.length));
            const best = fitting.filter((it) => it.prefix.length === longest);
            const first = best.find((it) => it.priority === Math.max(...best.map(({ priority }) => priority)));
            const call = buildCall({ number: destinationNumber, context: group === 0 ? 'zero' : 'one' });
            expect(snapshot?.routes.match(call)?.group.name).toBe(first && `g${first.gateway}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
