-- The example inventory: two PBXs that share calls one to one.
INSERT INTO gateways (name, proxy, register, register_transport, expire_seconds, retry_seconds, caller_id_in_from, ping_seconds, note)
VALUES
  ('gw1', '172.16.4.113:5060', 0, 'udp', 60, 30, 1, 25, 'first PBX'),
  ('gw2', '172.16.4.114:5060', 0, 'udp', 60, 30, 1, 25, 'second PBX');

INSERT INTO gateway_groups (name, note) VALUES ('2gw', 'both PBXs');

INSERT INTO gateway_group_members (group_name, gateway, weight) VALUES ('2gw', 'gw1', 1), ('2gw', 'gw2', 1);

-- The PBXs have different users: who is unknown to one may be known to the other.
INSERT INTO group_failover_causes (group_name, cause, action) VALUES ('2gw', 'UNALLOCATED_NUMBER', 'next');

INSERT INTO routes (name, context, destination_pattern, dial_number, group_name, note)
VALUES ('example', 'default', '9980$', '1004', '2gw', 'whoever dials 9980 reaches 1004 on one of the PBXs');
