import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Columns, FreeswitchLab, insert, SOON } from '../support/freeswitch/freeswitch-lab.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

/** Definitions that FreeSWITCH reads, or shows, in a way of its own. None of them registers or pings. */
const ODD: Readonly<Record<string, Columns>> = {
  plain: { proxy: '127.0.0.1:9' },
  host: { proxy: 'localhost' },
  capitals: { proxy: 'LocalHost:5090' },
  transport: { proxy: '127.0.0.1:9;transport=udp' },
  tcp: { proxy: '127.0.0.1:9', register_transport: 'tcp' },
  ipv6: { proxy: '[::1]:9' },
  markup: { proxy: '127.0.0.1:9', realm: 'a<b>&"c"', username: "o''neil <x> & co", password: 'p' },
  dollar: { proxy: '127.0.0.1:9', username: '$${domain}${x}', password: 'p' },
  spaces: { proxy: '127.0.0.1:9', username: ' a  b ', password: 'p' },
  accent: { proxy: '127.0.0.1:9', username: 'café', password: 'p' },
  expiry: { proxy: '127.0.0.1:9', expire_seconds: 90, retry_seconds: 7 },
  extension: { proxy: '127.0.0.1:9', extension: 'auto', context: 'inbound' },
  pinged: { proxy: '127.0.0.1:9', ping_seconds: 3600, ping_min: 2, ping_max: 5 },
  'dots.and-dashes_9': { proxy: '127.0.0.1:9' },
};

/** What the preprocessor of FreeSWITCH would act on, if it came as it is (contract 2.3). */
const HOSTILE_VALUES: Readonly<Record<string, string>> = {
  x_global: 'a$${hostname}b',
  x_api: '${system(true)}',
  x_comment: '<!--#exec id-->',
  x_markup: '<X-PRE-PROCESS cmd="exec" data="id"/>',
  x_quotes: `"double" and 'single' & more`,
};

/** After a prefix that has a route. */
const HOSTILE_USERS: Readonly<Record<string, string>> = {
  'a second leg': '%7Csofia/gateway/g1-b/900666',
  'a leg at the same time': ',sofia/gateway/g1-b/1',
  'another host': '%40127.0.0.9',
  'an API call': '$%7Bsystem(true)%7D',
  'a line break': '%0A1',
  'letters beyond ASCII': '%D9%A1',
};

const quoted = (columns: Columns): Columns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, it]) => [name, typeof it === 'string' ? it.replaceAll("'", "''") : it]),
  );

async function isRight(count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { drift, gateways } = await lab.report();
    expect(drift).toEqual([]);
    expect(gateways).toMatchObject({ wanted: count, running: count });
  }, SOON);
}

describe('definitions of every kind', () => {
  it('are known again as what they are, so that nothing is done twice', async () => {
    lab = await FreeswitchLab.start();
    const rows = Object.entries(ODD).map(([name, columns]) => insert('gateways', { name, ...columns }));
    lab.sql(`BEGIN; ${rows.join('\n')} COMMIT;`);
    await isRight(rows.length);
    const run = await lab.cli('switches', 'reconcile');
    expect(run.stdout).toContain('all is as SQL wants it');
    expect((await lab.report()).commands.map(({ command }) => command)).toEqual(['sofia profile external rescan']);
    // Without what was learned, only what the switch shows is there to compare.
    await lab.killServe();
    await lab.startServe();
    await isRight(rows.length);
    expect((await lab.report()).commands).toEqual([]);
  });

  it('values arrive as they were written, and are acted on by nobody', async () => {
    lab = await FreeswitchLab.start();
    const rows = Object.entries(HOSTILE_VALUES).map(([name, value]) =>
      insert('gateway_variables', quoted({ gateway: 'v', name, value })),
    );
    lab.sql(`BEGIN; ${insert('gateways', { name: 'v', proxy: '127.0.0.1:9' })} ${rows.join('\n')} COMMIT;`);
    await isRight(1);
    for (const [name, value] of Object.entries(HOSTILE_VALUES)) {
      expect(await lab.freeswitch.api(`sofia_gateway_data v var ${name}`)).toBe(value);
    }
  });
});

describe('a profile that comes from SQL as well', () => {
  it('runs, and its gateways are followed', async () => {
    lab = await FreeswitchLab.start({ isProfileInSql: true });
    const group = await lab.group({ a: {}, b: {} }, { strategy: 'ordered' });
    expect((await group.callOnce()).status).toBe(200);
    const other = await lab.openGateway();
    const gateway = group.gatewayName('a');
    lab.sql(`UPDATE gateways SET proxy = '${other.address}' WHERE name = '${gateway}'`);
    await vi.waitFor(async () => {
      expect(await lab.freeswitch.gatewayField(gateway, 'proxy')).toBe(`sip:${other.address}`);
    }, SOON);
    await lab.isUp(gateway);
    expect((await group.callOnce()).status).toBe(200);
    expect(other.invites).toHaveLength(1);
  });
});

describe('callers who send more than a number', () => {
  it('get a 484, and no gateway hears of it', async () => {
    lab = await FreeswitchLab.start();
    const group = await lab.group({ a: {}, b: {} });
    for (const [what, user] of Object.entries(HOSTILE_USERS)) {
      const { status } = await lab.caller.call(`${group.prefix}${user}`).final;
      expect({ what, status }).toEqual({ what, status: 484 });
    }
    expect(group.seen()).toBe('');
    const call = lab.caller.call(`${group.prefix}1`, [['X-Odd', '${system(true)} "|,']]);
    expect((await call.final).status).toBe(200);
    await call.hangUp();
  });
});
