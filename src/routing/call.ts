/**
 * Text that a caller chose: a number, a name, a header. No string to the compiler, so that it is never put into another
 * text by the way: `plainText` reads it, for matching, counting and logs, and only what was proven or cleaned of it
 * reaches a document, by `provenText`.
 */
export interface CallerText {
  readonly brand: 'CallerText';
}

/** What a switch says of a call when it asks where to send it. */
export interface Call {
  /** Names the decision on every leg and in every log line: a-z 0-9 and "-". */
  readonly decisionId: string;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  /** The switchname of the FreeSWITCH that asks. */
  readonly hostname: string;
  /** The caller's leg on that switch; "" where the request does not name it. */
  readonly channelUuid: string;
  readonly context: string;
  readonly destinationNumber: CallerText;
  readonly callerNumber: CallerText;
  /** Where the call's packets come from; the one datum a caller cannot choose. */
  readonly networkAddress: string;
  /** SIP headers that routes ask for, by lower-case name. */
  readonly headers: ReadonlyMap<string, CallerText>;
}

/** Marks text as chosen by a caller. */
export function callerText(text: string): CallerText {
  return text as unknown as CallerText;
}

/** The text as it came, whatever it holds. */
export function plainText(text: CallerText): string {
  return text as unknown as string;
}
