/**
 * Every finding that the program can report about an inventory, its settings or its files: one line each, mirrored in
 * docs/errors.md. A *problem* stops (the snapshot is refused, the command fails); a *warning* is said and passes.
 * Codes are stable: they are never renamed or used for something else.
 */
export const CATALOGUE = {
  'settings-invalid': ['problem', 'A flag or TRUNKHUNT_ variable has a value that it cannot have'],
  'settings-unknown': ['problem', 'A TRUNKHUNT_ variable that does not exist is set'],
  'settings-conflict': ['problem', 'A setting and its _FILE twin are both given'],
  'settings-file-unreadable': ['problem', 'The file that a _FILE setting names cannot be read'],
  'listen-without-credentials': ['problem', 'The server would listen beyond loopback without asking for a password'],
  'listen-failed': ['problem', 'The address cannot be listened on'],
  'inventory-missing': ['problem', 'The database file does not exist'],
  'inventory-unreadable': ['problem', 'The database file cannot be opened or read'],
  'inventory-foreign': ['problem', 'The database file belongs to something else'],
  'inventory-not-migrated': ['problem', 'The database lacks migrations that this version needs'],
  'inventory-too-new': ['problem', 'The database was migrated by a newer version'],
  'migration-edited': ['problem', 'A migration that was applied differs from the file that is shipped'],
  'migration-missing': ['problem', 'A migration that was applied is not among the files that are shipped'],
  'migration-failed': ['problem', 'A migration could not be applied'],
  'backup-failed': ['problem', 'The backup before a migration could not be written'],
  'name-invalid': ['problem', 'A name holds what FreeSWITCH would read as something else'],
  'name-duplicate': ['problem', 'Two names differ only in case'],
  'reference-broken': ['problem', 'A row names another row that does not exist'],
  'value-invalid': ['problem', 'A value is outside what the column allows'],
  'pattern-invalid': ['problem', 'A pattern cannot be read'],
  'pattern-too-large': ['problem', 'A pattern is too large to be matched quickly'],
  'capture-missing': ['problem', 'A dial_number uses a capture that its pattern does not have'],
  'network-invalid': ['problem', 'A source_network is no CIDR'],
  'number-never-dialable': ['problem', 'No number can be dialled after these rules'],
  'group-empty': ['problem', 'A route sends calls to a group that has no member'],
  'group-too-large': ['problem', 'A group has more members than the scheduler is proven for'],
  'distributor-rules-differ': ['problem', 'Members of a mod_distributor group have different number rules'],
  'distributor-limits': ['problem', 'A member of a mod_distributor group has max_calls or max_cps'],
  'distributor-too-large': ['problem', 'A mod_distributor group has more than 98 members'],
  'cause-unknown': ['problem', 'A failover cause is none that FreeSWITCH has'],
  'group-without-calls': ['warning', 'Every member of a group that a route uses is drained, disabled or of weight 0'],
  'distributor-exceptions': ['warning', 'More gateways may be down than mod_distributor takes exceptions'],
  'route-open-to-internet': [
    'warning',
    "A route in context 'public' has neither a fixed dial_number nor a source_network",
  ],
  'prefix-outside-charset': ['warning', 'A destination_prefix holds characters that the charset refuses'],
  'header-not-passed': ['warning', 'FreeSWITCH passes no header of this name on'],
  'global-not-expanded': ['warning', 'A value holds $${...}, which reaches FreeSWITCH as it is written'],
  'parameter-unknown': ['warning', 'Sofia knows no gateway parameter of this name and ignores it'],
  'ping-never-down': ['warning', 'A ping_min of 0 means that the gateway is never marked down'],
  'limit-not-enforced': ['warning', 'This version does not yet hold max_calls and max_cps'],
  'list-approximated': ['warning', 'The weights do not fit into a distributor list of 512 nodes'],
  'document-too-large': ['warning', 'A document outgrows what FreeSWITCH accepts by default'],
} as const satisfies Record<string, readonly ['problem' | 'warning', string]>;

export type FindingCode = keyof typeof CATALOGUE;
