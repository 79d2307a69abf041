import type { Database } from 'better-sqlite3';

export interface GatewayRow {
  readonly name: string;
  readonly profile: string;
  readonly proxy: string;
  readonly realm: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly register: number;
  readonly registerTransport: string;
  readonly expireSeconds: number | null;
  readonly retrySeconds: number | null;
  readonly callerIdInFrom: number;
  readonly pingSeconds: number | null;
  readonly pingMin: number | null;
  readonly pingMax: number | null;
  readonly extension: string | null;
  readonly context: string | null;
  readonly maxCalls: number | null;
  readonly maxCps: number | null;
  readonly stripDigits: number;
  readonly addPrefix: string;
  readonly state: 'active' | 'drain' | 'disabled';
  readonly drainSeconds: number;
}

export interface GatewayParamRow {
  readonly gateway: string;
  readonly name: string;
  readonly value: string;
}

export interface GatewayVariableRow extends GatewayParamRow {
  readonly direction: 'inbound' | 'outbound' | null;
}

export interface GroupRow {
  readonly name: string;
  readonly strategy: 'weighted' | 'ordered';
  readonly chooser: 'trunkhunt' | 'mod_distributor';
  readonly maxAttempts: number;
  readonly progressTimeoutSeconds: number;
  readonly answerTimeoutSeconds: number;
  readonly healthMode: 'enforce' | 'observe';
  readonly whenAllDown: 'try_all' | 'refuse';
  readonly faultLimitPercent: number;
  readonly faultConfidencePercent: number;
  readonly ejectSeconds: number;
  readonly slowStartSeconds: number;
}

export interface MemberRow {
  readonly groupName: string;
  readonly gateway: string;
  readonly tier: number;
  readonly weight: number;
}

export interface RouteRow {
  readonly id: number;
  readonly name: string | null;
  readonly context: string;
  readonly position: number;
  readonly destinationPrefix: string | null;
  readonly destinationPattern: string | null;
  readonly callerPattern: string | null;
  readonly sourceNetwork: string | null;
  readonly headerName: string | null;
  readonly headerPattern: string | null;
  readonly groupName: string;
  readonly stripDigits: number;
  readonly addPrefix: string;
  readonly dialNumber: string | null;
  readonly destinationCharset: 'digits' | 'user';
  readonly callerIdNumber: string | null;
  readonly callerIdName: string | null;
}

export interface CauseRow {
  readonly cause: string;
  readonly action: 'next' | 'stop';
}

export interface GroupCauseRow extends CauseRow {
  readonly groupName: string;
}

export interface BlameRow {
  readonly match: string;
  readonly blame: 'gateway' | 'destination' | 'caller' | 'ourselves';
}

export interface SwitchRow {
  readonly hostname: string;
  readonly eslHost: string | null;
  readonly eslPort: number;
  readonly eslPassword: string | null;
}

export interface GatewaySwitchRow {
  readonly gateway: string;
  readonly hostname: string;
}

export interface ProfileSettingRow {
  readonly profile: string;
  readonly name: string;
  readonly value: string;
}

/** The whole inventory as the tables hold it at one moment, each table in the order of its key. */
export interface InventoryRows {
  readonly gateways: readonly GatewayRow[];
  readonly gatewayParams: readonly GatewayParamRow[];
  readonly gatewayVariables: readonly GatewayVariableRow[];
  readonly groups: readonly GroupRow[];
  readonly members: readonly MemberRow[];
  /** Enabled ones only. */
  readonly routes: readonly RouteRow[];
  readonly failoverCauses: readonly CauseRow[];
  readonly groupFailoverCauses: readonly GroupCauseRow[];
  readonly outcomeBlame: readonly BlameRow[];
  readonly switches: readonly SwitchRow[];
  readonly gatewaySwitches: readonly GatewaySwitchRow[];
  readonly profiles: readonly { readonly name: string }[];
  readonly profileSettings: readonly ProfileSettingRow[];
}

/** Reads everything in one read transaction, so that no half of somebody's change is seen. */
export function readInventoryRows(database: Database): InventoryRows {
  const all = <Row>(sql: string): readonly Row[] => database.prepare<[], Row>(sql).all();
  return database.transaction((): InventoryRows => ({
    gateways: all(`SELECT name, profile, proxy, realm, username, password, register,
          register_transport AS registerTransport, expire_seconds AS expireSeconds, retry_seconds AS retrySeconds,
          caller_id_in_from AS callerIdInFrom, ping_seconds AS pingSeconds, ping_min AS pingMin, ping_max AS pingMax,
          extension, context, max_calls AS maxCalls, max_cps AS maxCps, strip_digits AS stripDigits,
          add_prefix AS addPrefix, state, drain_seconds AS drainSeconds
        FROM gateways ORDER BY name`),
    gatewayParams: all('SELECT gateway, name, value FROM gateway_params ORDER BY gateway, name'),
    gatewayVariables: all(
      'SELECT gateway, name, value, direction FROM gateway_variables ORDER BY gateway, name, direction',
    ),
    groups: all(`SELECT name, strategy, chooser, max_attempts AS maxAttempts,
          progress_timeout_seconds AS progressTimeoutSeconds, answer_timeout_seconds AS answerTimeoutSeconds,
          health_mode AS healthMode, when_all_down AS whenAllDown, fault_limit_percent AS faultLimitPercent,
          fault_confidence_percent AS faultConfidencePercent, eject_seconds AS ejectSeconds,
          slow_start_seconds AS slowStartSeconds
        FROM gateway_groups ORDER BY name`),
    members: all(`SELECT group_name AS groupName, gateway, tier, weight
        FROM gateway_group_members ORDER BY group_name, tier, weight DESC, gateway`),
    routes: all(`SELECT id, name, context, position, destination_prefix AS destinationPrefix,
          destination_pattern AS destinationPattern, caller_pattern AS callerPattern,
          source_network AS sourceNetwork, header_name AS headerName, header_pattern AS headerPattern,
          group_name AS groupName, strip_digits AS stripDigits, add_prefix AS addPrefix, dial_number AS dialNumber,
          destination_charset AS destinationCharset, caller_id_number AS callerIdNumber,
          caller_id_name AS callerIdName
        FROM routes WHERE enabled = 1 ORDER BY position, id`),
    failoverCauses: all('SELECT cause, action FROM failover_causes ORDER BY cause'),
    groupFailoverCauses: all(
      'SELECT group_name AS groupName, cause, action FROM group_failover_causes ORDER BY group_name, cause',
    ),
    outcomeBlame: all('SELECT match, blame FROM outcome_blame ORDER BY match'),
    switches: all(`SELECT hostname, esl_host AS eslHost, esl_port AS eslPort, esl_password AS eslPassword
        FROM switches ORDER BY hostname`),
    gatewaySwitches: all('SELECT gateway, hostname FROM gateway_switches ORDER BY gateway, hostname'),
    profiles: all('SELECT name FROM profiles ORDER BY name'),
    profileSettings: all('SELECT profile, name, value FROM profile_settings ORDER BY profile, name'),
  }))();
}

/** The whole inventory, and the newest version of its history at that moment; 0 = there is none. */
export function readVersionedRows(database: Database): { readonly rows: InventoryRows; readonly version: number } {
  return database.transaction(() => {
    const newest = database.prepare<[], { readonly version: number | null }>(
      'SELECT max(version) AS version FROM history_versions',
    );
    return { rows: readInventoryRows(database), version: newest.get()?.version ?? 0 };
  })();
}
