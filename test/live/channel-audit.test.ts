import { describe, expect, it } from 'vitest';
import { AnswerRatios } from '../../src/live/answer-ratios.ts';
import { CallLedger } from '../../src/live/call-ledger.ts';
import { ChannelAudit } from '../../src/live/channel-audit.ts';
import { NO_NOTES } from '../../src/live/decision-notes.ts';
import { EjectionBook } from '../../src/live/ejection-book.ts';
import { LegTracker } from '../../src/live/leg-tracker.ts';
import { parseName } from '../../src/routing/name.ts';
import { buildSnapshot } from '../support/build-snapshot.ts';
import { CollectingLog } from './collecting-log.ts';
import { NotedMetrics } from './noted-metrics.ts';
import { ScriptedConnection } from './scripted-connection.ts';

const gw1 = parseName('gw1')!;

interface Channel {
  readonly direction?: string;
  readonly gateway?: string;
  readonly decision?: string;
  readonly attempt?: string;
}

interface AuditPlan {
  readonly hasTable?: boolean;
  readonly onAsked?: (command: string) => void;
}

/** An audit of a switch that has these channels, by uuid. */
function auditOf(channels: Readonly<Record<string, Channel>>, { hasTable = true, onAsked }: AuditPlan = {}) {
  const ledger = new CallLedger();
  const metrics = new NotedMetrics();
  const context = { ledger, metrics, nowMs: () => 0 };
  const book = new EjectionBook({
    ...context,
    log: new CollectingLog(),
    groupsOf: () => [],
    isReachable: () => true,
    onChange: () => undefined,
  });
  const legs = new LegTracker({
    ...context,
    book,
    answerRatios: new AnswerRatios(),
    gatewayOf: () => undefined,
    blame: () => new Map(),
    notes: NO_NOTES,
  });
  const audit = new ChannelAudit(ledger, legs);
  const connection = new ScriptedConnection((command) => {
    onAsked?.(command);
    const [verb, uuid = '', variable = ''] = command.split(' ');
    if (verb === 'uuid_exists') return String(uuid in channels);
    if (verb === 'uuid_getvar') {
      const channel = channels[uuid];
      if (channel === undefined) return '-ERR No such channel!\n';
      const { gateway, decision, attempt } = channel;
      return (
        { sip_gateway_name: gateway, trunkhunt_decision: decision, trunkhunt_attempt: attempt }[variable] ?? '_undef_'
      );
    }
    const rows = Object.entries(channels).map(([id, { direction = 'outbound' }]) => ({
      uuid: id,
      direction,
      state: 'CS_EXECUTE',
    }));
    return hasTable
      ? JSON.stringify(rows.length === 0 ? { row_count: 0 } : { row_count: rows.length, rows })
      : '-ERR no reply\n';
  });
  return {
    ledger,
    audit,
    connection,
    run: () => audit.run(connection, 'fs1'),
    know: (...uuids: readonly string[]) => {
      for (const uuid of uuids)
        ledger.legBegan({ hostname: 'fs1', uuid, gateway: gw1, decisionId: '', attempt: 0 }, undefined, 0);
    },
    known: () => ledger.legsOn('fs1').map(({ uuid, gateway }) => `${uuid} ${gateway}`),
  };
}

describe('an audit of a switch’s calls', () => {
  it('asks nothing more where the table has just the legs that are known', async () => {
    const { run, know, connection, known } = auditOf({ u1: { gateway: 'gw1' } });
    know('u1');
    expect(await run()).toEqual({ found: 0, gone: 0 });
    expect(connection.news()).toEqual(['api show channels as json']);
    expect(known()).toEqual(['u1 gw1']);
  });

  it('takes in legs whose beginning was not seen, with the plan that they belong to', async () => {
    const { run, ledger, known } = auditOf({
      u1: { gateway: 'gw1', decision: 'd1', attempt: '2' },
      u2: { gateway: 'gw2' },
      caller: { direction: 'inbound', gateway: 'gw1' },
      phone: {},
    });
    ledger.open(
      {
        decisionId: 'd1',
        hostname: 'fs1',
        callerUuid: 'caller',
        group: gw1,
        number: '1',
        gateways: buildSnapshot({ gateways: { gw1: {}, gw3: {} } }).gateways,
        firstAttempt: 1,
        probe: undefined,
        openedAtMs: 0,
        expiresAtMs: 1,
      },
      0,
    );
    expect(await run()).toEqual({ found: 2, gone: 0 });
    expect(known()).toEqual(['u1 gw1', 'u2 gw2']);
    expect([ledger.leg('fs1', 'u1')?.plan?.decisionId, ledger.leg('fs1', 'u2')?.plan]).toEqual(['d1', undefined]);
    // Of the plan's two slots the first is passed over, and the second is the leg's.
    expect([ledger.slotsInUse(gw1), ledger.slotsInUse(parseName('gw3')!)]).toEqual([1, 0]);
    expect(await run()).toEqual({ found: 0, gone: 0 });
  });

  it('takes in nobody who is gone by the time that it is asked about', async () => {
    const channels: Record<string, Channel> = { u1: { gateway: 'gw1' } };
    const { run, ledger } = auditOf(channels, {
      onAsked: (command) => {
        if (command.startsWith('uuid_getvar')) delete channels['u1'];
      },
    });
    expect(await run()).toEqual({ found: 0, gone: 0 });
    expect(ledger.legsOn('fs1')).toEqual([]);
  });

  it('lets go of legs that the switch has no more, each after a question: the table lags behind', async () => {
    const channels: Record<string, Channel> = {};
    const { run, know, known, connection, ledger } = auditOf(channels);
    know('u1', 'u2');
    ledger.legBegan({ hostname: 'fs2', uuid: 'u3', gateway: gw1, decisionId: '', attempt: 0 }, undefined, 0);
    expect(await run()).toEqual({ found: 0, gone: 2 });
    expect(connection.news()).toEqual(['api show channels as json', 'api uuid_exists u1', 'api uuid_exists u2']);
    expect([known(), ledger.liveCalls(gw1)]).toEqual([[], 1]);
  });

  it('keeps legs that are not in the table and exist all the same', async () => {
    const { run, know, known } = auditOf({ u1: { gateway: 'gw1' } }, { hasTable: false });
    know('u1', 'u2');
    expect(await run()).toEqual({ found: 0, gone: 1 });
    expect(known()).toEqual(['u1 gw1']);
  });

  it('does not take back a leg that ends while it is asked about', async () => {
    const asked = auditOf(
      { u1: { gateway: 'gw1' } },
      {
        onAsked: (command) => {
          if (command.includes('trunkhunt_decision')) asked.audit.legEnded('u1');
        },
      },
    );
    expect(await asked.run()).toEqual({ found: 0, gone: 0 });
    expect(asked.known()).toEqual([]);
    // Of the next audit nothing is known yet.
    const { run, audit } = auditOf({ u1: { gateway: 'gw1' } });
    audit.legEnded('u1');
    expect(await run()).toEqual({ found: 1, gone: 0 });
  });

  it('does not count a leg as found that an event told of while it is asked about', async () => {
    const asked = auditOf(
      { u1: { gateway: 'gw1' } },
      {
        onAsked: (command) => {
          if (command.includes('trunkhunt_attempt')) asked.know('u1');
        },
      },
    );
    expect(await asked.run()).toEqual({ found: 0, gone: 0 });
    expect([asked.known(), asked.ledger.liveCalls(gw1)]).toEqual([['u1 gw1'], 1]);
  });

  it.each([
    'null',
    '[]',
    '{"rows":7}',
    '{"rows":[null]}',
    '{"rows":[{}]}',
    '-ERR SQL disabled, no data available!\n',
    '',
  ])('lets nobody go, and takes nobody in, by a table that is none: %s', async (table) => {
    const { know, audit, known } = auditOf({});
    know('u1');
    const connection = new ScriptedConnection((command) => (command.startsWith('show') ? table : 'true'));
    expect(await audit.run(connection, 'fs1')).toEqual({ found: 0, gone: 0 });
    expect(known()).toEqual(['u1 gw1']);
  });

  it('asks nothing about a uuid that would be another command', async () => {
    const { audit } = auditOf({});
    const rows = [{ uuid: 'x sip_gateway_name\n\nexit', direction: 'outbound' }];
    const connection = new ScriptedConnection(() => JSON.stringify({ rows }));
    expect(await audit.run(connection, 'fs1')).toEqual({ found: 0, gone: 0 });
    expect(connection.news()).toEqual(['api show channels as json']);
  });

  it('is over where the connection breaks: the next one begins anew', async () => {
    const { audit, run } = auditOf({ u1: { gateway: 'gw1' } });
    const broken = new ScriptedConnection(() => {
      throw new Error('the switch ended the connection');
    });
    await expect(audit.run(broken, 'fs1')).rejects.toThrow('ended');
    audit.legEnded('u1');
    expect(await run()).toEqual({ found: 1, gone: 0 });
  });
});

describe('channels that are no gateway’s legs', () => {
  it('are asked about once, however many there are, and a limited number at a time', async () => {
    const phones = Object.fromEntries(Array.from({ length: 2_500 }, (_, at) => [`phone-${at}`, {}]));
    const { run, connection } = auditOf({ ...phones, u1: { gateway: 'gw1' } });
    const asked = (): number => connection.news().filter((line) => line.includes('sip_gateway_name')).length;
    expect([await run(), asked()]).toEqual([{ found: 0, gone: 0 }, 2_000]);
    expect([await run(), asked()]).toEqual([{ found: 1, gone: 0 }, 501]);
    expect([await run(), asked()]).toEqual([{ found: 0, gone: 0 }, 0]);
  });
});
