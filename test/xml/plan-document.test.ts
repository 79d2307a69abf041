import { describe, expect, it } from 'vitest';

import { planDocument, refusalDocument } from '../../src/xml/plan-document.ts';
import { decideCall, planCall, TWO_GATEWAYS } from '../support/plan-call.ts';
import { outlineOf, readDocument } from '../support/read-document.ts';
import { readPlan } from '../support/read-plan.ts';

const documentOf = (sql: string): string => planDocument(planCall(TWO_GATEWAYS + sql), 'd-1');
const actionsOf = (sql: string): string[] =>
  readPlan(readDocument(documentOf(sql)), 'default', 'digits').actions.map(
    ({ application, data }) => `${application} ${data}`,
  );

const leg = (gateway: string, number: string, attempt: number): string =>
  'bridge [leg_progress_timeout=10,leg_timeout=60,outbound_redirect_fatal=true,' +
  `trunkhunt_decision=d-1,trunkhunt_attempt=${attempt}]sofia/gateway/${gateway}/${number}`;
const NEXT =
  'set continue_on_fail=DESTINATION_OUT_OF_ORDER,GATEWAY_DOWN,INVALID_GATEWAY,NETWORK_OUT_OF_ORDER,' +
  'NORMAL_CIRCUIT_CONGESTION,NORMAL_TEMPORARY_FAILURE,NORMAL_UNSPECIFIED,NO_USER_RESPONSE,PROGRESS_TIMEOUT,RECOVERY_ON_TIMER_EXPIRE,' +
  'REQUESTED_CHAN_UNAVAIL,SERVICE_UNAVAILABLE,SWITCH_CONGESTION';
const FORGET = 'unset last_bridge_proto_specific_hangup_cause';
const NOT_TRIED = 'set continue_on_fail=INVALID_GATEWAY,GATEWAY_DOWN';
const causesOf = (action: string): string => action.slice('set continue_on_fail='.length);

describe('a plan', () => {
  it('is one unconditional extension of the context, with one bridge for each gateway', () => {
    const outline = outlineOf(readDocument(documentOf('')));
    expect(outline.slice(0, 5)).toEqual([
      'document type=freeswitch/xml',
      ' section name=dialplan',
      '  context name=default',
      '   extension name=trunkhunt all',
      '    condition',
    ]);
    expect(actionsOf('')).toEqual([
      'set hangup_after_bridge=true',
      'set call_timeout=65',
      NEXT,
      leg('gw1', '1004', 1),
      NOT_TRIED,
      FORGET,
      leg('gw2', '1004', 2),
      'respond 503',
    ]);
  });

  it('is the same bytes every time', () => {
    expect(documentOf('')).toBe(documentOf(''));
  });

  it('with one leg narrows what it goes on after at once', () => {
    expect(actionsOf('UPDATE gateway_groups SET max_attempts = 1').slice(2)).toEqual([
      NOT_TRIED,
      leg('gw1', '1004', 1),
      'respond 503',
    ]);
  });

  it('with three legs says the causes once, and is small', () => {
    const sql = `INSERT INTO gateways (name, proxy) VALUES ('gw3', 'h');
      INSERT INTO gateway_group_members (group_name, gateway) VALUES ('2gw', 'gw3');`;
    const actions = actionsOf(sql);
    expect(actions.filter((action) => action.startsWith('bridge'))).toHaveLength(3);
    expect(actions.filter((action) => action === NEXT)).toHaveLength(1);
    expect(Buffer.byteLength(documentOf(sql))).toBeLessThan(2_000);
  });

  it("dials what each gateway's rules make of the number", () => {
    const rules = "UPDATE gateways SET strip_digits = 2, add_prefix = '+49' WHERE name = 'gw2'";
    expect(actionsOf(rules).filter((action) => action.startsWith('bridge'))).toEqual([
      leg('gw1', '1004', 1),
      leg('gw2', '+4904', 2),
    ]);
  });

  it('says who calls where the route says so', () => {
    const actions = actionsOf("UPDATE routes SET caller_id_number = '+4930', caller_id_name = 'Zoë & Co'");
    expect(actions.slice(0, 4)).toEqual([
      'set hangup_after_bridge=true',
      'set call_timeout=65',
      'set effective_caller_id_number=+4930',
      'set effective_caller_id_name=Zoë & Co',
    ]);
  });
});

describe('timeouts', () => {
  it('are those of the group, on every leg', () => {
    const sql = 'UPDATE gateway_groups SET progress_timeout_seconds = 3, answer_timeout_seconds = 20';
    const { legs } = readPlan(readDocument(documentOf(sql)), 'default');
    for (const each of legs)
      expect(each).toMatchObject({ legProgressTimeout: 3, legTimeout: 20, outboundRedirectFatal: true });
  });

  it.each([
    [1, undefined],
    [58, undefined],
    [59, 'set call_timeout=64'],
    [60, 'set call_timeout=65'],
    [3600, 'set call_timeout=3605'],
  ])("of %d s leave or lift the 60 s of FreeSWITCH, so that the leg's own always comes first", (seconds, setting) => {
    const actions = actionsOf(`UPDATE gateway_groups SET answer_timeout_seconds = ${seconds}`);
    const bridge = actions.findIndex((action) => action.startsWith('bridge'));
    expect(actions.findIndex((action) => action.startsWith('set call_timeout'))).toBeLessThan(bridge);
    expect(actions.find((action) => action.startsWith('set call_timeout'))).toBe(setting);
  });
});

describe('a plan in which mod_distributor chooses', () => {
  const BY_DISTRIBUTOR = "UPDATE gateway_groups SET chooser = 'mod_distributor';";

  it('asks it, without the gateways that are down, and calls nobody twice after it', () => {
    const plan = planCall(TWO_GATEWAYS + BY_DISTRIBUTOR);
    expect(plan.legs).toHaveLength(1);
    expect(actionsOf(BY_DISTRIBUTOR).slice(2)).toEqual([
      'set trunkhunt_gateway=${expand(distributor 2gw ${sofia(profile external gwlist down)})}',
      NEXT,
      leg('${trunkhunt_gateway}', '1004', 1),
      `set continue_on_fail=\${cond(x\${trunkhunt_gateway} == x-err ? ${causesOf(NEXT)} : ${causesOf(NOT_TRIED)})}`,
      FORGET,
      leg('${cond(x${trunkhunt_gateway} == xgw1 ? gw2 : gw1)}', '1004', 2),
      NOT_TRIED,
      FORGET,
      leg('${cond(x${trunkhunt_gateway} == x-err ? gw2 : -err)}', '1004', 3),
      'respond 503',
    ]);
  });

  it('asks every profile of the members once', () => {
    const actions = actionsOf(`${BY_DISTRIBUTOR} UPDATE gateways SET profile = 'internal' WHERE name = 'gw1';`);
    expect(actions).toContain(
      'set trunkhunt_gateway=${expand(distributor 2gw ${sofia(profile external gwlist down)} ${sofia(profile internal gwlist down)})}',
    );
  });

  it('goes on to the named legs after an unknown list even where nothing else is gone on after', () => {
    const actions = actionsOf(`${BY_DISTRIBUTOR} DELETE FROM failover_causes;`);
    expect(actions.slice(3)).toEqual([
      'set continue_on_fail=INVALID_GATEWAY',
      leg('${trunkhunt_gateway}', '1004', 1),
      NOT_TRIED,
      FORGET,
      leg('gw1', '1004', 2),
      'respond 503',
    ]);
  });
});

describe('a refusal', () => {
  it.each([484, 503] as const)('with %d is explicit, since not found would only send the call on', (status) => {
    const { route } = planCall(TWO_GATEWAYS);
    const root = readDocument(refusalDocument(route, status));
    expect(readPlan(root, 'default').actions).toEqual([{ application: 'respond', data: String(status) }]);
    expect(refusalDocument(route, status)).toBe(refusalDocument(route, status));
  });

  it('is in the context of the route, which FreeSWITCH compares without regard to case', () => {
    const decision = decideCall(
      `${TWO_GATEWAYS} UPDATE routes SET context = 'Public', source_network = '0.0.0.0/0'`,
      '1004',
      'PUBLIC',
    );
    expect(decision.outcome).toBe('no_route');
    const found = decideCall(
      `${TWO_GATEWAYS} UPDATE routes SET context = 'Public', dial_number = '1'`,
      'bob',
      'PUBLIC',
    );
    if (found.outcome !== 'rejected_number') throw new Error(found.outcome);
    expect(readPlan(readDocument(refusalDocument(found.route, 484)), 'PUBLIC').legs).toEqual([]);
  });
});
