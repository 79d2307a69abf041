/** The gateway of a leg whose name the `distributor` picks while the call runs. */
export const distributedGateway = '${trunkhunt_gateway}';

/** Which characters the called number may have: a telephone number's, or any SIP user that trunkhunt lets pass. */
export type NumberCharset = 'digits' | 'user';

/** The data of one `bridge` action, taken apart. */
export interface DialString {
  readonly legProgressTimeout?: number;
  readonly legTimeout?: number;
  readonly outboundRedirectFatal: boolean;
  readonly decision?: string;
  readonly attempt?: number;
  readonly gateway: string;
  /** Called instead where the distributor has picked `gateway` already. */
  readonly spare?: string;
  /** Whether the leg is called only where the distributor has picked nobody. */
  readonly onlyAfterErr?: true;
  readonly number: string;
}

const integer = /(?:0|[1-9][0-9]{0,8})(?![0-9])/;
const variableValues: ReadonlyMap<string, RegExp> = new Map([
  ['leg_progress_timeout', integer],
  ['leg_timeout', integer],
  ['outbound_redirect_fatal', /true/],
  ['trunkhunt_decision', /[0-9a-z-]{1,40}/],
  ['trunkhunt_attempt', integer],
]);
const name = '[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}';
const conditional = String.raw`\$\{cond\(x\$\{trunkhunt_gateway\} == x(${name}) \? (${name}) : (${name})\)\}`;
const afterErr = String.raw`\$\{cond\(x\$\{trunkhunt_gateway\} == x-err \? (${name}) : -err\)\}`;
const gatewayName = new RegExp(String.raw`${name}|\$\{trunkhunt_gateway\}|${conditional}|${afterErr}`);
const numbers: Readonly<Record<NumberCharset, RegExp>> = {
  digits: /\+?[0-9*#]{1,64}/,
  user: /\+?[0-9*#A-Za-z._-]{1,64}/,
};

/**
 * Parses the only form of dial string that trunkhunt may emit: one leg, its variables in brackets, a gateway and a
 * number. FreeSWITCH accepts far more (contract 6.5), which is why everything else is an error here.
 */
export function parseDialString(data: string, charset: NumberCharset = 'user'): DialString {
  let at = 0;
  const take = (pattern: RegExp, what: string): string => {
    const sticky = new RegExp(pattern, 'y');
    sticky.lastIndex = at;
    const match = sticky.exec(data);
    if (match === null) {
      throw new Error(`dial string, position ${at}: expected ${what} in ${JSON.stringify(data)}`);
    }
    at += match[0].length;
    return match[0];
  };

  const variables = new Map<string, string>();
  let separator = take(/\[/, '"["');
  while (separator !== ']') {
    const nameAt = at;
    const variable = take(/[a-z_]+/, 'the name of a variable');
    const value = variableValues.get(variable);
    if (value === undefined || variables.has(variable)) {
      const problem = value === undefined ? 'unknown variable' : 'second';
      throw new Error(`dial string, position ${nameAt}: ${problem} ${variable} in ${JSON.stringify(data)}`);
    }
    take(/=/, '"="');
    variables.set(variable, take(value, `a value of ${variable}`));
    separator = take(/[,\]]/, '"," or "]"');
  }
  take(/sofia\/gateway\//, '"sofia/gateway/"');
  const gateway = readGateway(take(gatewayName, 'the name of a gateway'));
  take(/\//, '"/"');
  const number = take(numbers[charset], `a number of ${charset}`);
  take(/$/, 'the end');

  return {
    ...numberNamed('legProgressTimeout', variables.get('leg_progress_timeout')),
    ...numberNamed('legTimeout', variables.get('leg_timeout')),
    outboundRedirectFatal: variables.has('outbound_redirect_fatal'),
    ...(variables.has('trunkhunt_decision') && { decision: variables.get('trunkhunt_decision')! }),
    ...numberNamed('attempt', variables.get('trunkhunt_attempt')),
    ...gateway,
    number,
  };
}

/** A leg after the distributor's: `cond` names the spare gateway where the distributor picked this one. */
function readGateway(text: string): Pick<DialString, 'gateway' | 'spare' | 'onlyAfterErr'> {
  const [, backing] = new RegExp(`^${afterErr}$`).exec(text) ?? [];
  if (backing !== undefined) return { gateway: backing, onlyAfterErr: true };
  const [, picked, spare, otherwise] = new RegExp(`^${conditional}$`).exec(text) ?? [];
  if (spare === undefined || otherwise === undefined) return { gateway: text };
  if (picked !== otherwise || spare === picked) {
    throw new Error(`dial string: ${JSON.stringify(text)} does not stand for one of two gateways`);
  }
  return { gateway: otherwise, spare };
}

/** The property when there is a value, else nothing: an absent variable is an absent property. */
function numberNamed<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: Number(value) } as Record<Name, number>);
}
