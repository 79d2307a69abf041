import { describe, expect, it } from 'vitest';
import {
  addressUri,
  headerParameter,
  headerValue,
  headerValues,
  parseSipMessage,
  responseTo,
  type SipRequest,
  uriPort,
  uriUser,
  writeSipMessage,
} from './sip-message.ts';

const INVITE =
  'INVITE sip:1004@127.0.0.1:5090 SIP/2.0\r\n' +
  'v: SIP/2.0/UDP 127.0.0.1:1;branch=a\r\nVia: SIP/2.0/UDP 127.0.0.1:2;branch=b\r\n' +
  'From: "A: b" <sip:1@x;u=1>;tag=f\r\nTo: <sip:1004@127.0.0.1>\r\ni: c1\r\nCSeq: 7 INVITE\r\n' +
  'Subject: one\r\n two\r\nContent-Length: 3\r\n\r\nv=0';

describe('parseSipMessage', () => {
  it('reads a request, with short names, several values and folded lines', () => {
    const message = parseSipMessage(INVITE) as SipRequest;
    expect(message).toMatchObject({ method: 'INVITE', uri: 'sip:1004@127.0.0.1:5090', body: 'v=0' });
    expect(headerValues(message, 'Via').map((via) => headerParameter(via, 'branch'))).toEqual(['a', 'b']);
    expect(headerValue(message, 'Call-ID')).toBe('c1');
    expect(headerValue(message, 'subject')).toBe('one two');
    expect(headerValue(message, 'From')).toBe('"A: b" <sip:1@x;u=1>;tag=f');
    expect(headerValue(message, 'Route')).toBe('');
  });

  it('reads a response, whose reason may be empty', () => {
    expect(parseSipMessage('SIP/2.0 503 Service Unavailable\r\n\r\n')).toMatchObject({
      status: 503,
      reason: 'Service Unavailable',
    });
    expect(parseSipMessage('SIP/2.0 200\r\n\r\n')).toMatchObject({ status: 200, reason: '' });
  });

  it.each(['', '\r\n\r\n', 'hello\r\n\r\n', INVITE.slice(0, 60)])('takes %j for no message', (text) => {
    expect(parseSipMessage(text)).toBeUndefined();
  });

  it('reads what was written, with a length in bytes', () => {
    const written = writeSipMessage({ method: 'BYE', uri: 'sip:x', headers: [['To', 'ü']], body: 'ü' });
    expect(written).toContain('Content-Length: 2\r\n');
    expect(parseSipMessage(written)).toMatchObject({ method: 'BYE', uri: 'sip:x', body: 'ü' });
  });
});

describe('responseTo', () => {
  it('gives back what names the transaction, and tags the To once', () => {
    const invite = parseSipMessage(INVITE) as SipRequest;
    const ringing = responseTo(invite, 180, { tag: 't' });
    expect(ringing.headers).toEqual([
      ['Via', 'SIP/2.0/UDP 127.0.0.1:1;branch=a'],
      ['Via', 'SIP/2.0/UDP 127.0.0.1:2;branch=b'],
      ['From', '"A: b" <sip:1@x;u=1>;tag=f'],
      ['To', '<sip:1004@127.0.0.1>;tag=t'],
      ['Call-ID', 'c1'],
      ['CSeq', '7 INVITE'],
    ]);
    const again = responseTo({ ...invite, headers: ringing.headers }, 200, { tag: 'other' });
    expect(headerValue(again, 'To')).toBe('<sip:1004@127.0.0.1>;tag=t');
  });
});

it('takes addresses apart', () => {
  expect(addressUri('"x" <sip:a@b:1;c=d>;expires=5')).toBe('sip:a@b:1;c=d');
  expect(addressUri('sip:a@b;tag=1')).toBe('sip:a@b');
  expect(['sip:a@b:5080;x=1', 'sip:127.0.0.1'].map(uriPort)).toEqual([5080, 5060]);
  expect(['sip:+49@b', 'sip:b'].map(uriUser)).toEqual(['+49', '']);
  expect(headerParameter('<sip:a>;expires=0;q=1', 'expires')).toBe('0');
});
