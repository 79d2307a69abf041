import { describe, expect, it } from 'vitest';

import { SOUND_INVENTORY, UNCHECKED } from '../support/finding-case.ts';
import { temporaryInventory } from '../support/temporary-inventory.ts';

const SWITCH = "INSERT INTO switches (hostname, esl_host) VALUES ('fs1', '127.0.0.1');";
const compiled = (sql: string) => temporaryInventory(`${SOUND_INVENTORY} ${SWITCH} ${UNCHECKED} ${sql}`).compile();

/** What the schema refuses and a document or decision depends on, written by a client that ignores CHECKs. */
describe('a row that no CHECK has seen', () => {
  it.each([
    ['gateways', "proxy = 'sip:192.0.2.1'", 'the gateway would never go down (contract 5.1)'],
    ['gateways', 'register = 1', 'FreeSWITCH drops a gateway that is to register and has no password'],
    ['gateways', "register_transport = 'quic'", 'FreeSWITCH drops the gateway'],
    ['gateways', "state = 'resting'", 'it is neither active nor disabled'],
    ['gateways', 'strip_digits = -3', 'the last three digits would be dialled'],
    ['gateways', 'ping_min = 3, ping_max = 2', 'the gateway would never come up again'],
    ['gateways', 'max_calls = 0', 'it would always be full'],
    ['gateways', 'max_cps = -1', 'it would always be full'],
    ['gateways', 'drain_seconds = -1', 'calls in progress would not be waited for'],
    ['gateway_groups', "health_mode = 'watch'", 'there is none'],
    ['gateway_groups', "when_all_down = 'panic'", 'there is none'],
    ['gateway_groups', 'fault_limit_percent = 0', 'a gateway without a fault would be ejected'],
    ['gateway_groups', 'fault_limit_percent = 100', 'no gateway would ever be ejected'],
    ['gateway_groups', 'fault_confidence_percent = 49', 'one call would do'],
    ['gateway_groups', 'fault_confidence_percent = 100', 'no gateway would ever be ejected'],
    ['gateway_groups', 'eject_seconds = 0', 'the doubling would never get anywhere'],
    ['gateway_groups', 'slow_start_seconds = -1', 'weights would grow backwards'],
    ['gateway_groups', 'max_attempts = 0', 'every call would be refused with 484'],
    ['gateway_groups', 'progress_timeout_seconds = -1', 'it stands on every leg'],
    ['gateway_groups', 'answer_timeout_seconds = 0', 'it stands on every leg'],
    ['gateway_groups', "strategy = 'random'", 'there is none'],
    ['gateway_groups', "chooser = 'nobody'", 'there is none'],
    ['routes', "destination_charset = 'any'", 'there is none'],
    ['routes', "destination_charset = 'any', destination_prefix = '1'", 'there is none, and a prefix'],
    ['routes', "header_name = 'X-Tenant'", 'the route would match without the header that it names'],
    ['routes', "dial_number = '$1'", 'there is nothing to capture'],
    ['routes', "dial_number = '${system(id)}'", 'it is a dial string'],
    ['routes', 'strip_digits = -3', 'the last three digits would be dialled'],
    ['routes', "caller_id_name = 'x,trunkhunt_gateway=y'", 'it is data of an action'],
    ['routes', "caller_id_number = '${system(id)}'", 'it is data of an action'],
    ['outcome_blame', "blame = 'nobody' WHERE match = '5xx'", 'there is none'],
    ['outcome_blame', "match = '5XX' WHERE match = '5xx'", 'it would match nothing, without a word'],
    ['outcome_blame', "match = 'user_busy' WHERE match = 'USER_BUSY'", 'it would match nothing, without a word'],
    ['switches', "hostname = 'fs1' || char(10)", 'keys of what is learned are lines'],
    ['switches', "esl_host = 'fs 1'", 'it is no host'],
    ['switches', 'esl_port = 65536', 'no socket takes it'],
    ['switches', "esl_password = 'x' || char(10) || 'api shutdown'", 'it would end the command'],
    ['failover_causes', "action = 'maybe' WHERE cause = 'USER_BUSY'", 'there is none'],
  ])('of %s is told of and not served: %s, since %s', (table, assignments) => {
    const { snapshot, findings } = compiled(`UPDATE ${table} SET ${assignments};`);
    expect(findings.filter(({ where }) => where.startsWith(`${table}[`))).not.toEqual([]);
    expect(snapshot).toBeUndefined();
  });

  it('does not bring a parameter to FreeSWITCH that crashes it (contract 5.1)', () => {
    const { snapshot, findings } = compiled("INSERT INTO gateway_params VALUES ('a', 'ping-user-agent', 'x');");
    expect(findings.map(({ where }) => where)).toContain("gateway_params['a, ping-user-agent'].name");
    expect(snapshot).toBeUndefined();
  });

  it('does not give a gateway two parameters of one name', () => {
    const { snapshot } = compiled("INSERT INTO gateway_params VALUES ('a', 'proxy', '198.51.100.1');");
    const names = snapshot?.gateways[0]?.parameters.map(({ name }) => name) ?? [];
    expect(names).toEqual([...new Set(names)]);
  });
});
