/** A leg of the switch's own plan after all expansion. */
export interface LocalDialString {
  readonly progressTimeout: number;
  readonly timeout: number;
  readonly gateway: string;
  readonly number: string;
}

const FORM =
  /^\[leg_progress_timeout=(\d+),leg_timeout=(\d+),outbound_redirect_fatal=true\]sofia\/gateway\/([A-Za-z0-9_.-]{1,128}|-ERR)\/(\+?[0-9*#A-Za-z._-]{1,64})?$/;

/**
 * Parses the only form of dial string that may come of an exported plan: one leg, three variables, a gateway and a proven
 * number. Only where no gateway has the name may the number be missing.
 */
export function parseDialString(data: string): LocalDialString {
  const [, progressTimeout, timeout, gateway = '', number = ''] = FORM.exec(data) ?? [];
  if (timeout === undefined || (number === '' && gateway !== '-err'))
    throw new Error(`no dial string: ${JSON.stringify(data)}`);
  return { progressTimeout: Number(progressTimeout), timeout: Number(timeout), gateway, number };
}
