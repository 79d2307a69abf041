import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FreeswitchConfiguration {
  readonly switchname: string;
  readonly eslPort: number;
  readonly eslPassword: string;
  readonly sipPort: number;
  /** As `trunkhunt xml-curl-conf` prints it. */
  readonly xmlCurlConf: string;
  /** A `distributor.conf.xml` of the switch's own. */
  readonly localLists?: string;
  /** Who may use the event socket, as CIDR; none = FreeSWITCH's default, the machine itself. */
  readonly eslNetwork?: string;
  /** Whether the profile is asked for, too. */
  readonly isProfileInSql?: boolean;
}

/** mod_xml_curl comes first, so that all others ask as they load (contract 3.1). */
const MODULES = [
  'mod_xml_curl',
  'mod_logfile',
  'mod_event_socket',
  'mod_commands',
  'mod_dptools',
  'mod_dialplan_xml',
  'mod_loopback',
  'mod_sofia',
  'mod_distributor',
];

/**
 * The least that a FreeSWITCH needs to ask for its gateways and its dialplan. What is on one line with an
 * X-PRE-PROCESS is lost, so that stands alone.
 */
export function writeFreeswitchConfiguration(folder: string, configuration: FreeswitchConfiguration): void {
  const { switchname, eslPort, eslPassword, sipPort, xmlCurlConf, localLists, eslNetwork } = configuration;
  const files = join(folder, 'autoload_configs');
  mkdirSync(files, { recursive: true });
  const write = (name: string, text: string): void => {
    writeFileSync(join(files, `${name}.conf.xml`), text);
  };
  write('xml_curl', xmlCurlConf);
  write('modules', conf('modules', `<modules>${MODULES.map((it) => `<load module="${it}"/>`).join('\n')}</modules>`));
  write(
    'switch',
    conf(
      'switch',
      settings({
        switchname,
        loglevel: 'debug',
        'max-sessions': 2000,
        'sessions-per-second': 1000,
        'rtp-start-port': 31000,
        'rtp-end-port': 32998,
      }),
    ),
  );
  write(
    'event_socket',
    conf(
      'event_socket',
      settings({
        'nat-map': 'false',
        'listen-ip': '127.0.0.1',
        'listen-port': eslPort,
        password: eslPassword,
        'stop-on-bind-error': 'true',
        ...(eslNetwork === undefined ? {} : { 'apply-inbound-acl': eslNetwork }),
      }),
    ),
  );
  write('logfile', conf('logfile', LOG_PROFILE));
  if (configuration.isProfileInSql !== true) {
    write('sofia', conf('sofia', `<profiles>${profile(sipPort)}</profiles>`));
  }
  if (localLists !== undefined) write('distributor', localLists);
  writeFileSync(
    join(folder, 'freeswitch.xml'),
    `<document type="freeswitch/xml">
<section name="configuration">
  <X-PRE-PROCESS cmd="include" data="autoload_configs/*.xml"/>
</section>
<section name="dialplan">
  <X-PRE-PROCESS cmd="include" data="dialplan/*.xml"/>
</section>
<section name="directory">
  <X-PRE-PROCESS cmd="include" data="directory/*.xml"/>
</section>
</document>
`,
  );
}

const LOG_PROFILE = `<settings/><profiles><profile name="default"><settings/>
<mappings><map name="all" value="debug,info,notice,warning,err,crit,alert"/></mappings></profile></profiles>`;

/** The settings of the profile, wherever they come from. */
export function profileSettings(sipPort: number): Readonly<Record<string, string>> {
  return {
    'sip-ip': '127.0.0.1',
    'rtp-ip': '127.0.0.1',
    'sip-port': String(sipPort),
    'bind-params': 'transport=udp',
    context: 'public',
    dialplan: 'XML',
    'codec-prefs': 'PCMU',
    'auth-calls': 'false',
    'manage-presence': 'false',
    tls: 'false',
  };
}

/** `parse="true"`, or the answer with the gateways is not read (contract 3.4). */
function profile(sipPort: number): string {
  return `<profile name="external">
<domains><domain name="all" alias="false" parse="true"/></domains>
${settings(profileSettings(sipPort))}
</profile>`;
}

function conf(name: string, content: string): string {
  return `<configuration name="${name}.conf">\n${content}\n</configuration>\n`;
}

function settings(values: Readonly<Record<string, string | number>>): string {
  const params = Object.entries(values).map(([name, value]) => `<param name="${name}" value="${value}"/>`);
  return `<settings>\n${params.join('\n')}\n</settings>`;
}
