import type { TableName, TableRow } from './table-rows.ts';

/** What is known of a table of the inventory besides what its schema enforces. */
export interface InventoryTable {
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Of the columns that may be left out; those that are in neither and may be left out are NULL then. */
  readonly defaults: TableRow;
  /** Columns that nobody is shown. */
  readonly secrets: readonly string[];
  /** In the order of the key. */
  readonly select: string;
  readonly insert: string;
  /** Finds the row by its key of before, in parameters `old_...`. */
  readonly update: string;
  readonly delete: string;
}

interface WrittenTable extends Omit<InventoryTable, 'key' | 'columns'> {
  readonly key: string;
  readonly columns: string;
}

function table({ key, columns, ...rest }: WrittenTable): InventoryTable {
  return { ...rest, key: key.split(/\s+/), columns: columns.split(/\s+/) };
}

/** Every table of the inventory, those that others refer to first. */
export const INVENTORY_TABLES: Readonly<Record<TableName, InventoryTable>> = {
  gateways: table({
    key: 'name',
    columns: `name profile proxy realm username password register register_transport expire_seconds retry_seconds
      caller_id_in_from ping_seconds ping_min ping_max extension context max_calls max_cps strip_digits add_prefix
      state note drain_seconds`,
    defaults: {
      profile: 'external',
      register: 0,
      register_transport: 'udp',
      caller_id_in_from: 1,
      strip_digits: 0,
      add_prefix: '',
      state: 'active',
      drain_seconds: 300,
    },
    secrets: ['password'],
    select: `SELECT name, profile, proxy, realm, username, password, register, register_transport, expire_seconds,
      retry_seconds, caller_id_in_from, ping_seconds, ping_min, ping_max, extension, context, max_calls, max_cps,
      strip_digits, add_prefix, state, note, drain_seconds FROM gateways ORDER BY name`,
    insert: `INSERT INTO gateways (name, profile, proxy, realm, username, password, register, register_transport,
      expire_seconds, retry_seconds, caller_id_in_from, ping_seconds, ping_min, ping_max, extension, context,
      max_calls, max_cps, strip_digits, add_prefix, state, note, drain_seconds) VALUES (@name, @profile, @proxy,
      @realm, @username, @password, @register, @register_transport, @expire_seconds, @retry_seconds,
      @caller_id_in_from, @ping_seconds, @ping_min, @ping_max, @extension, @context, @max_calls, @max_cps,
      @strip_digits, @add_prefix, @state, @note, @drain_seconds)`,
    update: `UPDATE gateways SET name = @name, profile = @profile, proxy = @proxy, realm = @realm, username = @username,
      password = @password, register = @register, register_transport = @register_transport, expire_seconds =
      @expire_seconds, retry_seconds = @retry_seconds, caller_id_in_from = @caller_id_in_from, ping_seconds =
      @ping_seconds, ping_min = @ping_min, ping_max = @ping_max, extension = @extension, context = @context,
      max_calls = @max_calls, max_cps = @max_cps, strip_digits = @strip_digits, add_prefix = @add_prefix, state =
      @state, note = @note, drain_seconds = @drain_seconds WHERE name IS @old_name`,
    delete: `DELETE FROM gateways WHERE name IS @old_name`,
  }),
  gateway_params: table({
    key: 'gateway name',
    columns: `gateway name value`,
    defaults: {},
    secrets: [],
    select: `SELECT gateway, name, value FROM gateway_params ORDER BY gateway, name`,
    insert: `INSERT INTO gateway_params (gateway, name, value) VALUES (@gateway, @name, @value)`,
    update: `UPDATE gateway_params SET gateway = @gateway, name = @name, value = @value WHERE gateway IS @old_gateway AND
      name IS @old_name`,
    delete: `DELETE FROM gateway_params WHERE gateway IS @old_gateway AND name IS @old_name`,
  }),
  gateway_variables: table({
    key: 'gateway name direction',
    columns: `gateway name value direction`,
    defaults: {},
    secrets: [],
    select: `SELECT gateway, name, value, direction FROM gateway_variables ORDER BY gateway, name, direction`,
    insert: `INSERT INTO gateway_variables (gateway, name, value, direction) VALUES (@gateway, @name, @value, @direction)`,
    update: `UPDATE gateway_variables SET gateway = @gateway, name = @name, value = @value, direction = @direction WHERE
      gateway IS @old_gateway AND name IS @old_name AND direction IS @old_direction`,
    delete: `DELETE FROM gateway_variables WHERE gateway IS @old_gateway AND name IS @old_name AND direction IS
      @old_direction`,
  }),
  gateway_groups: table({
    key: 'name',
    columns: `name strategy chooser max_attempts progress_timeout_seconds answer_timeout_seconds note health_mode
      when_all_down fault_limit_percent fault_confidence_percent eject_seconds slow_start_seconds`,
    defaults: {
      strategy: 'weighted',
      chooser: 'trunkhunt',
      max_attempts: 3,
      progress_timeout_seconds: 10,
      answer_timeout_seconds: 60,
      health_mode: 'enforce',
      when_all_down: 'try_all',
      fault_limit_percent: 10,
      fault_confidence_percent: 95,
      eject_seconds: 30,
      slow_start_seconds: 60,
    },
    secrets: [],
    select: `SELECT name, strategy, chooser, max_attempts, progress_timeout_seconds, answer_timeout_seconds, note,
      health_mode, when_all_down, fault_limit_percent, fault_confidence_percent, eject_seconds, slow_start_seconds
      FROM gateway_groups ORDER BY name`,
    insert: `INSERT INTO gateway_groups (name, strategy, chooser, max_attempts, progress_timeout_seconds,
      answer_timeout_seconds, note, health_mode, when_all_down, fault_limit_percent, fault_confidence_percent,
      eject_seconds, slow_start_seconds) VALUES (@name, @strategy, @chooser, @max_attempts,
      @progress_timeout_seconds, @answer_timeout_seconds, @note, @health_mode, @when_all_down,
      @fault_limit_percent, @fault_confidence_percent, @eject_seconds, @slow_start_seconds)`,
    update: `UPDATE gateway_groups SET name = @name, strategy = @strategy, chooser = @chooser, max_attempts =
      @max_attempts, progress_timeout_seconds = @progress_timeout_seconds, answer_timeout_seconds =
      @answer_timeout_seconds, note = @note, health_mode = @health_mode, when_all_down = @when_all_down,
      fault_limit_percent = @fault_limit_percent, fault_confidence_percent = @fault_confidence_percent,
      eject_seconds = @eject_seconds, slow_start_seconds = @slow_start_seconds WHERE name IS @old_name`,
    delete: `DELETE FROM gateway_groups WHERE name IS @old_name`,
  }),
  gateway_group_members: table({
    key: 'group_name gateway',
    columns: `group_name gateway tier weight`,
    defaults: { tier: 1, weight: 1 },
    secrets: [],
    select: `SELECT group_name, gateway, tier, weight FROM gateway_group_members ORDER BY group_name, gateway`,
    insert: `INSERT INTO gateway_group_members (group_name, gateway, tier, weight) VALUES (@group_name, @gateway, @tier,
      @weight)`,
    update: `UPDATE gateway_group_members SET group_name = @group_name, gateway = @gateway, tier = @tier, weight =
      @weight WHERE group_name IS @old_group_name AND gateway IS @old_gateway`,
    delete: `DELETE FROM gateway_group_members WHERE group_name IS @old_group_name AND gateway IS @old_gateway`,
  }),
  routes: table({
    key: 'id',
    columns: `id name context position destination_prefix destination_pattern caller_pattern source_network header_name
      header_pattern group_name strip_digits add_prefix dial_number destination_charset caller_id_number
      caller_id_name enabled note`,
    defaults: { position: 100, strip_digits: 0, add_prefix: '', destination_charset: 'digits', enabled: 1 },
    secrets: [],
    select: `SELECT id, name, context, position, destination_prefix, destination_pattern, caller_pattern, source_network,
      header_name, header_pattern, group_name, strip_digits, add_prefix, dial_number, destination_charset,
      caller_id_number, caller_id_name, enabled, note FROM routes ORDER BY id`,
    insert: `INSERT INTO routes (id, name, context, position, destination_prefix, destination_pattern, caller_pattern,
      source_network, header_name, header_pattern, group_name, strip_digits, add_prefix, dial_number,
      destination_charset, caller_id_number, caller_id_name, enabled, note) VALUES (@id, @name, @context,
      @position, @destination_prefix, @destination_pattern, @caller_pattern, @source_network, @header_name,
      @header_pattern, @group_name, @strip_digits, @add_prefix, @dial_number, @destination_charset,
      @caller_id_number, @caller_id_name, @enabled, @note)`,
    update: `UPDATE routes SET id = @id, name = @name, context = @context, position = @position, destination_prefix =
      @destination_prefix, destination_pattern = @destination_pattern, caller_pattern = @caller_pattern,
      source_network = @source_network, header_name = @header_name, header_pattern = @header_pattern, group_name =
      @group_name, strip_digits = @strip_digits, add_prefix = @add_prefix, dial_number = @dial_number,
      destination_charset = @destination_charset, caller_id_number = @caller_id_number, caller_id_name =
      @caller_id_name, enabled = @enabled, note = @note WHERE id IS @old_id`,
    delete: `DELETE FROM routes WHERE id IS @old_id`,
  }),
  failover_causes: table({
    key: 'cause',
    columns: `cause action`,
    defaults: {},
    secrets: [],
    select: `SELECT cause, action FROM failover_causes ORDER BY cause`,
    insert: `INSERT INTO failover_causes (cause, action) VALUES (@cause, @action)`,
    update: `UPDATE failover_causes SET cause = @cause, action = @action WHERE cause IS @old_cause`,
    delete: `DELETE FROM failover_causes WHERE cause IS @old_cause`,
  }),
  group_failover_causes: table({
    key: 'group_name cause',
    columns: `group_name cause action`,
    defaults: {},
    secrets: [],
    select: `SELECT group_name, cause, action FROM group_failover_causes ORDER BY group_name, cause`,
    insert: `INSERT INTO group_failover_causes (group_name, cause, action) VALUES (@group_name, @cause, @action)`,
    update: `UPDATE group_failover_causes SET group_name = @group_name, cause = @cause, action = @action WHERE group_name
      IS @old_group_name AND cause IS @old_cause`,
    delete: `DELETE FROM group_failover_causes WHERE group_name IS @old_group_name AND cause IS @old_cause`,
  }),
  outcome_blame: table({
    key: 'match',
    columns: `match blame`,
    defaults: {},
    secrets: [],
    select: `SELECT match, blame FROM outcome_blame ORDER BY match`,
    insert: `INSERT INTO outcome_blame (match, blame) VALUES (@match, @blame)`,
    update: `UPDATE outcome_blame SET match = @match, blame = @blame WHERE match IS @old_match`,
    delete: `DELETE FROM outcome_blame WHERE match IS @old_match`,
  }),
  switches: table({
    key: 'hostname',
    columns: `hostname esl_host esl_port esl_password note`,
    defaults: { esl_port: 8021 },
    secrets: ['esl_password'],
    select: `SELECT hostname, esl_host, esl_port, esl_password, note FROM switches ORDER BY hostname`,
    insert: `INSERT INTO switches (hostname, esl_host, esl_port, esl_password, note) VALUES (@hostname, @esl_host,
      @esl_port, @esl_password, @note)`,
    update: `UPDATE switches SET hostname = @hostname, esl_host = @esl_host, esl_port = @esl_port, esl_password =
      @esl_password, note = @note WHERE hostname IS @old_hostname`,
    delete: `DELETE FROM switches WHERE hostname IS @old_hostname`,
  }),
  gateway_switches: table({
    key: 'gateway hostname',
    columns: `gateway hostname`,
    defaults: {},
    secrets: [],
    select: `SELECT gateway, hostname FROM gateway_switches ORDER BY gateway, hostname`,
    insert: `INSERT INTO gateway_switches (gateway, hostname) VALUES (@gateway, @hostname)`,
    update: `UPDATE gateway_switches SET gateway = @gateway, hostname = @hostname WHERE gateway IS @old_gateway AND
      hostname IS @old_hostname`,
    delete: `DELETE FROM gateway_switches WHERE gateway IS @old_gateway AND hostname IS @old_hostname`,
  }),
  profiles: table({
    key: 'name',
    columns: `name`,
    defaults: {},
    secrets: [],
    select: `SELECT name FROM profiles ORDER BY name`,
    insert: `INSERT INTO profiles (name) VALUES (@name)`,
    update: `UPDATE profiles SET name = @name WHERE name IS @old_name`,
    delete: `DELETE FROM profiles WHERE name IS @old_name`,
  }),
  profile_settings: table({
    key: 'profile name',
    columns: `profile name value`,
    defaults: {},
    secrets: [],
    select: `SELECT profile, name, value FROM profile_settings ORDER BY profile, name`,
    insert: `INSERT INTO profile_settings (profile, name, value) VALUES (@profile, @name, @value)`,
    update: `UPDATE profile_settings SET profile = @profile, name = @name, value = @value WHERE profile IS @old_profile
      AND name IS @old_name`,
    delete: `DELETE FROM profile_settings WHERE profile IS @old_profile AND name IS @old_name`,
  }),
};
