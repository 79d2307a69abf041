import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GroupPlan } from './group-plan.ts';
import { type ExportedConditions, readExportedConditions } from './read-exported-conditions.ts';

/** An extension that `export` made of a route, as that route. */
export interface ExportedExtension extends ExportedConditions {
  /** NULL where the route had none. */
  readonly name: string | null;
  readonly plan: GroupPlan;
}

const BEGINNING = 'trunkhunt ';

/**
 * Whether an extension only refuses what the one before it, of the same name, cannot dial. The name alone does not tell:
 * a route may be called so.
 */
export function isExportedRefusal(
  extension: ConfigurationElement,
  previous: ConfigurationElement | undefined,
): boolean {
  const before = previous?.attribute('name');
  if (before?.startsWith(BEGINNING) !== true || extension.attribute('name') !== `${before} (refused)`) return false;
  const last = extension.childrenNamed('condition').at(-1);
  const [action, ...others] = last?.children ?? [];
  return (
    last?.attributeNames.length === 0 &&
    others.length === 0 &&
    action?.attribute('application') === 'respond' &&
    action.attribute('data') === '484'
  );
}

/** Reads back what `export` wrote, which does by actions what a route does; undefined where it is none of its making. */
export function readExportedExtension(extension: ConfigurationElement): ExportedExtension | undefined {
  const written = extension.attribute('name') ?? '';
  if (!written.startsWith(BEGINNING)) return undefined;
  const conditions = readExportedConditions(extension);
  const plan = conditions && readPlan(conditions.actions);
  if (conditions === undefined || plan === undefined) return undefined;
  const label = written.slice(BEGINNING.length);
  return { ...conditions, plan, name: /^#\d+$/.test(label) ? null : label };
}

const OWN_VARIABLES = /^trunkhunt_(?:gateway|later|tried|tries)$/;

interface Bridge {
  /** Undefined for whom a list names. */
  readonly gateway: string | undefined;
  readonly limit: number | undefined;
  readonly progressTimeoutSeconds: number;
  readonly answerTimeoutSeconds: number;
}

function readPlan(actions: readonly ConfigurationElement[]): GroupPlan | undefined {
  const bridges: Bridge[] = [];
  const set = new Map<string, string>();
  let list: string | undefined;
  for (const action of actions) {
    const application = action.attribute('application') ?? '';
    const data = action.attribute('data') ?? '';
    if (application === 'bridge') {
      const bridge = readBridge(data);
      if (bridge === undefined) return undefined;
      bridges.push(bridge);
    } else if (application === 'set') {
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(data) ?? [];
      list ??= /^trunkhunt_gateway=\$\{expand\(distributor (\S+)/.exec(data)?.[1];
      // The first policy is the group's; before the last leg there is another.
      if (!OWN_VARIABLES.test(name) && !set.has(name)) set.set(name, value);
    } else if (application !== 'unset' && application !== 'respond') return undefined;
  }
  const [first] = bridges;
  if (first === undefined) return undefined;
  const gateways = bridges.flatMap(({ gateway }) => (gateway === undefined ? [] : [gateway]));
  if (list === undefined ? gateways.length < bridges.length : gateways.length > 0) return undefined;
  const limit = bridges.find((bridge) => bridge.limit !== undefined)?.limit;
  return {
    list,
    gateways,
    isExported: true,
    exportedGroup: set.get('trunkhunt_group'),
    maxAttempts: limit ?? bridges.length,
    progressTimeoutSeconds: first.progressTimeoutSeconds,
    answerTimeoutSeconds: first.answerTimeoutSeconds,
    continueOn: bridges.length < 2 ? undefined : new Set((set.get('continue_on_fail') ?? '').split(',')),
    number: '',
    callerIdNumber: set.get('effective_caller_id_number'),
    callerIdName: set.get('effective_caller_id_name'),
    remarks: [],
  };
}

function readBridge(data: string): Bridge | undefined {
  const form =
    /^\[leg_progress_timeout=(\d+),leg_timeout=(\d+),outbound_redirect_fatal=true\]sofia\/gateway\/(.*)\/[^/]*$/;
  const [, progress, answer, called = ''] = form.exec(data) ?? [];
  if (progress === undefined || answer === undefined) return undefined;
  const [, tries, counted] = /^\$\{cond\(\$\{trunkhunt_tries\} == (t+) \? -err : ([\w.-]+)\)\}$/.exec(called) ?? [];
  const gateway = called === '${trunkhunt_gateway}' ? undefined : (counted ?? called);
  if (gateway?.includes('$') === true) return undefined;
  return {
    gateway,
    limit: tries === undefined ? undefined : tries.length - 1,
    progressTimeoutSeconds: Number(progress),
    answerTimeoutSeconds: Number(answer),
  };
}
