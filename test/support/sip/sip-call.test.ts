import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SipCaller } from './sip-caller.ts';
import { SipGateway } from './sip-gateway.ts';

let gateway: SipGateway;
let caller: SipCaller;

beforeEach(async () => {
  gateway = await SipGateway.open();
  caller = await SipCaller.open(() => gateway.port);
});
afterEach(async () => {
  await caller.close();
  await gateway.close();
});

describe('a caller and a gateway, without a switch between them', () => {
  it('speak until the caller hangs up', async () => {
    gateway.script = { ring: true, status: 200, afterMs: 20 };
    const call = caller.call('1004');
    expect(await call.final).toMatchObject({ status: 200, hasRung: true });
    expect(gateway.upCalls.size).toBe(1);
    await call.hangUp();
    expect(gateway.upCalls.size).toBe(0);
    expect(gateway.invites.map(({ number }) => number)).toEqual(['1004']);
  });

  it('speak until the callee hangs up', async () => {
    const call = caller.call('1004');
    await call.final;
    gateway.hangUpAll();
    await call.hungUp;
  });

  it('end without an answer', async () => {
    gateway.script = { status: 486 };
    expect(await caller.call('1').final).toMatchObject({ status: 486, hasRung: false });
    gateway.script = { ring: true };
    const call = caller.call('2');
    await vi.waitFor(() => {
      expect(gateway.invites).toHaveLength(2);
    });
    call.cancel();
    expect(await call.final).toMatchObject({ status: 487 });
    expect(gateway.mostCalls).toBe(1);
  });

  it('a gateway that hangs is asked again, and one that was closed comes back on its port', async () => {
    gateway.script = {};
    const { port } = gateway;
    void caller.call('1');
    await vi.waitFor(() => {
      expect(gateway.invites).toHaveLength(1);
    });
    await gateway.close();
    await gateway.reopen();
    expect(gateway.port).toBe(port);
    gateway.script = { status: 200 };
    expect((await caller.call('2').final).status).toBe(200);
  });
});
