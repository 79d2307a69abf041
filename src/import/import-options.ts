import type { SqlDialect } from './sql-dialect.ts';

/** What files of other programs do not say, and an operator may. */
export interface ImportOptions {
  /** The sofia profile of the gateways of Kamailio and OpenSIPS; undefined = the column's default. */
  readonly profile: string | undefined;
  /** Of gateways that Kamailio or OpenSIPS probes; 0 = none gets pings. */
  readonly pingSeconds: number;
  /** OpenSIPS: the dialplan context of a group of rules, or under '' of all. */
  readonly contexts: ReadonlyMap<string, string>;
  /** Kamailio: the algorithm of ds_select_dst() for a set, or under '' for all. */
  readonly algorithms: ReadonlyMap<string, number>;
  /** Whose dump SQL is; undefined = what its beginning says. */
  readonly sqlDialect: SqlDialect | undefined;
}
