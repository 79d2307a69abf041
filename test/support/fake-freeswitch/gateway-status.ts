import type { SofiaGateway } from './sofia-gateway.ts';
import type { SofiaProfile } from './gateway-table.ts';
import type { SwitchClock } from './switch-clock.ts';

const header = '<?xml version="1.0" encoding="ISO-8859-1"?>\n';

/** `sofia xmlstatus gateway`: all of them. */
export function allGatewaysXml(profiles: readonly SofiaProfile[], clock: SwitchClock): string {
  const each = profiles.flatMap(({ gateways }) => gateways).map((gateway) => gatewayElement(gateway, clock));
  return `${header}<gateways>\n${each.join('')}</gateways>\n`;
}

/** `sofia xmlstatus gateway NAME`. */
export function oneGatewayXml(gateway: SofiaGateway, clock: SwitchClock): string {
  return header + gatewayElement(gateway, clock);
}

/**
 * xml_gateway_status of mod_sofia.c, line for line: realm, username, to, proxy and context are not escaped, so that it
 * may be no XML at all (contract 5.2).
 */
function gatewayElement(gateway: SofiaGateway, clock: SwitchClock): string {
  const { settings } = gateway;
  const fields: readonly (readonly [string, string | number])[] = [
    ['name', settings.name],
    ['profile', gateway.profile],
    ['scheme', settings.scheme],
    ['realm', settings.realm],
    ['username', settings.username],
    ['password', settings.password === '' ? 'no' : 'yes'],
    ['from', ampEncode(fromOf(gateway))],
    ['contact', ampEncode(contactOf(gateway))],
    ['exten', ampEncode(settings.extension)],
    ['to', toOf(gateway)],
    ['proxy', /^sip:/i.test(settings.proxy) ? settings.proxy : `sip:${settings.proxy}`],
    ['context', settings.context],
    ['expires', settings.expireSeconds],
    ['freq', settings.frequencySeconds],
    ['ping', gateway.pingAt],
    ['pingfreq', settings.pingSeconds],
    ['pingmin', settings.pingMin],
    ['pingcount', gateway.pingCount],
    ['pingmax', settings.pingMax],
    ['pingtime', gateway.pingMs.toFixed(2)],
    ['pinging', gateway.isPinging ? 1 : 0],
    ['state', gateway.state],
    ['status', gateway.status],
    ['uptime-usec', gateway.status === 'UP' ? clock.stamp() - gateway.upSince : 0],
    ['calls-in', 0],
    ['calls-out', gateway.callsOut],
    ['failed-calls-in', 0],
    ['failed-calls-out', gateway.failedOut],
    ...retryField(gateway, clock),
  ];
  const lines = fields.map(([name, value]) => `    <${name}>${value}</${name}>\n`);
  return `  <gateway>\n${lines.join('')}  </gateway>\n`;
}

/** `sofia xmlstatus`: profiles and gateways. */
export function profilesXml(profiles: readonly SofiaProfile[], clock: SwitchClock): string {
  const each = profiles.map(({ name, gateways }) => {
    const profile =
      `<profile>\n<name>${name}</name>\n<type>profile</type>\n<data>${profileUrl}</data>\n` +
      '<state>RUNNING (0)</state>\n</profile>\n';
    const elements = gateways.map(
      (gateway) =>
        `<gateway>\n<name>${gateway.name}</name>\n<type>gateway</type>\n<data>${toOf(gateway)}</data>\n` +
        `<state>${gateway.state}</state>\n</gateway>\n${retryText(gateway, clock)}\n`,
    );
    return profile + elements.join('');
  });
  return `${header}<profiles>\n${each.join('')}</profiles>\n`;
}

/** `sofia status`: the same for people. */
export function profilesText(profiles: readonly SofiaProfile[], clock: SwitchClock): string {
  const line = '='.repeat(97);
  const row = (name: string, type: string, data: string, state: string): string =>
    `${name.padStart(25)}\t${type}\t  ${data.padStart(40)}\t${state}\n`;
  const rows = profiles.flatMap(({ name, gateways }) => [
    row(name, 'profile', profileUrl, 'RUNNING (0)'),
    ...gateways.map((gateway) =>
      row(`${name}::${gateway.name}`, 'gateway', toOf(gateway), gateway.state + retryText(gateway, clock)),
    ),
  ]);
  const heading = `${'Name'.padStart(25)}\t   Type\t  ${'Data'.padStart(40)}\tState\n`;
  const total = `${profiles.length} profile${profiles.length === 1 ? '' : 's'} 0 aliases\n`;
  return `${heading}${line}\n${rows.join('')}${line}\n${total}`;
}

export const profileUrl = 'sip:mod_sofia@127.0.0.1:5080';

/** The Contact by which a gateway is known, as calls through it have it, too. */
export function contactOf({ name, settings }: SofiaGateway): string {
  return `<sip:gw+${name}@127.0.0.1:5080;transport=${settings.transport};gw=${name}>`;
}

function fromOf({ settings }: SofiaGateway): string {
  return `<sip:${settings.fromUser}@${settings.fromDomain === '' ? settings.proxy : settings.fromDomain}>`;
}

function toOf({ settings }: SofiaGateway): string {
  return `sip:${settings.username}@${settings.proxy.replace(/^sip:/i, '')}`;
}

function retryField(gateway: SofiaGateway, clock: SwitchClock): readonly (readonly [string, string])[] {
  const text = retryOf(gateway, clock);
  return text === undefined ? [] : [['retry', text]];
}

function retryText(gateway: SofiaGateway, clock: SwitchClock): string {
  const text = retryOf(gateway, clock);
  return text === undefined ? '' : ` (retry: ${text})`;
}

function retryOf({ state, retryAt }: SofiaGateway, clock: SwitchClock): string | undefined {
  if (state !== 'FAILED' && state !== 'FAIL_WAIT' && state !== 'TRYING') return undefined;
  const left = retryAt - clock.epochSeconds();
  return left >= 0 ? `${left}s` : 'NEVER';
}

/** switch_amp_encode. */
function ampEncode(text: string): string {
  const entities: Readonly<Record<string, string>> = { '"': '&quot;', '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/["&<>]/g, (character) => entities[character] ?? character);
}
