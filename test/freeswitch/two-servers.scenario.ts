import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { FreeswitchLab } from '../support/freeswitch/freeswitch-lab.ts';
import { freePort } from '../support/freeswitch/free-port.ts';
import { reportFigure } from '../support/freeswitch/report-figure.ts';
import { serveProcess } from '../support/serve-process.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

describe('two bindings of mod_xml_curl', () => {
  it('calls go on through the second server when the first is killed or hangs, and through the first again', async () => {
    const port = await freePort();
    lab = await FreeswitchLab.start({ nextPort: port });
    const { path } = lab.inventory;
    const second = await serveProcess([
      '--database',
      path,
      '--state',
      `${path}.second`,
      '--listen',
      `127.0.0.1:${port}`,
    ]);
    onTestFinished(async () => {
      await second.stop();
    });
    const group = await lab.group({ a: {}, b: {} });
    const decided = async (at: number): Promise<number> => {
      const text = await (await fetch(`http://127.0.0.1:${at}/metrics`)).text();
      const sum = /^trunkhunt_decisions_total\{[^}]*outcome="planned"[^}]*\} (\d+)$/m.exec(text)?.[1];
      return Number(sum ?? 0);
    };
    const calls = async (count: number): Promise<readonly number[]> => {
      const seconds: number[] = [];
      for (let call = 0; call < count; call += 1) {
        const { status, seconds: waited } = await group.callOnce();
        expect(status).toBe(200);
        seconds.push(waited);
      }
      return seconds;
    };
    await calls(4);
    expect([await decided(lab.serve.port), await decided(port)]).toEqual([4, 0]);
    // In the midst of calls: one after the other, while it goes.
    const [gone] = await Promise.all([calls(6), lab.killServe()]);
    reportFigure(`the first is killed: the longest of 6 calls was answered after ${Math.max(...gone).toFixed(2)} s`);
    expect(await decided(port)).toBeGreaterThanOrEqual(5);
    await lab.startServe();
    const before = await decided(port);
    await calls(4);
    expect(await decided(port)).toBe(before);
    lab.serve.child.kill('SIGSTOP');
    const hanging = await calls(2);
    lab.serve.child.kill('SIGCONT');
    reportFigure(`the first hangs: a call is answered after ${Math.max(...hanging).toFixed(2)} s`);
    expect(await decided(port)).toBe(before + 2);
  });
});
