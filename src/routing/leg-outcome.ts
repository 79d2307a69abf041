/** Whom a failed leg blames. */
export type Blame = 'gateway' | 'destination' | 'caller' | 'ourselves';

/** What came of a leg, as far as it says something of somebody. `unjudged`: nobody knows. */
export type LegVerdict = 'answered' | Blame | 'unjudged';

/** What a switch told of a leg that has ended. */
export interface LegOutcome {
  readonly isAnswered: boolean;
  /** Whether any 18x came. */
  readonly hasRung: boolean;
  /** `sip_term_status`; 0 where the gateway sent no final answer. */
  readonly sipStatus: number;
  /** FreeSWITCH's name of the cause. */
  readonly cause: string;
  /** `sip_hangup_disposition`. */
  readonly disposition: string;
}

/** By SIP status (`503`), class of statuses (`5xx`), or FreeSWITCH's name of a cause. */
export type BlameTable = ReadonlyMap<string, Blame>;

/** What a row of the table may match. */
export const BLAME_MATCH = /^(?:[1-9][0-9]{2}|[1-9]xx|[A-Z][A-Z0-9_]*)$/;

/**
 * Judges a leg by the SIP status first: many statuses share a cause, and a `Reason` header overrides it (contract 7.6).
 * A leg that this side gave up never blames the gateway, since FreeSWITCH writes a 487 of its own then; except where the
 * gateway had not even said "ringing" by the leg's progress timeout.
 */
export function judgeLeg(outcome: LegOutcome, table: BlameTable): LegVerdict {
  const { cause, disposition } = outcome;
  if (outcome.isAnswered) return 'answered';
  const verdict = byStatus(outcome.sipStatus, table) ?? byCause(cause, table);
  if (disposition !== 'send_cancel' || verdict !== 'gateway') return verdict;
  return cause === 'PROGRESS_TIMEOUT' && !outcome.hasRung ? verdict : 'unjudged';
}

/** Whether the leg shows that the gateway was there and did its work. */
export function showsGatewayWell(verdict: LegVerdict, { sipStatus, hasRung }: LegOutcome): boolean {
  if (verdict === 'answered') return true;
  if (verdict === 'gateway') return false;
  return hasRung || (verdict === 'destination' && sipStatus >= 300);
}

function byStatus(status: number, table: BlameTable): LegVerdict | undefined {
  if (status < 300) return undefined;
  return table.get(String(status)) ?? table.get(`${Math.floor(status / 100)}xx`);
}

function byCause(cause: string, table: BlameTable): LegVerdict {
  return table.get(cause) ?? 'unjudged';
}
