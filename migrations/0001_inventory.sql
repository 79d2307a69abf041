-- The inventory. Every table is STRICT, and every constraint has a name that says what is wanted, because the SQL
-- client shows that name when it refuses a row. CHECKs use SQLite's built-in functions only, so that any client can write.
--
-- Two idioms below:
--   x NOT GLOB '*[^ABC]*'                        only the characters A, B and C
--   length(CAST(x AS BLOB)) = length(x)          ASCII only, and no NUL (length() stops at one)
--   instr(CAST(x AS BLOB), x'00') = 0 AND x NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')
--                                                no control characters

CREATE TABLE gateways (
  name TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "gateways.name: 1 to 128 of A-Z a-z 0-9 _ . - (not first), and neither all nor _all_" CHECK (
      length(name) BETWEEN 1 AND 128 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_.-]*' AND name NOT GLOB '-*' AND lower(name) NOT IN ('all', '_all_')),
  profile TEXT NOT NULL DEFAULT 'external'
    CONSTRAINT "gateways.profile: 1 to 128 of A-Z a-z 0-9 _ . - (not first), and neither all nor _all_" CHECK (
      length(profile) BETWEEN 1 AND 128 AND length(CAST(profile AS BLOB)) = length(profile)
      AND profile NOT GLOB '*[^A-Za-z0-9_.-]*' AND profile NOT GLOB '-*' AND lower(profile) NOT IN ('all', '_all_')),
  proxy TEXT NOT NULL
    CONSTRAINT "gateways.proxy: host or host:port, without sip:" CHECK (
      length(proxy) BETWEEN 1 AND 255 AND length(CAST(proxy AS BLOB)) = length(proxy)
      AND proxy NOT GLOB '*[^]A-Za-z0-9_.:;=~+[-]*' AND lower(proxy) NOT GLOB 'sip:*' AND lower(proxy) NOT GLOB 'sips:*'),
  realm TEXT
    CONSTRAINT "gateways.realm: NULL or 1 to 255 characters, no control characters" CHECK (
      length(realm) BETWEEN 1 AND 255 AND instr(CAST(realm AS BLOB), x'00') = 0
      AND realm NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  username TEXT
    CONSTRAINT "gateways.username: NULL or 1 to 255 characters, no control characters" CHECK (
      length(username) BETWEEN 1 AND 255 AND instr(CAST(username AS BLOB), x'00') = 0
      AND username NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  password TEXT
    CONSTRAINT "gateways.password: NULL or 1 to 255 characters, no control characters" CHECK (
      length(password) BETWEEN 1 AND 255 AND instr(CAST(password AS BLOB), x'00') = 0
      AND password NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  register INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "gateways.register: 0 or 1" CHECK (register IN (0, 1)),
  register_transport TEXT NOT NULL DEFAULT 'udp'
    CONSTRAINT "gateways.register_transport: udp, tcp, tls or sctp" CHECK (
      register_transport IN ('udp', 'tcp', 'tls', 'sctp')),
  expire_seconds INTEGER
    CONSTRAINT "gateways.expire_seconds: NULL or 5 to 604800 (FreeSWITCH reads less than 5 as 3600)" CHECK (
      expire_seconds BETWEEN 5 AND 604800),
  retry_seconds INTEGER
    CONSTRAINT "gateways.retry_seconds: NULL or 5 to 86400 (FreeSWITCH reads less than 5 as 30)" CHECK (
      retry_seconds BETWEEN 5 AND 86400),
  caller_id_in_from INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "gateways.caller_id_in_from: 0 or 1" CHECK (caller_id_in_from IN (0, 1)),
  ping_seconds INTEGER
    CONSTRAINT "gateways.ping_seconds: NULL or 5 to 86400 (FreeSWITCH does not ping below 5)" CHECK (
      ping_seconds BETWEEN 5 AND 86400),
  ping_min INTEGER
    CONSTRAINT "gateways.ping_min: NULL or 0 to 1000" CHECK (ping_min BETWEEN 0 AND 1000),
  ping_max INTEGER
    CONSTRAINT "gateways.ping_max: NULL or 1 to 1000" CHECK (ping_max BETWEEN 1 AND 1000),
  extension TEXT
    CONSTRAINT "gateways.extension: NULL or 1 to 255 characters, no control characters" CHECK (
      length(extension) BETWEEN 1 AND 255 AND instr(CAST(extension AS BLOB), x'00') = 0
      AND extension NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  context TEXT
    CONSTRAINT "gateways.context: NULL or 1 to 255 characters, no control characters" CHECK (
      length(context) BETWEEN 1 AND 255 AND instr(CAST(context AS BLOB), x'00') = 0
      AND context NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  max_calls INTEGER
    CONSTRAINT "gateways.max_calls: NULL or 1 to 1000000" CHECK (max_calls BETWEEN 1 AND 1000000),
  max_cps INTEGER
    CONSTRAINT "gateways.max_cps: NULL or 1 to 1000000" CHECK (max_cps BETWEEN 1 AND 1000000),
  strip_digits INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "gateways.strip_digits: 0 to 64" CHECK (strip_digits BETWEEN 0 AND 64),
  add_prefix TEXT NOT NULL DEFAULT ''
    CONSTRAINT "gateways.add_prefix: up to 64 of 0-9 * # A-Z a-z . _ -, a + only first" CHECK (
      length(add_prefix) <= 64 AND length(CAST(add_prefix AS BLOB)) = length(add_prefix)
      AND add_prefix NOT GLOB '*[^0-9*#A-Za-z._+-]*' AND add_prefix NOT GLOB '?*+*'),
  state TEXT NOT NULL DEFAULT 'active'
    CONSTRAINT "gateways.state: active, drain or disabled" CHECK (state IN ('active', 'drain', 'disabled')),
  note TEXT,
  CONSTRAINT "gateways: register = 1 needs username and password" CHECK (
    register = 0 OR (username IS NOT NULL AND password IS NOT NULL)),
  CONSTRAINT "gateways: ping_min must not exceed ping_max (1 where NULL), or the gateway never comes back up" CHECK (
    coalesce(ping_min, 1) <= coalesce(ping_max, 1))
) STRICT;

-- FreeSWITCH has one namespace of gateways over all profiles and compares without regard to case.
CREATE UNIQUE INDEX "gateways.name: unique without regard to case" ON gateways (lower(name));

CREATE TABLE gateway_params (
  gateway TEXT NOT NULL
    CONSTRAINT "gateway_params.gateway: a gateways.name" REFERENCES gateways (name) ON UPDATE CASCADE ON DELETE CASCADE,
  name TEXT NOT NULL
    CONSTRAINT "gateway_params.name: 1 to 64 of A-Z a-z 0-9 _ -" CHECK (
      length(name) BETWEEN 1 AND 64 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_-]*')
    CONSTRAINT "gateway_params.name: ping-user-agent crashes FreeSWITCH (use after free), do not use it" CHECK (
      lower(name) <> 'ping-user-agent')
    CONSTRAINT "gateway_params.name: this parameter is a column of gateways, set it there" CHECK (
      name NOT IN ('proxy', 'realm', 'username', 'password', 'register', 'register-transport', 'expire-seconds',
        'retry-seconds', 'retry_seconds', 'caller-id-in-from', 'ping', 'ping-min', 'ping-max', 'extension', 'context')),
  value TEXT NOT NULL
    CONSTRAINT "gateway_params.value: 1 to 4096 characters, no control characters" CHECK (
      length(value) BETWEEN 1 AND 4096 AND instr(CAST(value AS BLOB), x'00') = 0
      AND value NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  CONSTRAINT "gateway_params: one row for each gateway and name" PRIMARY KEY (gateway, name)
) STRICT;

CREATE TABLE gateway_variables (
  gateway TEXT NOT NULL
    CONSTRAINT "gateway_variables.gateway: a gateways.name"
      REFERENCES gateways (name) ON UPDATE CASCADE ON DELETE CASCADE,
  name TEXT NOT NULL
    CONSTRAINT "gateway_variables.name: 1 to 128 of A-Z a-z 0-9 _ - . :" CHECK (
      length(name) BETWEEN 1 AND 128 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_.:-]*'),
  value TEXT NOT NULL
    CONSTRAINT "gateway_variables.value: 1 to 4096 characters, no control characters" CHECK (
      length(value) BETWEEN 1 AND 4096 AND instr(CAST(value AS BLOB), x'00') = 0
      AND value NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  direction TEXT
    CONSTRAINT "gateway_variables.direction: inbound, outbound, or NULL for both" CHECK (
      direction IN ('inbound', 'outbound'))
) STRICT;

CREATE UNIQUE INDEX "gateway_variables: one row for each gateway, name and direction"
  ON gateway_variables (gateway, name, coalesce(direction, ''));

CREATE TABLE gateway_groups (
  name TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "gateway_groups.name: 1 to 128 of A-Z a-z 0-9 _ . - (not first), and neither all nor _all_" CHECK (
      length(name) BETWEEN 1 AND 128 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_.-]*' AND name NOT GLOB '-*' AND lower(name) NOT IN ('all', '_all_')),
  strategy TEXT NOT NULL DEFAULT 'weighted'
    CONSTRAINT "gateway_groups.strategy: weighted or ordered" CHECK (strategy IN ('weighted', 'ordered')),
  chooser TEXT NOT NULL DEFAULT 'trunkhunt'
    CONSTRAINT "gateway_groups.chooser: trunkhunt or mod_distributor" CHECK (
      chooser IN ('trunkhunt', 'mod_distributor')),
  max_attempts INTEGER NOT NULL DEFAULT 3
    CONSTRAINT "gateway_groups.max_attempts: 1 to 100" CHECK (max_attempts BETWEEN 1 AND 100),
  progress_timeout_seconds INTEGER NOT NULL DEFAULT 10
    CONSTRAINT "gateway_groups.progress_timeout_seconds: 1 to 3600" CHECK (
      progress_timeout_seconds BETWEEN 1 AND 3600),
  answer_timeout_seconds INTEGER NOT NULL DEFAULT 60
    CONSTRAINT "gateway_groups.answer_timeout_seconds: 1 to 3600" CHECK (answer_timeout_seconds BETWEEN 1 AND 3600),
  note TEXT
) STRICT;

CREATE UNIQUE INDEX "gateway_groups.name: unique without regard to case" ON gateway_groups (lower(name));

CREATE TABLE gateway_group_members (
  group_name TEXT NOT NULL
    CONSTRAINT "gateway_group_members.group_name: a gateway_groups.name"
      REFERENCES gateway_groups (name) ON UPDATE CASCADE ON DELETE CASCADE,
  gateway TEXT NOT NULL
    CONSTRAINT "gateway_group_members.gateway: a gateways.name" REFERENCES gateways (name) ON UPDATE CASCADE,
  tier INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "gateway_group_members.tier: 1 to 1000" CHECK (tier BETWEEN 1 AND 1000),
  weight INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "gateway_group_members.weight: 0 to 1000000" CHECK (weight BETWEEN 0 AND 1000000),
  CONSTRAINT "gateway_group_members: one row for each group and gateway" PRIMARY KEY (group_name, gateway)
) STRICT;

CREATE INDEX gateway_group_members_by_gateway ON gateway_group_members (gateway);

CREATE TABLE routes (
  id INTEGER PRIMARY KEY,
  name TEXT
    CONSTRAINT "routes.name: NULL or 1 to 128 characters, no control characters" CHECK (
      length(name) BETWEEN 1 AND 128 AND instr(CAST(name AS BLOB), x'00') = 0
      AND name NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  context TEXT NOT NULL
    CONSTRAINT "routes.context: 1 to 255 characters, no control characters" CHECK (
      length(context) BETWEEN 1 AND 255 AND instr(CAST(context AS BLOB), x'00') = 0
      AND context NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  position INTEGER NOT NULL DEFAULT 100
    CONSTRAINT "routes.position: -1000000000 to 1000000000" CHECK (position BETWEEN -1000000000 AND 1000000000),
  destination_prefix TEXT
    CONSTRAINT "routes.destination_prefix: NULL or 1 to 64 of 0-9 * # A-Z a-z . _ -, a + only first" CHECK (
      length(destination_prefix) BETWEEN 1 AND 64
      AND length(CAST(destination_prefix AS BLOB)) = length(destination_prefix)
      AND destination_prefix NOT GLOB '*[^0-9*#A-Za-z._+-]*' AND destination_prefix NOT GLOB '?*+*'),
  destination_pattern TEXT
    CONSTRAINT "routes.destination_pattern: NULL or 1 to 512 characters, no control characters" CHECK (
      length(destination_pattern) BETWEEN 1 AND 512 AND instr(CAST(destination_pattern AS BLOB), x'00') = 0
      AND destination_pattern NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  caller_pattern TEXT
    CONSTRAINT "routes.caller_pattern: NULL or 1 to 512 characters, no control characters" CHECK (
      length(caller_pattern) BETWEEN 1 AND 512 AND instr(CAST(caller_pattern AS BLOB), x'00') = 0
      AND caller_pattern NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  source_network TEXT
    CONSTRAINT "routes.source_network: NULL or a CIDR such as 192.0.2.0/24 or 2001:db8::/32" CHECK (
      length(source_network) BETWEEN 2 AND 49 AND length(CAST(source_network AS BLOB)) = length(source_network)
      AND source_network NOT GLOB '*[^0-9A-Fa-f.:/]*'),
  header_name TEXT
    CONSTRAINT "routes.header_name: NULL or 1 to 64 of A-Z a-z 0-9 _ . -" CHECK (
      length(header_name) BETWEEN 1 AND 64 AND length(CAST(header_name AS BLOB)) = length(header_name)
      AND header_name NOT GLOB '*[^A-Za-z0-9_.-]*'),
  header_pattern TEXT
    CONSTRAINT "routes.header_pattern: NULL or 1 to 512 characters, no control characters" CHECK (
      length(header_pattern) BETWEEN 1 AND 512 AND instr(CAST(header_pattern AS BLOB), x'00') = 0
      AND header_pattern NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  group_name TEXT NOT NULL
    CONSTRAINT "routes.group_name: a gateway_groups.name" REFERENCES gateway_groups (name) ON UPDATE CASCADE,
  strip_digits INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "routes.strip_digits: 0 to 64" CHECK (strip_digits BETWEEN 0 AND 64),
  add_prefix TEXT NOT NULL DEFAULT ''
    CONSTRAINT "routes.add_prefix: up to 64 of 0-9 * # A-Z a-z . _ -, a + only first" CHECK (
      length(add_prefix) <= 64 AND length(CAST(add_prefix AS BLOB)) = length(add_prefix)
      AND add_prefix NOT GLOB '*[^0-9*#A-Za-z._+-]*' AND add_prefix NOT GLOB '?*+*'),
  dial_number TEXT
    CONSTRAINT "routes.dial_number: NULL or 1 to 64 of 0-9 * # A-Z a-z . _ - and $1 to $9, a + only first" CHECK (
      length(dial_number) BETWEEN 1 AND 64 AND length(CAST(dial_number AS BLOB)) = length(dial_number)
      AND dial_number NOT GLOB '*[^0-9*#A-Za-z._+$-]*' AND dial_number NOT GLOB '?*+*'
      AND dial_number NOT GLOB '*$[^1-9]*' AND dial_number NOT GLOB '*$'),
  destination_charset TEXT NOT NULL DEFAULT 'digits'
    CONSTRAINT "routes.destination_charset: digits or user" CHECK (destination_charset IN ('digits', 'user')),
  caller_id_number TEXT
    CONSTRAINT "routes.caller_id_number: NULL or 1 to 64 of 0-9 * # A-Z a-z . _ -, a + only first" CHECK (
      length(caller_id_number) BETWEEN 1 AND 64 AND length(CAST(caller_id_number AS BLOB)) = length(caller_id_number)
      AND caller_id_number NOT GLOB '*[^0-9*#A-Za-z._+-]*' AND caller_id_number NOT GLOB '?*+*'),
  caller_id_name TEXT
    CONSTRAINT "routes.caller_id_name: NULL or 1 to 64 characters, none of , ' "" \ { } [ ] | $ < > ^ ; : / @ % or control characters" CHECK (
      length(caller_id_name) BETWEEN 1 AND 64 AND instr(CAST(caller_id_name AS BLOB), x'00') = 0
      AND caller_id_name NOT GLOB '*[],''"\{}[|$<>^;:/@%]*'
      AND caller_id_name NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  enabled INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "routes.enabled: 0 or 1" CHECK (enabled IN (0, 1)),
  note TEXT,
  CONSTRAINT "routes: header_name and header_pattern go together" CHECK (
    (header_name IS NULL) = (header_pattern IS NULL)),
  CONSTRAINT "routes: a dial_number with $1 to $9 needs a destination_pattern" CHECK (
    dial_number IS NULL OR instr(dial_number, '$') = 0 OR destination_pattern IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX "routes.name: unique" ON routes (name);

CREATE TABLE failover_causes (
  cause TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "failover_causes.cause: a FreeSWITCH cause such as USER_BUSY" CHECK (
      length(cause) BETWEEN 1 AND 64 AND length(CAST(cause AS BLOB)) = length(cause) AND cause NOT GLOB '*[^A-Z_]*'),
  action TEXT NOT NULL
    CONSTRAINT "failover_causes.action: next or stop" CHECK (action IN ('next', 'stop'))
) STRICT;

INSERT INTO failover_causes (cause, action) VALUES
  ('NETWORK_OUT_OF_ORDER', 'next'),
  ('NORMAL_TEMPORARY_FAILURE', 'next'),
  ('NORMAL_CIRCUIT_CONGESTION', 'next'),
  ('SWITCH_CONGESTION', 'next'),
  ('SERVICE_UNAVAILABLE', 'next'),
  ('REQUESTED_CHAN_UNAVAIL', 'next'),
  ('RECOVERY_ON_TIMER_EXPIRE', 'next'),
  ('GATEWAY_DOWN', 'next'),
  ('INVALID_GATEWAY', 'next'),
  ('PROGRESS_TIMEOUT', 'next'),
  ('NO_USER_RESPONSE', 'next'),
  ('DESTINATION_OUT_OF_ORDER', 'next'),
  ('USER_BUSY', 'stop'),
  ('NO_ANSWER', 'stop'),
  ('ALLOTTED_TIMEOUT', 'stop'),
  ('CALL_REJECTED', 'stop'),
  ('UNALLOCATED_NUMBER', 'stop'),
  ('INVALID_NUMBER_FORMAT', 'stop'),
  ('ORIGINATOR_CANCEL', 'stop');

CREATE TABLE group_failover_causes (
  group_name TEXT NOT NULL
    CONSTRAINT "group_failover_causes.group_name: a gateway_groups.name"
      REFERENCES gateway_groups (name) ON UPDATE CASCADE ON DELETE CASCADE,
  cause TEXT NOT NULL
    CONSTRAINT "group_failover_causes.cause: a FreeSWITCH cause such as USER_BUSY" CHECK (
      length(cause) BETWEEN 1 AND 64 AND length(CAST(cause AS BLOB)) = length(cause) AND cause NOT GLOB '*[^A-Z_]*'),
  action TEXT NOT NULL
    CONSTRAINT "group_failover_causes.action: next or stop" CHECK (action IN ('next', 'stop')),
  CONSTRAINT "group_failover_causes: one row for each group and cause" PRIMARY KEY (group_name, cause)
) STRICT;

CREATE TABLE switches (
  hostname TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "switches.hostname: 1 to 255 characters (the switchname that requests carry), no control characters" CHECK (
      length(hostname) BETWEEN 1 AND 255 AND instr(CAST(hostname AS BLOB), x'00') = 0
      AND hostname NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  esl_host TEXT
    CONSTRAINT "switches.esl_host: NULL or 1 to 255 of A-Z a-z 0-9 . : _ -" CHECK (
      length(esl_host) BETWEEN 1 AND 255 AND length(CAST(esl_host AS BLOB)) = length(esl_host)
      AND esl_host NOT GLOB '*[^A-Za-z0-9.:_-]*'),
  esl_port INTEGER NOT NULL DEFAULT 8021
    CONSTRAINT "switches.esl_port: 1 to 65535" CHECK (esl_port BETWEEN 1 AND 65535),
  esl_password TEXT
    CONSTRAINT "switches.esl_password: NULL or 1 to 255 characters, no control characters" CHECK (
      length(esl_password) BETWEEN 1 AND 255 AND instr(CAST(esl_password AS BLOB), x'00') = 0
      AND esl_password NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  note TEXT
) STRICT;

CREATE TABLE gateway_switches (
  gateway TEXT NOT NULL
    CONSTRAINT "gateway_switches.gateway: a gateways.name"
      REFERENCES gateways (name) ON UPDATE CASCADE ON DELETE CASCADE,
  hostname TEXT NOT NULL
    CONSTRAINT "gateway_switches.hostname: a switches.hostname" REFERENCES switches (hostname) ON UPDATE CASCADE,
  CONSTRAINT "gateway_switches: one row for each gateway and switch" PRIMARY KEY (gateway, hostname)
) STRICT;

CREATE INDEX gateway_switches_by_hostname ON gateway_switches (hostname);

CREATE TABLE profiles (
  name TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "profiles.name: 1 to 128 of A-Z a-z 0-9 _ . - (not first), and neither all nor _all_" CHECK (
      length(name) BETWEEN 1 AND 128 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_.-]*' AND name NOT GLOB '-*' AND lower(name) NOT IN ('all', '_all_'))
) STRICT;

CREATE UNIQUE INDEX "profiles.name: unique without regard to case" ON profiles (lower(name));

CREATE TABLE profile_settings (
  profile TEXT NOT NULL
    CONSTRAINT "profile_settings.profile: a profiles.name"
      REFERENCES profiles (name) ON UPDATE CASCADE ON DELETE CASCADE,
  name TEXT NOT NULL
    CONSTRAINT "profile_settings.name: 1 to 128 of A-Z a-z 0-9 _ . -" CHECK (
      length(name) BETWEEN 1 AND 128 AND length(CAST(name AS BLOB)) = length(name)
      AND name NOT GLOB '*[^A-Za-z0-9_.-]*'),
  value TEXT NOT NULL
    CONSTRAINT "profile_settings.value: 1 to 4096 characters, no control characters" CHECK (
      length(value) BETWEEN 1 AND 4096 AND instr(CAST(value AS BLOB), x'00') = 0
      AND value NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || ']*')),
  CONSTRAINT "profile_settings: one row for each profile and name" PRIMARY KEY (profile, name)
) STRICT;
