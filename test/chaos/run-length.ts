/** What a run does in the minutes that CI has for all of them, and what in its long version. */
export interface RunLength<Value> {
  readonly quick: Value;
  readonly long: Value;
}

/** `npm run chaos -- --quick` asks for the short version. */
export function ofThisRun<Value>({ quick, long }: RunLength<Value>): Value {
  return process.env['CHAOS_LENGTH'] === 'quick' ? quick : long;
}
