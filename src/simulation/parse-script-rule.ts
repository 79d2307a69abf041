import { FREESWITCH_CAUSES } from '../inventory/freeswitch-causes.ts';
import type { ScriptRule, ScriptWindow } from './gateway-script.ts';
import type { LegAnswer } from './leg-fate.ts';

/** How a rule is written, for messages. */
export const SCRIPT_GRAMMAR =
  "GATEWAY=WHAT or GATEWAY=SHARE%:WHAT, WHAT being 'down', 'silent', a SIP status from 400 to 699 or a FreeSWITCH cause; " +
  'SHARE% alone means 503; then, if you like, @FROM-TO in calls, or in seconds as @FROMs-TOs; TO may be left out';

const RULE = /^([^=]+)=(?:(\d+(?:\.\d+)?)%(?::|(?=@|$)))?([^@]*?)(?:@(.*))?$/s;

/** An answered call ends with these, whoever hangs up. */
const GOOD_CAUSES: ReadonlySet<string> = new Set(['NORMAL_CLEARING', 'SUCCESS']);

/**
 * Reads one rule of a script, such as `gw1=50%`, `gw1=down@1000-2000` or `gw1=20%:USER_BUSY@60s-`.
 * @returns in words what is wrong with it, where it is none
 */
export function parseScriptRule(text: string): ScriptRule | string {
  const [, gateway, percent, what, when] = RULE.exec(text) ?? [];
  if (gateway === undefined || what === undefined) return `it is not written as ${SCRIPT_GRAMMAR}`;
  if (percent !== undefined && !(Number(percent) > 0 && Number(percent) <= 100)) {
    return `${percent}% is not more than 0 and at most 100`;
  }
  const answer = what === '' && percent !== undefined ? ({ kind: 'status', status: 503 } as const) : parseAnswer(what);
  if (typeof answer === 'string') return answer;
  if (answer.kind === 'down' && percent !== undefined) {
    return 'a gateway is down for all of its calls or for none: write no share, or another answer';
  }
  const window = when === undefined ? undefined : parseWindow(when);
  if (typeof window === 'string') return window;
  return { gateway, share: percent === undefined ? 1 : Number(percent) / 100, answer, window };
}

function parseAnswer(what: string): LegAnswer | string {
  if (what === 'down' || what === 'silent') return { kind: what };
  if (/^\d+$/.test(what)) {
    const status = Number(what);
    return status >= 400 && status <= 699
      ? { kind: 'status', status }
      : `${what} is no SIP status from 400 to 699 with which a gateway refuses a call`;
  }
  const cause = what.toUpperCase();
  if (GOOD_CAUSES.has(cause)) return `${cause} is how an answered call ends, no failure`;
  if (FREESWITCH_CAUSES.has(cause)) return { kind: 'cause', cause };
  return `'${what}' is neither 'down', 'silent', a share such as 50%, a SIP status from 400 to 699, nor a cause that FreeSWITCH has`;
}

function parseWindow(when: string): ScriptWindow | string {
  const [, from, second, to, otherSecond] = /^(\d+)(s?)-(?:(\d+)(s?))?$/.exec(when) ?? [];
  const isMixed = to !== undefined && second !== otherSecond;
  if (from === undefined || isMixed) {
    return `'@${when}' is not written as @FROM-TO in calls, or @FROMs-TOs in seconds; TO may be left out`;
  }
  const end = to === undefined ? Infinity : Number(to);
  if (end < Number(from)) return `'@${when}' ends before it begins`;
  return { unit: second === 's' ? 'seconds' : 'calls', from: Number(from), to: end };
}
