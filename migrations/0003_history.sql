-- Every committed change to the inventory is kept, by whatever client it is made: one row of history for each row that
-- changed, gathered into versions. Triggers use SQLite's built-in functions only. The idioms are those of 0001.
--
-- A version is what one statement changed, or, where the client says who and why, all that follows in its transaction:
--   BEGIN; INSERT INTO change_note (who, why) VALUES ('jo', 'carrier-a is cheaper now'); UPDATE ...; UPDATE ...;
--   DELETE FROM change_note; COMMIT;
-- A note that is left behind counts while changes follow each other within 10 s. SQLite tells a trigger nothing of
-- transactions; the time, which is the same throughout one statement, is all there is to go by: what is committed
-- within one millisecond is one version, and going back never ends within a statement.

CREATE TABLE change_note (
  id INTEGER NOT NULL PRIMARY KEY DEFAULT 1
    CONSTRAINT "change_note: one note at a time" CHECK (id = 1),
  who TEXT NOT NULL
    CONSTRAINT "change_note.who: 1 to 255 characters, no control characters" CHECK (
      length(who) BETWEEN 1 AND 255 AND instr(CAST(who AS BLOB), x'00') = 0
      AND who NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  why TEXT NOT NULL DEFAULT ''
    CONSTRAINT "change_note.why: up to 1000 characters, no control characters" CHECK (
      length(why) <= 1000 AND instr(CAST(why AS BLOB), x'00') = 0
      AND why NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  -- Both are kept by triggers: the version that the note made, and when it last counted.
  version INTEGER,
  used_ms INTEGER NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
) STRICT;

CREATE TRIGGER change_note_one_at_a_time BEFORE INSERT ON change_note BEGIN
  DELETE FROM change_note;
END;

CREATE TABLE history_versions (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Milliseconds since 1970, by the clock of the machine that wrote.
  at_ms INTEGER NOT NULL,
  who TEXT,
  why TEXT
) STRICT;

CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  table_name TEXT NOT NULL,
  -- JSON: the values of the key's columns before the change, or of the new row.
  key TEXT NOT NULL,
  -- JSON: the whole row before and after; NULL where there was none. Passwords stand in them as they were stored.
  old TEXT,
  new TEXT
) STRICT;

CREATE INDEX history_by_version ON history (version);

-- How long history is kept. It is never pruned while the inventory has a problem, so that the last good version stays.
CREATE TABLE history_settings (
  id INTEGER NOT NULL PRIMARY KEY DEFAULT 1
    CONSTRAINT "history_settings: one row" CHECK (id = 1),
  keep_days INTEGER NOT NULL DEFAULT 365
    CONSTRAINT "history_settings.keep_days: 0 to 36500 (0 = for ever)" CHECK (keep_days BETWEEN 0 AND 36500)
) STRICT;

INSERT INTO history_settings DEFAULT VALUES;

-- Rows that INSERT OR REPLACE and UPDATE OR REPLACE are about to take away, which fires no trigger of theirs, but for
-- clients with recursive_triggers ON: what is told as deleted is therefore no longer waited for here.
CREATE TABLE history_replaced (
  table_name TEXT NOT NULL,
  key TEXT NOT NULL,
  old TEXT NOT NULL
) STRICT;

CREATE VIEW history_entries AS SELECT table_name, key, old, new FROM history;

CREATE TRIGGER history_entries_insert INSTEAD OF INSERT ON history_entries BEGIN
  DELETE FROM change_note
    WHERE used_ms NOT BETWEEN CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) - 10000
      AND CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) + 10000;
  INSERT INTO history_versions (at_ms, who, why)
    SELECT now_ms, note.who, note.why
    FROM (SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS now_ms)
      LEFT JOIN change_note AS note
      LEFT JOIN (SELECT at_ms, who FROM history_versions ORDER BY version DESC LIMIT 1) AS latest
    WHERE CASE WHEN note.id IS NULL THEN latest.who IS NOT NULL OR latest.at_ms IS NOT now_ms
      ELSE note.version IS NULL END;
  UPDATE change_note SET version = (SELECT max(version) FROM history_versions),
    used_ms = CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER);
  INSERT INTO history (version, table_name, key, old, new)
    VALUES ((SELECT max(version) FROM history_versions), new.table_name, new.key, new.old, new.new);
END;

-- gateways
CREATE TRIGGER history_gateways_before_insert BEFORE INSERT ON gateways BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateways';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateways', json_array(name), json_object(
      'name', name, 'profile', profile, 'proxy', proxy, 'realm', realm, 'username', username, 'password', password,
      'register', register, 'register_transport', register_transport, 'expire_seconds', expire_seconds,
      'retry_seconds', retry_seconds, 'caller_id_in_from', caller_id_in_from, 'ping_seconds', ping_seconds,
      'ping_min', ping_min, 'ping_max', ping_max, 'extension', extension, 'context', context, 'max_calls', max_calls,
      'max_cps', max_cps, 'strip_digits', strip_digits, 'add_prefix', add_prefix, 'state', state, 'note', note,
      'drain_seconds', drain_seconds)
    FROM gateways WHERE lower(name) = lower(new.name);
END;
CREATE TRIGGER history_gateways_insert AFTER INSERT ON gateways BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateways';
  DELETE FROM history_replaced WHERE table_name = 'gateways';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateways', json_array(new.name), NULL, json_object(
      'name', new.name, 'profile', new.profile, 'proxy', new.proxy, 'realm', new.realm, 'username', new.username,
      'password', new.password, 'register', new.register, 'register_transport', new.register_transport,
      'expire_seconds', new.expire_seconds, 'retry_seconds', new.retry_seconds,
      'caller_id_in_from', new.caller_id_in_from, 'ping_seconds', new.ping_seconds, 'ping_min', new.ping_min,
      'ping_max', new.ping_max, 'extension', new.extension, 'context', new.context, 'max_calls', new.max_calls,
      'max_cps', new.max_cps, 'strip_digits', new.strip_digits, 'add_prefix', new.add_prefix, 'state', new.state,
      'note', new.note, 'drain_seconds', new.drain_seconds));
END;
CREATE TRIGGER history_gateways_before_update BEFORE UPDATE ON gateways BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateways';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateways', json_array(name), json_object(
      'name', name, 'profile', profile, 'proxy', proxy, 'realm', realm, 'username', username, 'password', password,
      'register', register, 'register_transport', register_transport, 'expire_seconds', expire_seconds,
      'retry_seconds', retry_seconds, 'caller_id_in_from', caller_id_in_from, 'ping_seconds', ping_seconds,
      'ping_min', ping_min, 'ping_max', ping_max, 'extension', extension, 'context', context, 'max_calls', max_calls,
      'max_cps', max_cps, 'strip_digits', strip_digits, 'add_prefix', add_prefix, 'state', state, 'note', note,
      'drain_seconds', drain_seconds)
    FROM gateways WHERE lower(name) = lower(new.name)
      AND NOT (name IS old.name);
END;
CREATE TRIGGER history_gateways_update AFTER UPDATE ON gateways BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateways';
  DELETE FROM history_replaced WHERE table_name = 'gateways';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateways', json_array(old.name), json_object(
      'name', old.name, 'profile', old.profile, 'proxy', old.proxy, 'realm', old.realm, 'username', old.username,
      'password', old.password, 'register', old.register, 'register_transport', old.register_transport,
      'expire_seconds', old.expire_seconds, 'retry_seconds', old.retry_seconds,
      'caller_id_in_from', old.caller_id_in_from, 'ping_seconds', old.ping_seconds, 'ping_min', old.ping_min,
      'ping_max', old.ping_max, 'extension', old.extension, 'context', old.context, 'max_calls', old.max_calls,
      'max_cps', old.max_cps, 'strip_digits', old.strip_digits, 'add_prefix', old.add_prefix, 'state', old.state,
      'note', old.note, 'drain_seconds', old.drain_seconds), json_object(
      'name', new.name, 'profile', new.profile, 'proxy', new.proxy, 'realm', new.realm, 'username', new.username,
      'password', new.password, 'register', new.register, 'register_transport', new.register_transport,
      'expire_seconds', new.expire_seconds, 'retry_seconds', new.retry_seconds,
      'caller_id_in_from', new.caller_id_in_from, 'ping_seconds', new.ping_seconds, 'ping_min', new.ping_min,
      'ping_max', new.ping_max, 'extension', new.extension, 'context', new.context, 'max_calls', new.max_calls,
      'max_cps', new.max_cps, 'strip_digits', new.strip_digits, 'add_prefix', new.add_prefix, 'state', new.state,
      'note', new.note, 'drain_seconds', new.drain_seconds));
END;
CREATE TRIGGER history_gateways_delete AFTER DELETE ON gateways BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateways', json_array(old.name), json_object(
      'name', old.name, 'profile', old.profile, 'proxy', old.proxy, 'realm', old.realm, 'username', old.username,
      'password', old.password, 'register', old.register, 'register_transport', old.register_transport,
      'expire_seconds', old.expire_seconds, 'retry_seconds', old.retry_seconds,
      'caller_id_in_from', old.caller_id_in_from, 'ping_seconds', old.ping_seconds, 'ping_min', old.ping_min,
      'ping_max', old.ping_max, 'extension', old.extension, 'context', old.context, 'max_calls', old.max_calls,
      'max_cps', old.max_cps, 'strip_digits', old.strip_digits, 'add_prefix', old.add_prefix, 'state', old.state,
      'note', old.note, 'drain_seconds', old.drain_seconds), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateways' AND key = json_array(old.name);
END;

-- gateway_params
CREATE TRIGGER history_gateway_params_before_insert BEFORE INSERT ON gateway_params BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_params';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_params', json_array(gateway, name), json_object(
      'gateway', gateway, 'name', name, 'value', value)
    FROM gateway_params WHERE gateway = new.gateway AND name = new.name;
END;
CREATE TRIGGER history_gateway_params_insert AFTER INSERT ON gateway_params BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_params';
  DELETE FROM history_replaced WHERE table_name = 'gateway_params';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_params', json_array(new.gateway, new.name), NULL, json_object(
      'gateway', new.gateway, 'name', new.name, 'value', new.value));
END;
CREATE TRIGGER history_gateway_params_before_update BEFORE UPDATE ON gateway_params BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_params';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_params', json_array(gateway, name), json_object(
      'gateway', gateway, 'name', name, 'value', value)
    FROM gateway_params WHERE gateway = new.gateway AND name = new.name
      AND NOT (gateway IS old.gateway AND name IS old.name);
END;
CREATE TRIGGER history_gateway_params_update AFTER UPDATE ON gateway_params BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_params';
  DELETE FROM history_replaced WHERE table_name = 'gateway_params';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_params', json_array(old.gateway, old.name), json_object(
      'gateway', old.gateway, 'name', old.name, 'value', old.value), json_object(
      'gateway', new.gateway, 'name', new.name, 'value', new.value));
END;
CREATE TRIGGER history_gateway_params_delete AFTER DELETE ON gateway_params BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_params', json_array(old.gateway, old.name), json_object(
      'gateway', old.gateway, 'name', old.name, 'value', old.value), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateway_params' AND key = json_array(old.gateway, old.name);
END;

-- gateway_variables
CREATE TRIGGER history_gateway_variables_before_insert BEFORE INSERT ON gateway_variables BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_variables';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_variables', json_array(gateway, name, direction), json_object(
      'gateway', gateway, 'name', name, 'value', value, 'direction', direction)
    FROM gateway_variables
    WHERE gateway = new.gateway AND name = new.name AND coalesce(direction, '') = coalesce(new.direction, '');
END;
CREATE TRIGGER history_gateway_variables_insert AFTER INSERT ON gateway_variables BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_variables';
  DELETE FROM history_replaced WHERE table_name = 'gateway_variables';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_variables', json_array(new.gateway, new.name, new.direction), NULL, json_object(
      'gateway', new.gateway, 'name', new.name, 'value', new.value, 'direction', new.direction));
END;
CREATE TRIGGER history_gateway_variables_before_update BEFORE UPDATE ON gateway_variables BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_variables';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_variables', json_array(gateway, name, direction), json_object(
      'gateway', gateway, 'name', name, 'value', value, 'direction', direction)
    FROM gateway_variables
    WHERE gateway = new.gateway AND name = new.name AND coalesce(direction, '') = coalesce(new.direction, '')
      AND NOT (gateway IS old.gateway AND name IS old.name AND direction IS old.direction);
END;
CREATE TRIGGER history_gateway_variables_update AFTER UPDATE ON gateway_variables BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_variables';
  DELETE FROM history_replaced WHERE table_name = 'gateway_variables';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_variables', json_array(old.gateway, old.name, old.direction), json_object(
      'gateway', old.gateway, 'name', old.name, 'value', old.value, 'direction', old.direction), json_object(
      'gateway', new.gateway, 'name', new.name, 'value', new.value, 'direction', new.direction));
END;
CREATE TRIGGER history_gateway_variables_delete AFTER DELETE ON gateway_variables BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_variables', json_array(old.gateway, old.name, old.direction), json_object(
      'gateway', old.gateway, 'name', old.name, 'value', old.value, 'direction', old.direction), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateway_variables'
    AND key = json_array(old.gateway, old.name, old.direction);
END;

-- gateway_groups
CREATE TRIGGER history_gateway_groups_before_insert BEFORE INSERT ON gateway_groups BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_groups';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_groups', json_array(name), json_object(
      'name', name, 'strategy', strategy, 'chooser', chooser, 'max_attempts', max_attempts,
      'progress_timeout_seconds', progress_timeout_seconds, 'answer_timeout_seconds', answer_timeout_seconds,
      'note', note, 'health_mode', health_mode, 'when_all_down', when_all_down,
      'fault_limit_percent', fault_limit_percent, 'fault_confidence_percent', fault_confidence_percent,
      'eject_seconds', eject_seconds, 'slow_start_seconds', slow_start_seconds)
    FROM gateway_groups WHERE lower(name) = lower(new.name);
END;
CREATE TRIGGER history_gateway_groups_insert AFTER INSERT ON gateway_groups BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_groups';
  DELETE FROM history_replaced WHERE table_name = 'gateway_groups';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_groups', json_array(new.name), NULL, json_object(
      'name', new.name, 'strategy', new.strategy, 'chooser', new.chooser, 'max_attempts', new.max_attempts,
      'progress_timeout_seconds', new.progress_timeout_seconds, 'answer_timeout_seconds', new.answer_timeout_seconds,
      'note', new.note, 'health_mode', new.health_mode, 'when_all_down', new.when_all_down,
      'fault_limit_percent', new.fault_limit_percent, 'fault_confidence_percent', new.fault_confidence_percent,
      'eject_seconds', new.eject_seconds, 'slow_start_seconds', new.slow_start_seconds));
END;
CREATE TRIGGER history_gateway_groups_before_update BEFORE UPDATE ON gateway_groups BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_groups';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_groups', json_array(name), json_object(
      'name', name, 'strategy', strategy, 'chooser', chooser, 'max_attempts', max_attempts,
      'progress_timeout_seconds', progress_timeout_seconds, 'answer_timeout_seconds', answer_timeout_seconds,
      'note', note, 'health_mode', health_mode, 'when_all_down', when_all_down,
      'fault_limit_percent', fault_limit_percent, 'fault_confidence_percent', fault_confidence_percent,
      'eject_seconds', eject_seconds, 'slow_start_seconds', slow_start_seconds)
    FROM gateway_groups WHERE lower(name) = lower(new.name)
      AND NOT (name IS old.name);
END;
CREATE TRIGGER history_gateway_groups_update AFTER UPDATE ON gateway_groups BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_groups';
  DELETE FROM history_replaced WHERE table_name = 'gateway_groups';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_groups', json_array(old.name), json_object(
      'name', old.name, 'strategy', old.strategy, 'chooser', old.chooser, 'max_attempts', old.max_attempts,
      'progress_timeout_seconds', old.progress_timeout_seconds, 'answer_timeout_seconds', old.answer_timeout_seconds,
      'note', old.note, 'health_mode', old.health_mode, 'when_all_down', old.when_all_down,
      'fault_limit_percent', old.fault_limit_percent, 'fault_confidence_percent', old.fault_confidence_percent,
      'eject_seconds', old.eject_seconds, 'slow_start_seconds', old.slow_start_seconds), json_object(
      'name', new.name, 'strategy', new.strategy, 'chooser', new.chooser, 'max_attempts', new.max_attempts,
      'progress_timeout_seconds', new.progress_timeout_seconds, 'answer_timeout_seconds', new.answer_timeout_seconds,
      'note', new.note, 'health_mode', new.health_mode, 'when_all_down', new.when_all_down,
      'fault_limit_percent', new.fault_limit_percent, 'fault_confidence_percent', new.fault_confidence_percent,
      'eject_seconds', new.eject_seconds, 'slow_start_seconds', new.slow_start_seconds));
END;
CREATE TRIGGER history_gateway_groups_delete AFTER DELETE ON gateway_groups BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_groups', json_array(old.name), json_object(
      'name', old.name, 'strategy', old.strategy, 'chooser', old.chooser, 'max_attempts', old.max_attempts,
      'progress_timeout_seconds', old.progress_timeout_seconds, 'answer_timeout_seconds', old.answer_timeout_seconds,
      'note', old.note, 'health_mode', old.health_mode, 'when_all_down', old.when_all_down,
      'fault_limit_percent', old.fault_limit_percent, 'fault_confidence_percent', old.fault_confidence_percent,
      'eject_seconds', old.eject_seconds, 'slow_start_seconds', old.slow_start_seconds), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateway_groups' AND key = json_array(old.name);
END;

-- gateway_group_members
CREATE TRIGGER history_gateway_group_members_before_insert BEFORE INSERT ON gateway_group_members BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_group_members';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_group_members', json_array(group_name, gateway), json_object(
      'group_name', group_name, 'gateway', gateway, 'tier', tier, 'weight', weight)
    FROM gateway_group_members WHERE group_name = new.group_name AND gateway = new.gateway;
END;
CREATE TRIGGER history_gateway_group_members_insert AFTER INSERT ON gateway_group_members BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_group_members';
  DELETE FROM history_replaced WHERE table_name = 'gateway_group_members';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_group_members', json_array(new.group_name, new.gateway), NULL, json_object(
      'group_name', new.group_name, 'gateway', new.gateway, 'tier', new.tier, 'weight', new.weight));
END;
CREATE TRIGGER history_gateway_group_members_before_update BEFORE UPDATE ON gateway_group_members BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_group_members';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_group_members', json_array(group_name, gateway), json_object(
      'group_name', group_name, 'gateway', gateway, 'tier', tier, 'weight', weight)
    FROM gateway_group_members WHERE group_name = new.group_name AND gateway = new.gateway
      AND NOT (group_name IS old.group_name AND gateway IS old.gateway);
END;
CREATE TRIGGER history_gateway_group_members_update AFTER UPDATE ON gateway_group_members BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_group_members';
  DELETE FROM history_replaced WHERE table_name = 'gateway_group_members';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_group_members', json_array(old.group_name, old.gateway), json_object(
      'group_name', old.group_name, 'gateway', old.gateway, 'tier', old.tier, 'weight', old.weight), json_object(
      'group_name', new.group_name, 'gateway', new.gateway, 'tier', new.tier, 'weight', new.weight));
END;
CREATE TRIGGER history_gateway_group_members_delete AFTER DELETE ON gateway_group_members BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_group_members', json_array(old.group_name, old.gateway), json_object(
      'group_name', old.group_name, 'gateway', old.gateway, 'tier', old.tier, 'weight', old.weight), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateway_group_members'
    AND key = json_array(old.group_name, old.gateway);
END;

-- routes
CREATE TRIGGER history_routes_before_insert BEFORE INSERT ON routes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'routes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'routes', json_array(id), json_object(
      'id', id, 'name', name, 'context', context, 'position', position, 'destination_prefix', destination_prefix,
      'destination_pattern', destination_pattern, 'caller_pattern', caller_pattern, 'source_network', source_network,
      'header_name', header_name, 'header_pattern', header_pattern, 'group_name', group_name,
      'strip_digits', strip_digits, 'add_prefix', add_prefix, 'dial_number', dial_number,
      'destination_charset', destination_charset, 'caller_id_number', caller_id_number,
      'caller_id_name', caller_id_name, 'enabled', enabled, 'note', note)
    FROM routes WHERE (id = new.id OR name = new.name);
END;
CREATE TRIGGER history_routes_insert AFTER INSERT ON routes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'routes'
      AND (json_extract(key, '$[0]') = new.id
        OR NOT EXISTS (SELECT 1 FROM routes WHERE id = json_extract(key, '$[0]')));
  DELETE FROM history_replaced WHERE table_name = 'routes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'routes', json_array(new.id), NULL, json_object(
      'id', new.id, 'name', new.name, 'context', new.context, 'position', new.position,
      'destination_prefix', new.destination_prefix, 'destination_pattern', new.destination_pattern,
      'caller_pattern', new.caller_pattern, 'source_network', new.source_network, 'header_name', new.header_name,
      'header_pattern', new.header_pattern, 'group_name', new.group_name, 'strip_digits', new.strip_digits,
      'add_prefix', new.add_prefix, 'dial_number', new.dial_number, 'destination_charset', new.destination_charset,
      'caller_id_number', new.caller_id_number, 'caller_id_name', new.caller_id_name, 'enabled', new.enabled,
      'note', new.note));
END;
CREATE TRIGGER history_routes_before_update BEFORE UPDATE ON routes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'routes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'routes', json_array(id), json_object(
      'id', id, 'name', name, 'context', context, 'position', position, 'destination_prefix', destination_prefix,
      'destination_pattern', destination_pattern, 'caller_pattern', caller_pattern, 'source_network', source_network,
      'header_name', header_name, 'header_pattern', header_pattern, 'group_name', group_name,
      'strip_digits', strip_digits, 'add_prefix', add_prefix, 'dial_number', dial_number,
      'destination_charset', destination_charset, 'caller_id_number', caller_id_number,
      'caller_id_name', caller_id_name, 'enabled', enabled, 'note', note)
    FROM routes WHERE (id = new.id OR name = new.name)
      AND NOT (id IS old.id);
END;
CREATE TRIGGER history_routes_update AFTER UPDATE ON routes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'routes';
  DELETE FROM history_replaced WHERE table_name = 'routes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'routes', json_array(old.id), json_object(
      'id', old.id, 'name', old.name, 'context', old.context, 'position', old.position,
      'destination_prefix', old.destination_prefix, 'destination_pattern', old.destination_pattern,
      'caller_pattern', old.caller_pattern, 'source_network', old.source_network, 'header_name', old.header_name,
      'header_pattern', old.header_pattern, 'group_name', old.group_name, 'strip_digits', old.strip_digits,
      'add_prefix', old.add_prefix, 'dial_number', old.dial_number, 'destination_charset', old.destination_charset,
      'caller_id_number', old.caller_id_number, 'caller_id_name', old.caller_id_name, 'enabled', old.enabled,
      'note', old.note), json_object(
      'id', new.id, 'name', new.name, 'context', new.context, 'position', new.position,
      'destination_prefix', new.destination_prefix, 'destination_pattern', new.destination_pattern,
      'caller_pattern', new.caller_pattern, 'source_network', new.source_network, 'header_name', new.header_name,
      'header_pattern', new.header_pattern, 'group_name', new.group_name, 'strip_digits', new.strip_digits,
      'add_prefix', new.add_prefix, 'dial_number', new.dial_number, 'destination_charset', new.destination_charset,
      'caller_id_number', new.caller_id_number, 'caller_id_name', new.caller_id_name, 'enabled', new.enabled,
      'note', new.note));
END;
CREATE TRIGGER history_routes_delete AFTER DELETE ON routes BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'routes', json_array(old.id), json_object(
      'id', old.id, 'name', old.name, 'context', old.context, 'position', old.position,
      'destination_prefix', old.destination_prefix, 'destination_pattern', old.destination_pattern,
      'caller_pattern', old.caller_pattern, 'source_network', old.source_network, 'header_name', old.header_name,
      'header_pattern', old.header_pattern, 'group_name', old.group_name, 'strip_digits', old.strip_digits,
      'add_prefix', old.add_prefix, 'dial_number', old.dial_number, 'destination_charset', old.destination_charset,
      'caller_id_number', old.caller_id_number, 'caller_id_name', old.caller_id_name, 'enabled', old.enabled,
      'note', old.note), NULL);
  DELETE FROM history_replaced WHERE table_name = 'routes' AND key = json_array(old.id);
END;

-- failover_causes
CREATE TRIGGER history_failover_causes_before_insert BEFORE INSERT ON failover_causes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'failover_causes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'failover_causes', json_array(cause), json_object(
      'cause', cause, 'action', action)
    FROM failover_causes WHERE cause = new.cause;
END;
CREATE TRIGGER history_failover_causes_insert AFTER INSERT ON failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'failover_causes';
  DELETE FROM history_replaced WHERE table_name = 'failover_causes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'failover_causes', json_array(new.cause), NULL, json_object(
      'cause', new.cause, 'action', new.action));
END;
CREATE TRIGGER history_failover_causes_before_update BEFORE UPDATE ON failover_causes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'failover_causes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'failover_causes', json_array(cause), json_object(
      'cause', cause, 'action', action)
    FROM failover_causes WHERE cause = new.cause
      AND NOT (cause IS old.cause);
END;
CREATE TRIGGER history_failover_causes_update AFTER UPDATE ON failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'failover_causes';
  DELETE FROM history_replaced WHERE table_name = 'failover_causes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'failover_causes', json_array(old.cause), json_object(
      'cause', old.cause, 'action', old.action), json_object(
      'cause', new.cause, 'action', new.action));
END;
CREATE TRIGGER history_failover_causes_delete AFTER DELETE ON failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'failover_causes', json_array(old.cause), json_object(
      'cause', old.cause, 'action', old.action), NULL);
  DELETE FROM history_replaced WHERE table_name = 'failover_causes' AND key = json_array(old.cause);
END;

-- group_failover_causes
CREATE TRIGGER history_group_failover_causes_before_insert BEFORE INSERT ON group_failover_causes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'group_failover_causes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'group_failover_causes', json_array(group_name, cause), json_object(
      'group_name', group_name, 'cause', cause, 'action', action)
    FROM group_failover_causes WHERE group_name = new.group_name AND cause = new.cause;
END;
CREATE TRIGGER history_group_failover_causes_insert AFTER INSERT ON group_failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'group_failover_causes';
  DELETE FROM history_replaced WHERE table_name = 'group_failover_causes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'group_failover_causes', json_array(new.group_name, new.cause), NULL, json_object(
      'group_name', new.group_name, 'cause', new.cause, 'action', new.action));
END;
CREATE TRIGGER history_group_failover_causes_before_update BEFORE UPDATE ON group_failover_causes BEGIN
  DELETE FROM history_replaced WHERE table_name = 'group_failover_causes';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'group_failover_causes', json_array(group_name, cause), json_object(
      'group_name', group_name, 'cause', cause, 'action', action)
    FROM group_failover_causes WHERE group_name = new.group_name AND cause = new.cause
      AND NOT (group_name IS old.group_name AND cause IS old.cause);
END;
CREATE TRIGGER history_group_failover_causes_update AFTER UPDATE ON group_failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'group_failover_causes';
  DELETE FROM history_replaced WHERE table_name = 'group_failover_causes';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'group_failover_causes', json_array(old.group_name, old.cause), json_object(
      'group_name', old.group_name, 'cause', old.cause, 'action', old.action), json_object(
      'group_name', new.group_name, 'cause', new.cause, 'action', new.action));
END;
CREATE TRIGGER history_group_failover_causes_delete AFTER DELETE ON group_failover_causes BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'group_failover_causes', json_array(old.group_name, old.cause), json_object(
      'group_name', old.group_name, 'cause', old.cause, 'action', old.action), NULL);
  DELETE FROM history_replaced WHERE table_name = 'group_failover_causes'
    AND key = json_array(old.group_name, old.cause);
END;

-- outcome_blame
CREATE TRIGGER history_outcome_blame_before_insert BEFORE INSERT ON outcome_blame BEGIN
  DELETE FROM history_replaced WHERE table_name = 'outcome_blame';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'outcome_blame', json_array(match), json_object(
      'match', match, 'blame', blame)
    FROM outcome_blame WHERE match = new.match;
END;
CREATE TRIGGER history_outcome_blame_insert AFTER INSERT ON outcome_blame BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'outcome_blame';
  DELETE FROM history_replaced WHERE table_name = 'outcome_blame';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'outcome_blame', json_array(new.match), NULL, json_object(
      'match', new.match, 'blame', new.blame));
END;
CREATE TRIGGER history_outcome_blame_before_update BEFORE UPDATE ON outcome_blame BEGIN
  DELETE FROM history_replaced WHERE table_name = 'outcome_blame';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'outcome_blame', json_array(match), json_object(
      'match', match, 'blame', blame)
    FROM outcome_blame WHERE match = new.match
      AND NOT (match IS old.match);
END;
CREATE TRIGGER history_outcome_blame_update AFTER UPDATE ON outcome_blame BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'outcome_blame';
  DELETE FROM history_replaced WHERE table_name = 'outcome_blame';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'outcome_blame', json_array(old.match), json_object(
      'match', old.match, 'blame', old.blame), json_object(
      'match', new.match, 'blame', new.blame));
END;
CREATE TRIGGER history_outcome_blame_delete AFTER DELETE ON outcome_blame BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'outcome_blame', json_array(old.match), json_object(
      'match', old.match, 'blame', old.blame), NULL);
  DELETE FROM history_replaced WHERE table_name = 'outcome_blame' AND key = json_array(old.match);
END;

-- switches
CREATE TRIGGER history_switches_before_insert BEFORE INSERT ON switches BEGIN
  DELETE FROM history_replaced WHERE table_name = 'switches';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'switches', json_array(hostname), json_object(
      'hostname', hostname, 'esl_host', esl_host, 'esl_port', esl_port, 'esl_password', esl_password, 'note', note)
    FROM switches WHERE hostname = new.hostname;
END;
CREATE TRIGGER history_switches_insert AFTER INSERT ON switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'switches';
  DELETE FROM history_replaced WHERE table_name = 'switches';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'switches', json_array(new.hostname), NULL, json_object(
      'hostname', new.hostname, 'esl_host', new.esl_host, 'esl_port', new.esl_port, 'esl_password', new.esl_password,
      'note', new.note));
END;
CREATE TRIGGER history_switches_before_update BEFORE UPDATE ON switches BEGIN
  DELETE FROM history_replaced WHERE table_name = 'switches';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'switches', json_array(hostname), json_object(
      'hostname', hostname, 'esl_host', esl_host, 'esl_port', esl_port, 'esl_password', esl_password, 'note', note)
    FROM switches WHERE hostname = new.hostname
      AND NOT (hostname IS old.hostname);
END;
CREATE TRIGGER history_switches_update AFTER UPDATE ON switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'switches';
  DELETE FROM history_replaced WHERE table_name = 'switches';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'switches', json_array(old.hostname), json_object(
      'hostname', old.hostname, 'esl_host', old.esl_host, 'esl_port', old.esl_port, 'esl_password', old.esl_password,
      'note', old.note), json_object(
      'hostname', new.hostname, 'esl_host', new.esl_host, 'esl_port', new.esl_port, 'esl_password', new.esl_password,
      'note', new.note));
END;
CREATE TRIGGER history_switches_delete AFTER DELETE ON switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'switches', json_array(old.hostname), json_object(
      'hostname', old.hostname, 'esl_host', old.esl_host, 'esl_port', old.esl_port, 'esl_password', old.esl_password,
      'note', old.note), NULL);
  DELETE FROM history_replaced WHERE table_name = 'switches' AND key = json_array(old.hostname);
END;

-- gateway_switches
CREATE TRIGGER history_gateway_switches_before_insert BEFORE INSERT ON gateway_switches BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_switches';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_switches', json_array(gateway, hostname), json_object(
      'gateway', gateway, 'hostname', hostname)
    FROM gateway_switches WHERE gateway = new.gateway AND hostname = new.hostname;
END;
CREATE TRIGGER history_gateway_switches_insert AFTER INSERT ON gateway_switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_switches';
  DELETE FROM history_replaced WHERE table_name = 'gateway_switches';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_switches', json_array(new.gateway, new.hostname), NULL, json_object(
      'gateway', new.gateway, 'hostname', new.hostname));
END;
CREATE TRIGGER history_gateway_switches_before_update BEFORE UPDATE ON gateway_switches BEGIN
  DELETE FROM history_replaced WHERE table_name = 'gateway_switches';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'gateway_switches', json_array(gateway, hostname), json_object(
      'gateway', gateway, 'hostname', hostname)
    FROM gateway_switches WHERE gateway = new.gateway AND hostname = new.hostname
      AND NOT (gateway IS old.gateway AND hostname IS old.hostname);
END;
CREATE TRIGGER history_gateway_switches_update AFTER UPDATE ON gateway_switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'gateway_switches';
  DELETE FROM history_replaced WHERE table_name = 'gateway_switches';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_switches', json_array(old.gateway, old.hostname), json_object(
      'gateway', old.gateway, 'hostname', old.hostname), json_object(
      'gateway', new.gateway, 'hostname', new.hostname));
END;
CREATE TRIGGER history_gateway_switches_delete AFTER DELETE ON gateway_switches BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'gateway_switches', json_array(old.gateway, old.hostname), json_object(
      'gateway', old.gateway, 'hostname', old.hostname), NULL);
  DELETE FROM history_replaced WHERE table_name = 'gateway_switches' AND key = json_array(old.gateway, old.hostname);
END;

-- profiles
CREATE TRIGGER history_profiles_before_insert BEFORE INSERT ON profiles BEGIN
  DELETE FROM history_replaced WHERE table_name = 'profiles';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'profiles', json_array(name), json_object(
      'name', name)
    FROM profiles WHERE lower(name) = lower(new.name);
END;
CREATE TRIGGER history_profiles_insert AFTER INSERT ON profiles BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'profiles';
  DELETE FROM history_replaced WHERE table_name = 'profiles';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profiles', json_array(new.name), NULL, json_object(
      'name', new.name));
END;
CREATE TRIGGER history_profiles_before_update BEFORE UPDATE ON profiles BEGIN
  DELETE FROM history_replaced WHERE table_name = 'profiles';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'profiles', json_array(name), json_object(
      'name', name)
    FROM profiles WHERE lower(name) = lower(new.name)
      AND NOT (name IS old.name);
END;
CREATE TRIGGER history_profiles_update AFTER UPDATE ON profiles BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'profiles';
  DELETE FROM history_replaced WHERE table_name = 'profiles';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profiles', json_array(old.name), json_object(
      'name', old.name), json_object(
      'name', new.name));
END;
CREATE TRIGGER history_profiles_delete AFTER DELETE ON profiles BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profiles', json_array(old.name), json_object(
      'name', old.name), NULL);
  DELETE FROM history_replaced WHERE table_name = 'profiles' AND key = json_array(old.name);
END;

-- profile_settings
CREATE TRIGGER history_profile_settings_before_insert BEFORE INSERT ON profile_settings BEGIN
  DELETE FROM history_replaced WHERE table_name = 'profile_settings';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'profile_settings', json_array(profile, name), json_object(
      'profile', profile, 'name', name, 'value', value)
    FROM profile_settings WHERE profile = new.profile AND name = new.name;
END;
CREATE TRIGGER history_profile_settings_insert AFTER INSERT ON profile_settings BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'profile_settings';
  DELETE FROM history_replaced WHERE table_name = 'profile_settings';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profile_settings', json_array(new.profile, new.name), NULL, json_object(
      'profile', new.profile, 'name', new.name, 'value', new.value));
END;
CREATE TRIGGER history_profile_settings_before_update BEFORE UPDATE ON profile_settings BEGIN
  DELETE FROM history_replaced WHERE table_name = 'profile_settings';
  INSERT INTO history_replaced (table_name, key, old)
    SELECT 'profile_settings', json_array(profile, name), json_object(
      'profile', profile, 'name', name, 'value', value)
    FROM profile_settings WHERE profile = new.profile AND name = new.name
      AND NOT (profile IS old.profile AND name IS old.name);
END;
CREATE TRIGGER history_profile_settings_update AFTER UPDATE ON profile_settings BEGIN
  INSERT INTO history_entries (table_name, key, old, new)
    SELECT table_name, key, old, NULL FROM history_replaced WHERE table_name = 'profile_settings';
  DELETE FROM history_replaced WHERE table_name = 'profile_settings';
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profile_settings', json_array(old.profile, old.name), json_object(
      'profile', old.profile, 'name', old.name, 'value', old.value), json_object(
      'profile', new.profile, 'name', new.name, 'value', new.value));
END;
CREATE TRIGGER history_profile_settings_delete AFTER DELETE ON profile_settings BEGIN
  INSERT INTO history_entries (table_name, key, old, new) VALUES (
    'profile_settings', json_array(old.profile, old.name), json_object(
      'profile', old.profile, 'name', old.name, 'value', old.value), NULL);
  DELETE FROM history_replaced WHERE table_name = 'profile_settings' AND key = json_array(old.profile, old.name);
END;
