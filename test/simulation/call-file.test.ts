import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { OperatorError } from '../../src/errors/operator-error.ts';
import { type FileCall, openCallFile } from '../../src/simulation/call-file.ts';
import { readCallLine } from '../../src/simulation/read-call-line.ts';
import { fileCalls } from '../../src/simulation/file-calls.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { simulatedCall } from './simulated-calls.ts';

const DEFAULTS = simulatedCall({ caller: '200', context: 'default', source: '192.0.2.9' });

function fileOf(text: string): string {
  const path = join(temporaryFolder(), 'calls');
  writeFileSync(path, text);
  return path;
}

/** A line of a decision log. */
function logged(parts: object = {}): string {
  return JSON.stringify({
    ...{ kind: 'decision', id: 'd', at: '2026-11-25T00:00:00.000Z', switch: 'fs2', uuid: 'u', context: 'public' },
    ...{ number: '4930', caller: '77', source: '::ffff:192.0.2.7', headers: { 'X-Account': '7' }, outcome: 'planned' },
    ...{ reason: null, route: 'all', group: 'g', numberAfterRoute: '4930', generation: 3, version: 17, later: [1] },
    ...{ plan: [{ attempt: 1, gateway: 'a', number: '4930' }], gatewaysPassedOver: [] },
    ...parts,
  });
}

async function read(path: string): Promise<FileCall[]> {
  const calls: FileCall[] = [];
  for await (const call of (await openCallFile(path, DEFAULTS)).each()) calls.push(call);
  return calls;
}

async function findingsOf(path: string) {
  const error: unknown = await openCallFile(path, DEFAULTS).catch((it: unknown) => it);
  if (!(error instanceof OperatorError)) throw error;
  return error.findings;
}

describe('a line of calls', () => {
  it('is a number, with what is known of its call', () => {
    expect(readCallLine('4930', DEFAULTS)).toMatchObject({ call: { ...DEFAULTS, number: '4930' } });
    expect(readCallLine(' +49 , 7,public,2001:DB8::1, fs9\r', DEFAULTS)).toMatchObject({
      call: { number: '+49', caller: '7', context: 'public', source: '2001:db8::1', switch: 'fs9' },
    });
    expect(readCallLine('4930,,,', DEFAULTS)).toMatchObject({ call: { caller: '200', source: '192.0.2.9' } });
    expect(readCallLine('  ', DEFAULTS)).toEqual({ kind: 'nothing' });
  });

  it.each([
    [',7', 'it has no number'],
    ['1,2,3,192.0.2.1,5,6', 'it has 6 fields, and there are 5'],
    ['1,2,3,host', "its source 'host' is not an IP address"],
    ['1\u00072', 'control character'],
    ['{"kind":', 'no JSON object'],
    ['{"number":"1"}', "no 'kind'"],
    [logged({ outcome: 'lost' }), 'its outcome is none of'],
    [logged({ number: 7 }), 'its number is no text'],
    [logged({ at: 'yesterday' }), "its 'at' is no time"],
  ])('that is bad is told so: %s', (line, what) => {
    const read = readCallLine(line, DEFAULTS);
    expect(read).toMatchObject({ kind: 'bad' });
    expect(read.kind === 'bad' && read.what).toContain(what);
  });

  it('of a log has the call, and where it went', () => {
    expect(readCallLine(logged(), DEFAULTS)).toMatchObject({
      kind: 'call',
      call: {
        number: '4930',
        caller: '77',
        context: 'public',
        source: '192.0.2.7',
        switch: 'fs2',
        headers: new Map([['x-account', '7']]),
      },
      logged: {
        outcome: 'planned',
        route: 'all',
        group: 'g',
        plan: [{ attempt: 1, gateway: 'a', number: '4930' }],
        isMasked: false,
      },
    });
    expect(readCallLine('{"kind":"outcome","id":"d"}', DEFAULTS)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['*1xx#2xxx', '*100#2000'],
    ['xxxx', '0000'],
    ['+49 30 12xx', '+49 30 1200'],
    ['max', 'max'],
  ])('reads masked digits wherever they stand: %s', (number, expected) => {
    expect(readCallLine(logged({ number }), DEFAULTS)).toMatchObject({ call: { number: expected } });
  });

  it('takes masked digits as 0, and leaves names alone', () => {
    const masked = logged({ number: '+4930xxxx', numberAfterRoute: '004930xxxx', caller: 'alex' });
    expect(readCallLine(masked, DEFAULTS)).toMatchObject({
      call: { number: '+49300000', caller: 'alex' },
      logged: { isMasked: true, numberAfterRoute: '004930xxxx' },
    });
  });
});

describe('a file of calls', () => {
  it('is read in its order, across its chunks', async () => {
    const numbers = Array.from({ length: 20_000 }, (_, at) => `49${at}`);
    const calls = await read(fileOf(numbers.join('\n')));
    expect(calls.map(({ call }) => call.number)).toEqual(numbers);
  });

  it('counts what it holds, and passes over a torn last line of a log', async () => {
    const text = `${logged()}\n\n{"kind":"outcome"}\n${logged({ number: '49xx' })}\n{"kind":"deci`;
    const file = await openCallFile(fileOf(text), DEFAULTS);
    expect(file).toMatchObject({ calls: 2, otherLines: 1, maskedCalls: 1, loggedCalls: 2, isTorn: true });
    expect(await findingsOf(fileOf('1\n{"kind":"deci\n'))).toMatchObject([{ code: 'call-line-invalid' }]);
  });

  it('is refused whole where lines are bad: each with its number, up to 20', async () => {
    const path = fileOf(`1\n,\n${'1,2,3,4,5,6\n'.repeat(30)}2\n`);
    const findings = await findingsOf(path);
    expect(findings).toHaveLength(21);
    expect(findings[0]).toMatchObject({ code: 'call-line-invalid', where: `${path}:2` });
    expect(findings[1]).toMatchObject({ where: `${path}:3` });
    expect(findings[20]?.what).toBe('11 further lines of it are bad');
  });

  it('says where it is missing, a folder, or empty', async () => {
    expect(await findingsOf(join(temporaryFolder(), 'none'))).toMatchObject([{ code: 'calls-unreadable' }]);
    expect(await findingsOf(temporaryFolder())).toMatchObject([{ code: 'calls-unreadable' }]);
    expect(await findingsOf(fileOf('\n\n'))).toMatchObject([{ code: 'calls-missing' }]);
  });

  it('that grows meanwhile is read as far as it was looked through', async () => {
    const path = fileOf('1\n2\n');
    const file = await openCallFile(path, DEFAULTS);
    appendFileSync(path, '3\n,bad\n');
    const numbers: string[] = [];
    for await (const { call } of file.each()) numbers.push(call.number);
    expect(numbers).toEqual(['1', '2']);
  });

  it('of a log comes when it came, unless a rate is given', async () => {
    const at = (second: number) => logged({ at: `2026-11-25T00:00:0${second}.000Z` });
    const file = await openCallFile(fileOf([at(2), at(5), at(4)].join('\n')), DEFAULTS);
    const times = async (perSecond: number | undefined) => {
      const all: number[] = [];
      for await (const { atMs } of fileCalls(file, perSecond, 10)) all.push(atMs);
      return all;
    };
    expect(await times(undefined)).toEqual([0, 3000, 2000]);
    expect(await times(4)).toEqual([0, 250, 500]);
  });
});

describe('a line that never ends', () => {
  it('is bad, and no more of it is kept than of a long one', async () => {
    const path = fileOf(`4930\n${'1'.repeat(17 * 1024 * 1024)}\n4931\n`);
    expect(await findingsOf(path)).toMatchObject([
      { code: 'call-line-invalid', where: `${path}:2`, what: 'it is longer than 16777216 characters' },
    ]);
  });
});
