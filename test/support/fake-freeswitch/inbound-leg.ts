import { CallLeg } from './call-leg.ts';
import type { Header } from './fake-event.ts';
import { profileUrl } from './gateway-status.ts';
import { legHeaders, profileHeaders } from './leg-headers.ts';
import type { Origin, SwitchCore } from './switch-core.ts';

export interface InboundParts {
  readonly number: string;
  readonly context: string;
  readonly callerNumber: string;
  readonly networkAddress: string;
  readonly profile: string;
}

const routing: Origin = ['mod_dialplan_xml.c', 'dialplan_xml_locate', 619];
const codecs = 'CORE_PCM_MODULE.PCMU@8000h@20i@64000b,CORE_PCM_MODULE.PCMA@8000h@20i@64000b';
const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 41000 RTP/AVP 0 8 101\r\n' +
  'a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n';

/** The leg of a caller who has just sent an INVITE, with the variables of recorded ones. */
export function inboundLeg(parts: InboundParts, core: SwitchCore): CallLeg {
  // The guard of caller profile fields: no expansion, no control bytes (contract 6.4).
  const number = parts.number.replaceAll('${', '%{').replace(/[\x00-\x09\x0b\x0c\x0e-\x1f]/g, ' ');
  const { callerNumber, networkAddress, context } = parts;
  const from = `${callerNumber}@127.0.0.1`;
  const uuid = core.newUuid();
  const channelName = `sofia/${parts.profile}/${from}`;
  const profile = { callerName: callerNumber, callerNumber, context, networkAddress, number };
  const leg = new CallLeg({ uuid, direction: 'inbound', channelName, ...profile }, core);
  const port = String(32_768 + Math.floor(core.random() * 28_000));
  const called = `${parts.number}@127.0.0.1`;
  leg.set([
    ['direction', 'inbound'],
    ['uuid', uuid],
    ['session_id', String(leg.sessionId)],
    ['sip_from_user', callerNumber],
    ['sip_from_uri', from],
    ['sip_from_host', '127.0.0.1'],
    ['video_media_flow', 'disabled'],
    ['audio_media_flow', 'disabled'],
    ['text_media_flow', 'disabled'],
    ['channel_name', channelName],
    ['sip_call_id', `${Math.floor(core.random() * 1e12)}@127.0.0.1`],
    ['sip_local_network_addr', '127.0.0.1'],
    ['sip_network_ip', networkAddress],
    ['sip_network_port', port],
    ['sip_invite_stamp', String(leg.times.created)],
    ['sip_received_ip', networkAddress],
    ['sip_received_port', port],
    ['sip_via_protocol', 'udp'],
    ['sip_from_user_stripped', callerNumber],
    ['sip_from_tag', `abc${port}`],
    ['sofia_profile_name', parts.profile],
    ['sofia_profile_url', profileUrl],
    ['recovery_profile_name', parts.profile],
    ['sip_full_via', `SIP/2.0/UDP ${networkAddress}:${port};branch=z9hG4bK${port}`],
    ['sip_from_display', callerNumber],
    ['sip_full_from', `"${callerNumber}" <sip:${from}>;tag=abc${port}`],
    ['sip_full_to', `<sip:${called}:5080>`],
    ...addressed('req', parts.number, `${called}:5080`),
    ...addressed('to', parts.number, `${called}:5080`),
    ['sip_contact_user', callerNumber],
    ['sip_contact_port', port],
    ['sip_contact_uri', `${callerNumber}@${networkAddress}:${port}`],
    ['sip_contact_host', networkAddress],
    ['rtp_use_codec_string', 'PCMU,PCMA'],
    ['sip_via_host', networkAddress],
    ['sip_via_port', port],
    ['max_forwards', '70'],
    ['switch_r_sdp', offer],
    ['ep_codec_string', codecs],
    ['endpoint_disposition', 'DELAYED NEGOTIATION'],
    ['call_uuid', uuid],
  ]);
  return leg;
}

/** The fields of a dialplan request: the leg as its events show it, then the profile being routed (contract 3.7). */
export function dialplanFields(leg: CallLeg, core: SwitchCore): readonly Header[] {
  return [...core.basics('REQUEST_PARAMS', routing), ...legHeaders(leg), ...profileHeaders(leg, 'Hunt')];
}

function addressed(what: 'req' | 'to', user: string, uri: string): readonly (readonly [string, string])[] {
  return [
    [`sip_${what}_user`, user],
    [`sip_${what}_port`, '5080'],
    [`sip_${what}_uri`, uri],
    [`sip_${what}_host`, '127.0.0.1'],
  ];
}
