import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, withBody } from '../support/raw-http.ts';
import { readAnswer } from '../support/read-answer.ts';
import { readPlan } from '../support/read-plan.ts';
import { sampleValue } from '../support/parse-metrics.ts';
import { recordedNames, recordedRequest } from '../support/recorded-request.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

const recordings = recordedNames.filter((name) => name.startsWith('dialplan-'));
const dialled: Readonly<Record<string, string>> = {
  'dialplan-9980': '9980',
  'dialplan-e164-with-custom-headers': '+8613912345678',
  'dialplan-many-headers': '4930123456',
};

describe.each(['digits', 'user'] as const)('a route of charset %s that matches everything', (charset) => {
  describe.each([
    ['no pattern', 'NULL', 'NULL'],
    ["pattern '.*'", "'.*'", 'NULL'],
    ['a capture of everything', "'(.*)'", "'$1'"],
  ])('with %s', (_what, pattern, dialNumber) => {
    let server: TestServer;

    beforeAll(async () => {
      server = await startServer(`
        INSERT INTO gateways (name, proxy) VALUES ('gw1', '192.0.2.1'), ('gw2', '192.0.2.2'), ('gw3', '192.0.2.3');
        INSERT INTO gateway_groups (name) VALUES ('pair');
        INSERT INTO gateway_group_members (group_name, gateway) VALUES ('pair', 'gw1'), ('pair', 'gw2');
        INSERT INTO routes (context, destination_pattern, dial_number, destination_charset, group_name)
          VALUES ('public', ${pattern}, ${dialNumber}, '${charset}', 'pair');`);
    });
    afterAll(() => server.stop());

    async function plan(request: Buffer) {
      const { status, body } = await sendRaw(server.port, request);
      expect(status).toBe(200);
      return readPlan(readAnswer(body), 'public', charset);
    }

    it.each(recordings)('plans or refuses %s, and lets nothing of it through', async (name) => {
      const { actions, legs } = await plan(recordedRequest(name));
      const number = dialled[name];
      if (number === undefined) {
        expect(actions).toEqual([{ application: 'respond', data: '484' }]);
      } else {
        expect(legs.map((leg) => leg.number)).toEqual([number, number]);
        expect(legs.map((leg) => leg.gateway).sort()).toEqual(['gw1', 'gw2']);
      }
    });

    it.each([
      ['empty', '', 'empty'],
      ['one more than the longest', '9'.repeat(65), 'too_long'],
      ['one more than the longest after a plus', `+${'9'.repeat(65)}`, 'too_long'],
      ['a plus alone', '+', 'charset'],
      ['a plus in the middle', '49+30', 'charset'],
      ['a second leg', '1004|error/x', 'charset'],
      ['a second set of legs', '1004:_:error/x', 'charset'],
      ['a parallel leg', '1004,error/x', 'charset'],
      ['a host', '1004@198.51.100.1', 'charset'],
      ['parameters', '1004;fs_path=sip:x', 'charset'],
      ['another profile', '../internal/1004', 'charset'],
      ['a variable', '${password}', 'charset'],
      ['a capture', '$1', 'charset'],
      ['brackets', '[a=b]1', 'charset'],
      ['a line end', '1004\n', 'charset'],
      ['a line in front', '\r\n1004', 'charset'],
      ['a NUL', '1004\0', 'charset'],
      ['digits of another script', '١٢٣', 'charset'],
      ['full-width digits', '１２３', 'charset'],
      ['a percent sign', '100%41', 'charset'],
    ])('refuses %s with 484 and counts it', async (_name, number, reason) => {
      const rejected = async () =>
        sampleValue(await server.metrics(), 'trunkhunt_rejected_numbers_total', { reason }) ?? NaN;
      const before = await rejected();
      // An escape that is already there is copied, so a percent sign has to be written as the switch writes it.
      const written = number === '' ? undefined : number.replace('%', '%25');
      const changes = { 'Hunt-Destination-Number': written, 'Caller-Destination-Number': written };
      const { actions } = await plan(withBody(recordedRequest('dialplan-9980'), changes));
      expect(actions).toEqual([{ application: 'respond', data: '484' }]);
      expect(await rejected()).toBe(before + 1);
    });

    it('refuses every other character, wherever it stands among digits', async () => {
      const allowed = charset === 'user' ? /[0-9*#A-Za-z._-]/ : /[0-9*#]/;
      const others = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
        (it) => !allowed.test(it),
      );
      for (const [at, character] of others.entries()) {
        // A plus may come first; everywhere else it is one of the others.
        const number = character !== '+' && at % 2 === 0 ? `${character}12` : `1${character}2`;
        const { actions } = await plan(
          withBody(recordedRequest('dialplan-9980'), { 'Hunt-Destination-Number': number }),
        );
        expect([number, actions]).toEqual([number, [{ application: 'respond', data: '484' }]]);
      }
    });

    it.each(['9'.repeat(64), `+${'9'.repeat(64)}`, '*#', '0'])('dials %s', async (number) => {
      const { legs } = await plan(withBody(recordedRequest('dialplan-9980'), { 'Hunt-Destination-Number': number }));
      expect(legs.map((leg) => leg.number)).toEqual([number, number]);
    });

    it(`${charset === 'user' ? 'dials' : 'refuses'} the name of a user`, async () => {
      const { actions, legs } = await plan(
        withBody(recordedRequest('dialplan-9980'), { 'Hunt-Destination-Number': 'Bob.O-Neill_7' }),
      );
      if (charset === 'user') expect(legs[0]?.number).toBe('Bob.O-Neill_7');
      else expect(actions).toEqual([{ application: 'respond', data: '484' }]);
    });
  });
});
