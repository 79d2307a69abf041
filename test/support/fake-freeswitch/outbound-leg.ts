import { CallLeg } from './call-leg.ts';
import type { HeaderValue } from './fake-event.ts';
import { contactOf, profileUrl } from './gateway-status.ts';
import { numberOfCause } from './sip-causes.ts';
import type { SofiaGateway } from './sofia-gateway.ts';
import type { SwitchCore } from './switch-core.ts';

type Variables = readonly (readonly [string, HeaderValue])[];

/** The leg of a call through a gateway, with the variables of recorded ones up to the INVITE. */
export function outboundLeg(
  caller: CallLeg,
  gateway: SofiaGateway,
  dialled: { readonly number: string; readonly variables: readonly (readonly [string, string])[] },
  core: SwitchCore,
): CallLeg {
  const { number } = dialled;
  const { callerName, callerNumber, context, networkAddress } = caller;
  const uuid = core.newUuid();
  const channelName = `sofia/${gateway.profile}/${number}`;
  const profile = { callerName, callerNumber, context, networkAddress, number };
  const leg = new CallLeg({ uuid, direction: 'outbound', channelName, ...profile }, core);
  leg.other = caller;
  leg.callUuid = caller.uuid;
  leg.calleeNumber = number;
  const target = `${gateway.settings.destinationPrefix}${number}@${gateway.settings.proxy}`;
  leg.set([
    ['direction', 'outbound'],
    ['is_outbound', 'true'],
    ['uuid', uuid],
    ['session_id', String(leg.sessionId)],
    ['sip_gateway_name', gateway.name],
    ['sip_local_network_addr', '127.0.0.1'],
    ['sip_profile_name', 'gateway'],
    ['text_media_flow', 'disabled'],
    ['channel_name', channelName],
    ['sip_destination_url', `sip:${target}`],
    ['max_forwards', '69'],
    ['originator', caller.uuid],
    ['signal_bond', caller.uuid],
    ['call_uuid', caller.uuid],
    ...gateway.settings.outbound,
    ...dialled.variables,
    ['originate_early_media', 'true'],
    ['originating_leg_uuid', caller.uuid],
    ['originate_endpoint', 'sofia'],
    ['sip_outgoing_contact_uri', contactOf(gateway)],
    ['sip_req_uri', target],
    ['sip_to_host', gateway.settings.proxy],
    ['sip_from_host', '127.0.0.1'],
    ['sofia_profile_name', gateway.profile],
    ['recovery_profile_name', gateway.profile],
    ['sofia_profile_url', profileUrl],
  ]);
  return leg;
}

/** What the first answer of the far end adds. */
export function replyVariables(leg: CallLeg, gateway: SofiaGateway): Variables {
  const { host, port } = gateway.address;
  const tag = leg.uuid.slice(0, 8);
  return [
    ['sip_reply_host', host],
    ['sip_reply_port', port],
    ['sip_network_ip', host],
    ['sip_network_port', port],
    ['sip_call_id', `${tag}-60f1-1240-12a6-aaffbc80880d`],
  ];
}

/** What an answer that makes a dialogue adds beside that: a 18x or a 200. */
export function dialogueVariables(leg: CallLeg, gateway: SofiaGateway): Variables {
  const { host, port } = gateway.address;
  const tag = leg.uuid.slice(0, 8);
  const via = `SIP/2.0/UDP 127.0.0.1:5080;rport;branch=z9hG4bK${tag}`;
  const from = `${leg.callerNumber}@127.0.0.1`;
  return [
    ['sip_recover_contact', `<sip:${host}:${port}>`],
    ['sip_full_via', via],
    ['sip_recover_via', via],
    ['sip_from_display', leg.callerName],
    ['sip_full_from', `"${leg.callerName}" <sip:${from}>;tag=f${tag}`],
    ['sip_full_to', `<sip:${leg.number}@${host}:${port}>;tag=t${tag}`],
    ['sip_from_user', leg.callerNumber],
    ['sip_from_uri', from],
    ['sip_from_host', '127.0.0.1'],
    ['sip_to_user', leg.number],
    ['sip_to_port', port],
    ['sip_to_uri', `${leg.number}@${host}:${port}`],
    ['sip_to_host', host],
    ['sip_contact_user', 'nobody'],
    ['sip_contact_port', port],
    ['sip_contact_uri', `nobody@${host}:${port}`],
    ['sip_contact_host', host],
    ['sip_to_tag', `t${tag}`],
    ['sip_from_tag', `f${tag}`],
    ['sip_cseq', '123114261'],
  ];
}

/** What the far end's own end of it adds, a refusal or a BYE: only it makes a sip_term_status (contract 7.6). */
export function termVariables(status: number, cause: string): Variables {
  return [
    ['sip_term_status', String(status)],
    ['proto_specific_hangup_cause', `sip:${status}`],
    ['sip_term_cause', String(numberOfCause(cause))],
  ];
}
