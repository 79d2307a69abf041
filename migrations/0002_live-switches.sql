-- Health, limits and reconciliation: how groups judge their gateways, whom the outcomes of calls blame, and how long a
-- gateway that is going is waited for. The idioms are those of 0001.

ALTER TABLE gateway_groups ADD COLUMN health_mode TEXT NOT NULL DEFAULT 'enforce'
  CONSTRAINT "gateway_groups.health_mode: enforce or observe" CHECK (health_mode IN ('enforce', 'observe'));

ALTER TABLE gateway_groups ADD COLUMN when_all_down TEXT NOT NULL DEFAULT 'try_all'
  CONSTRAINT "gateway_groups.when_all_down: try_all or refuse" CHECK (when_all_down IN ('try_all', 'refuse'));

ALTER TABLE gateway_groups ADD COLUMN fault_limit_percent INTEGER NOT NULL DEFAULT 10
  CONSTRAINT "gateway_groups.fault_limit_percent: 1 to 99" CHECK (fault_limit_percent BETWEEN 1 AND 99);

ALTER TABLE gateway_groups ADD COLUMN fault_confidence_percent INTEGER NOT NULL DEFAULT 95
  CONSTRAINT "gateway_groups.fault_confidence_percent: 50 to 99" CHECK (fault_confidence_percent BETWEEN 50 AND 99);

ALTER TABLE gateway_groups ADD COLUMN eject_seconds INTEGER NOT NULL DEFAULT 30
  CONSTRAINT "gateway_groups.eject_seconds: 1 to 86400" CHECK (eject_seconds BETWEEN 1 AND 86400);

ALTER TABLE gateway_groups ADD COLUMN slow_start_seconds INTEGER NOT NULL DEFAULT 60
  CONSTRAINT "gateway_groups.slow_start_seconds: 0 to 86400" CHECK (slow_start_seconds BETWEEN 0 AND 86400);

ALTER TABLE gateways ADD COLUMN drain_seconds INTEGER NOT NULL DEFAULT 300
  CONSTRAINT "gateways.drain_seconds: 0 to 86400" CHECK (drain_seconds BETWEEN 0 AND 86400);

CREATE TABLE outcome_blame (
  match TEXT NOT NULL PRIMARY KEY
    CONSTRAINT "outcome_blame.match: a SIP status (503), a class of them (5xx), or a FreeSWITCH cause (PROGRESS_TIMEOUT)" CHECK (
      length(match) BETWEEN 1 AND 64 AND length(CAST(match AS BLOB)) = length(match)
      AND (match GLOB '[1-9][0-9][0-9]' OR match GLOB '[1-9]xx'
        OR (match GLOB '[A-Z]*' AND match NOT GLOB '*[^A-Z0-9_]*'))),
  blame TEXT NOT NULL
    CONSTRAINT "outcome_blame.blame: gateway, destination, caller or ourselves" CHECK (
      blame IN ('gateway', 'destination', 'caller', 'ourselves'))
) STRICT;

-- Statuses come first, then classes, then causes (which stand where the gateway sent no answer of its own).
INSERT INTO outcome_blame (match, blame) VALUES
  ('401', 'gateway'), ('402', 'gateway'), ('403', 'gateway'), ('407', 'gateway'), ('408', 'gateway'),
  ('5xx', 'gateway'), ('501', 'ourselves'), ('505', 'ourselves'), ('513', 'ourselves'),
  -- 900 and up is how the SIP stack itself speaks of transport errors.
  ('9xx', 'gateway'),
  ('404', 'destination'), ('410', 'destination'), ('480', 'destination'), ('484', 'destination'),
  ('485', 'destination'), ('486', 'destination'), ('6xx', 'destination'), ('3xx', 'destination'),
  ('487', 'caller'),
  ('4xx', 'ourselves'), ('606', 'ourselves'),
  ('PROGRESS_TIMEOUT', 'gateway'), ('RECOVERY_ON_TIMER_EXPIRE', 'gateway'), ('NETWORK_OUT_OF_ORDER', 'gateway'),
  ('NO_ANSWER', 'destination'), ('ALLOTTED_TIMEOUT', 'destination'), ('NO_USER_RESPONSE', 'destination'),
  ('USER_BUSY', 'destination'),
  ('ORIGINATOR_CANCEL', 'caller'), ('LOSE_RACE', 'caller'), ('PICKED_OFF', 'caller'),
  ('DESTINATION_OUT_OF_ORDER', 'ourselves'), ('INCOMPATIBLE_DESTINATION', 'ourselves'),
  ('SYSTEM_SHUTDOWN', 'ourselves'), ('MANAGER_REQUEST', 'ourselves');

-- What FreeSWITCH makes of a gateway that refuses the login of a call (904 to the SIP stack): the next one may take it.
INSERT OR IGNORE INTO failover_causes (cause, action) VALUES ('NORMAL_UNSPECIFIED', 'next');
