import { isFurtherParameter, FURTHER_PARAMETERS } from '../inventory/sofia-parameters.ts';
import { NAME_RULE, parseName } from '../routing/name.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import {
  COLUMN_PARAMETERS,
  gatewayColumns,
  type GatewayParameter,
  NoGateway,
  parseTransport,
} from './gateway-parameters.ts';
import { type ReadingCollector, unknownValueOf } from './reading-collector.ts';
import type { ProposedRow, SourcePlace } from './reading.ts';

/** The sofia profile that a gateway is in. */
export interface GatewayProfile {
  readonly name: string;
  /** Whether it has TLS; undefined where that cannot be told. */
  readonly hasTls: boolean | undefined;
  /** Whether `export` wrote it: FreeSWITCH looks at that file only where nobody answers. */
  readonly isExported?: boolean;
}

/** A gateway that was taken over. */
export interface TakenGateway {
  readonly name: string;
  readonly from: SourcePlace;
}

/** Takes gateways over, one after another in the order in which FreeSWITCH loads them. */
export class GatewayTaker {
  readonly #collector: ReadingCollector;
  readonly #variables: GlobalVariables;
  readonly #taken: Map<string, TakenGateway>;

  /** @param taken the gateways that were taken over before, by their names in lower case */
  constructor(collector: ReadingCollector, variables: GlobalVariables, taken: Map<string, TakenGateway>) {
    this.#collector = collector;
    this.#variables = variables;
    this.#taken = taken;
  }

  /** Says why gateways are not taken over. */
  leaveOut(elements: readonly ConfigurationElement[], why: string): void {
    for (const element of elements) {
      const name = this.#variables.asWritten(element.attribute('name') ?? '');
      this.#collector.leaveOut(element.place, `gateway '${name}'`, why);
    }
  }

  /** Takes a gateway over with its parameters and variables, or says why not. */
  take(element: ConfigurationElement, profile: GatewayProfile): void {
    const name = element.attribute('name') ?? '';
    const from = element.place;
    const what = `gateway '${this.#variables.asWritten(name)}'`;
    const rows = this.#rowsOf(element, name, profile, what);
    if (rows instanceof NoGateway) {
      this.#collector.leaveOut(rows.from ?? from, what, rows.why);
      return;
    }
    if (!this.#collector.propose(rows, what)) return;
    this.#taken.set(name.toLowerCase(), { name, from });
    if (profile.isExported === true) return;
    const why = `FreeSWITCH goes on loading it from this file, before the one that is served, and the first of a name wins: take it out of ${from.file}, then killgw and rescan`;
    this.#collector.remark(from, what, why);
  }

  #rowsOf(
    element: ConfigurationElement,
    name: string,
    profile: GatewayProfile,
    what: string,
  ): readonly ProposedRow[] | NoGateway {
    const unknown = unknownValueOf(name + profile.name, this.#variables);
    if (unknown !== undefined) return new NoGateway(unknown);
    if (!/^[\w.-]+$/.test(name)) return new NoGateway('FreeSWITCH takes no such name and ignores the gateway');
    if (parseName(name) === undefined) return new NoGateway(`trunkhunt takes no such name: ${NAME_RULE}`);
    const first = this.#taken.get(name.toLowerCase())?.from;
    if (first !== undefined) {
      return new NoGateway(`the name is taken by the gateway at ${first.file}:${first.line}, and the first wins`);
    }
    const parameters = this.#parameters(element, profile, what);
    if (parameters instanceof NoGateway) return parameters;
    const columns = gatewayColumns({ name, profile: profile.name }, parameters, {
      leaveOut: (from, parameter, why) => {
        this.#collector.leaveOut(from, `${what}, parameter '${parameter}'`, why);
      },
      remark: (from, parameter, why) => {
        this.#collector.remark(from, `${what}, parameter '${parameter}'`, why);
      },
    });
    if (columns instanceof NoGateway) return columns;
    const variables = this.#variableRows(element, name, what);
    if (variables instanceof NoGateway) return variables;
    this.#listSubscriptions(element, what);
    return [
      { table: 'gateways', row: columns, from: element.place },
      ...this.#furtherRows(parameters, name, what),
      ...variables,
    ];
  }

  /** Those in `<params>`, or else those right in the gateway; never both (contract 5.1). */
  #parameters(
    element: ConfigurationElement,
    profile: GatewayProfile,
    what: string,
  ): ReadonlyMap<string, GatewayParameter> | NoGateway {
    const parameters = new Map<string, GatewayParameter>();
    for (const param of this.#held(element, 'params', 'param', what)) {
      const written = param.attribute('name') ?? '';
      const name = written === 'retry_seconds' ? 'retry-seconds' : written;
      const value = param.attribute('value') ?? '';
      const from = param.place;
      const unknown = unknownValueOf(name + value, this.#variables);
      if (unknown !== undefined)
        return new NoGateway(`parameter '${this.#variables.asWritten(name)}': ${unknown}`, from);
      if (name === 'register-transport') {
        const transport = parseTransport(value);
        if (transport === undefined) return new NoGateway('FreeSWITCH has no such transport and drops it', from);
        if (transport === 'tls' && profile.hasTls === false) {
          return new NoGateway(`profile '${profile.name}' has no TLS, so FreeSWITCH drops it`, from);
        }
      }
      const earlier = parameters.get(name);
      if (earlier !== undefined) {
        const why = `the one in line ${from.line} comes after it, and the last counts`;
        this.#collector.leaveOut(earlier.from, `${what}, parameter '${name}'`, why);
      }
      parameters.set(name, { value, from });
    }
    return parameters;
  }

  #furtherRows(parameters: ReadonlyMap<string, GatewayParameter>, gateway: string, what: string): ProposedRow[] {
    const rows: ProposedRow[] = [];
    for (const [name, { value, from }] of parameters) {
      if (COLUMN_PARAMETERS.has(name)) continue;
      const which = `${what}, parameter '${name}'`;
      if (name === 'ping-user-agent') {
        this.#collector.leaveOut(from, which, 'it makes FreeSWITCH read memory that it has given back');
      } else if (!isFurtherParameter(name) || !/^[\w-]{1,64}$/.test(name)) {
        const why = 'FreeSWITCH knows no parameter of this spelling and ignores it, so it never did anything';
        this.#collector.leaveOut(from, which, why);
      } else if (value === '') {
        this.#collector.remark(from, which, 'it is empty, which is as if it were not there');
      } else {
        rows.push({ table: 'gateway_params', row: { gateway, name, value }, from });
        if (FURTHER_PARAMETERS.includes(name)) continue;
        this.#collector.remark(from, which, 'sofia as known here ignores it; carried over as it stands');
      }
    }
    return rows;
  }

  /** Without a direction it is for both; with one that is neither word, for none (contract 5.1). */
  #variableRows(element: ConfigurationElement, gateway: string, what: string): readonly ProposedRow[] | NoGateway {
    const rows = new Map<string, ProposedRow>();
    for (const variable of this.#held(element, 'variables', 'variable', what)) {
      const name = variable.attribute('name');
      const value = variable.attribute('value');
      const direction = variable.attribute('direction')?.toLowerCase() ?? null;
      const from = variable.place;
      const unknown = unknownValueOf(`${name ?? ''}${value ?? ''}`, this.#variables);
      if (unknown !== undefined) return new NoGateway(`variable '${name ?? ''}': ${unknown}`, from);
      const which = `${what}, variable '${name ?? ''}'`;
      if (!name || !value)
        this.#collector.leaveOut(from, which, 'it lacks a name or a value, so it never did anything');
      else if (direction !== null && direction !== 'inbound' && direction !== 'outbound') {
        this.#collector.leaveOut(from, which, `direction '${direction}' is neither, so it never did anything`);
      } else {
        const key = `${name} ${direction ?? ''}`;
        const earlier = rows.get(key);
        if (earlier !== undefined) {
          this.#collector.leaveOut(
            earlier.from,
            which,
            `the one in line ${from.line} comes after it, and the last counts`,
          );
        }
        rows.set(key, { table: 'gateway_variables', row: { gateway, name, value, direction }, from });
      }
    }
    return [...rows.values()];
  }

  #held(element: ConfigurationElement, holder: string, held: string, what: string): readonly ConfigurationElement[] {
    const [first, ...others] = element.childrenNamed(holder);
    if (first === undefined) return element.childrenNamed(held);
    const ignored = [...element.childrenNamed(held), ...others.flatMap((other) => other.childrenNamed(held))];
    for (const one of ignored) {
      const why = `FreeSWITCH looks only into the gateway's first <${holder}>, so it never did anything`;
      const name = this.#variables.asWritten(one.attribute('name') ?? '');
      this.#collector.leaveOut(one.place, `${what}, ${held} '${name}'`, why);
    }
    return first.childrenNamed(held);
  }

  #listSubscriptions(element: ConfigurationElement, what: string): void {
    for (const { place } of element.childrenNamed('subscriptions').flatMap((all) => all.children)) {
      this.#collector.leaveOut(place, `${what}, a subscription`, 'an inventory has no subscriptions');
    }
  }
}
