import { createServer } from 'node:net';
import { LOOPBACK, SipSocket } from '../sip/sip-socket.ts';

/** Below the ports that Linux gives to clients, so that no connection takes it before FreeSWITCH does. */
const LOWEST = 20_000;
const HIGHEST = 30_000;
const TRIES = 50;

/** A port of loopback that is free for UDP and for TCP; FreeSWITCH has to be told one before it starts. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if ((await isFreeForUdp(port)) && (await isFreeForTcp(port))) return port;
  }
  throw new Error(`no port between ${LOWEST} and ${HIGHEST} is free`);
}

async function isFreeForUdp(port: number): Promise<boolean> {
  try {
    const socket = await SipSocket.open(() => undefined, port);
    await socket.close();
    return true;
  } catch {
    return false;
  }
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => {
      resolve(false);
    });
    server.listen(port, LOOPBACK, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
