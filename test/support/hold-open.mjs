// Holds connections to a server that never send a whole request, from a process of its own: silent ones, ones in the
// middle of their head, and ones in the middle of their body. One that is closed is made anew.
//   node hold-open.mjs PORT COUNT
import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const HEAD = 'POST /fsapi HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n';
const BEGINNINGS = ['', HEAD, `${HEAD}\r\nhostname=vm&section=dialplan`];
/** More at a time than the kernel queues would be an attack of another kind. */
const AT_ONCE = 200;

let [held, opened, opening] = [0, 0, 0];

function open() {
  opening += 1;
  opened += 1;
  const socket = connect({ port, host: '127.0.0.1' });
  const beginning = BEGINNINGS[opened % BEGINNINGS.length];
  let isOpen = false;
  socket.on('connect', () => {
    isOpen = true;
    opening -= 1;
    held += 1;
    if (beginning !== '') socket.write(beginning);
    fill();
  });
  socket.on('data', () => {});
  socket.on('error', () => {});
  socket.on('close', () => {
    if (isOpen) held -= 1;
    else opening -= 1;
    setImmediate(fill);
  });
}

function fill() {
  while (held + opening < count && opening < AT_ONCE) open();
}

fill();
