import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCli } from '../support/run-cli.ts';
import { sourceFile } from '../support/source-file.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { printFigure } from './print-figure.ts';

const GATEWAYS = 100_000;
const addressOf = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;

/** Twenty gateways a set: that is 5,000 groups and 100,000 members besides. */
const list = (): string =>
  Array.from(
    { length: GATEWAYS },
    (_, at) => `${Math.floor(at / 20)} sip:${addressOf(at)}:5060 8 0 duid=gw${at};weight=5\n`,
  ).join('');

const csv = (): string =>
  ['gwid,type,address,strip,pri_prefix,attrs,probe_mode,state,socket,description\n']
    .concat(Array.from({ length: GATEWAYS }, (_, at) => `gw${at},0,${addressOf(at)}:5060,0,,,2,0,,\n`))
    .join('');

const dump = (): string => {
  const rows = Array.from(
    { length: GATEWAYS },
    (_, at) => `(${at + 1},'gw${at}',0,'${addressOf(at)}:5060',0,NULL,NULL,2,0,NULL,NULL)`,
  );
  return `-- MySQL dump 10\nINSERT INTO \`dr_gateways\` VALUES ${rows.join(',')};\n-- Dump completed\n`;
};

it.each([
  ['a dispatcher.list, in 5,000 groups', 'dispatcher.list', list],
  ['dr_gateways as CSV', 'dr_gateways.csv', csv],
  ['dr_gateways as a dump of MySQL', 'dr_gateways.sql', dump],
])('imports 100,000 gateways from %s', async (what, name, text) => {
  const path = join(temporaryFolder(), 'inventory.db');
  const file = sourceFile(name, text());
  for (const apply of [[], ['--apply']]) {
    const startedMs = performance.now();
    const { child, ended } = startCli(['import', '--database', path, file, ...apply], { timeoutMs: 600_000 });
    let peakKilobytes = 0;
    const timer = setInterval(() => {
      peakKilobytes = Math.max(peakKilobytes, peakOf(child.pid));
    }, 20);
    const { status, stdout } = await ended;
    clearInterval(timer);
    expect(status).toBe(0);
    expect(stdout).toContain(apply.length === 0 ? 'would be made' : 'written: ');
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const verb = apply.length === 0 ? 'preview' : '--apply';
    printFigure(`import of 100,000 gateways from ${what}, ${verb}: seconds`, seconds);
    printFigure('  peak resident memory, MiB', Math.round(peakKilobytes / 1024));
  }
});

/** What Linux says the process has held at most; 0 once it is gone. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
