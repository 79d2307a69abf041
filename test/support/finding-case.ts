import type { FindingCode } from '../../src/errors/catalogue.ts';

/** SQL after which an inventory has a finding, and SQL that is as near to it as can be and has not. */
export interface FindingCase {
  readonly code: FindingCode;
  /** Runs on SOUND_INVENTORY. */
  readonly shows: string;
  readonly where: string;
  readonly what: RegExp;
  readonly fix: RegExp;
  /** Other findings that cannot but come with it. */
  readonly besides?: readonly FindingCode[];
  readonly nearMiss: string;
  /** What the near miss has instead. */
  readonly nearMissHas?: readonly FindingCode[];
}

/** Two gateways that share the calls of one route; nothing is wrong with it. */
export const SOUND_INVENTORY = `
  INSERT INTO gateways (name, proxy) VALUES ('a', '192.0.2.1:5060'), ('b', '192.0.2.2:5060');
  INSERT INTO gateway_groups (name) VALUES ('g');
  INSERT INTO gateway_group_members (group_name, gateway) VALUES ('g', 'a'), ('g', 'b');
  INSERT INTO routes (name, context, group_name) VALUES ('r', 'default', 'g');
`;

/** For what the schema refuses: a client can switch CHECKs off. */
export const UNCHECKED = 'PRAGMA ignore_check_constraints = ON;';

/** Changes of every route. */
export const route = (assignments: string): string => `UPDATE routes SET ${assignments};`;
/** Changes of one gateway. */
export const gateway = (assignments: string, name = 'a'): string =>
  `UPDATE gateways SET ${assignments} WHERE name = '${name}';`;
