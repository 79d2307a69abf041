import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { FreeswitchLab, SOON } from '../support/freeswitch/freeswitch-lab.ts';
import { reportFigure } from '../support/freeswitch/report-figure.ts';
import { temporaryFolder } from '../support/temporary-inventory.ts';
import { copyPair, tlsFixture } from '../support/tls-fixture.ts';

let lab: FreeswitchLab;

afterEach(() => lab.stop());

const CALLS = 40;

it('calls go on during a renewal, with both sides verified', async () => {
  const folder = temporaryFolder();
  const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  copyPair('server', files);
  lab = await FreeswitchLab.start({
    tls: {
      serve: ['--tls-cert', files.tlsCert, '--tls-key', files.tlsKey, '--tls-client-ca', tlsFixture('client-ca.pem')],
      conf: [
        ...['--ssl-cacert-file', tlsFixture('ca.pem')],
        ...['--ssl-cert-path', tlsFixture('client.pem'), '--ssl-key-path', tlsFixture('client.key')],
      ],
      ca: tlsFixture('ca.pem'),
      cert: tlsFixture('client.pem'),
      key: tlsFixture('client.key'),
    },
  });
  const group = await lab.group({ a: {}, b: {} });
  const renewals = ['renewed', 'server', 'renewed'];
  for (let call = 0; call < CALLS; call += 1) {
    const next = call % 10 === 5 ? renewals.shift() : undefined;
    if (next !== undefined) {
      copyPair(next, files);
      lab.serve.child.kill('SIGHUP');
    }
    expect((await group.callOnce()).status).toBe(200);
  }
  expect(group.seen().split(' ').length).toBe(CALLS);
  await vi.waitFor(() => {
    expect(lab.serve.stderr().match(/a new certificate is served/g)?.length).toBe(3);
  }, SOON);
  reportFigure(`${CALLS} calls over 3 renewals of the certificate, 0 of them without a plan`);

  // A certificate of another name is not asked, and the call goes to the local dialplan, which has nothing.
  copyPair('elsewhere', files);
  lab.serve.child.kill('SIGHUP');
  await vi.waitFor(() => {
    expect(lab.serve.stderr().match(/a new certificate is served/g)?.length).toBe(4);
  }, SOON);
  expect((await group.callOnce()).status).not.toBe(200);
  copyPair('server', files);
  lab.serve.child.kill('SIGHUP');
  await vi.waitFor(async () => {
    expect((await group.callOnce()).status).toBe(200);
  }, SOON);
});
