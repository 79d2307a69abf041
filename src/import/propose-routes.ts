import { OperatorError } from '../errors/operator-error.ts';
import { parseDestinationList } from './destination-list.ts';
import { reportAttributes, sortAlgorithm, withoutUnknown } from './read-carriers.ts';
import type { DroutingGroups } from './drouting-groups.ts';
import type { ImportOptions } from './import-options.ts';
import type { ReadingBuilder } from './reading-builder.ts';
import { sourceFinding } from './source-error.ts';
import { integerOf, type SourceRow, textOf } from './source-row.ts';

interface Rule {
  readonly row: SourceRow;
  readonly what: string;
  readonly prefix: string;
  readonly priority: number;
  /** Of the rules, not of gateways. */
  readonly groupIds: readonly number[];
}

/**
 * A route for each prefix of each group of rules: of several rules the first, by priority, that holds at all times and
 * has gateways. The longest prefix wins here as it does there.
 * @param gateways names by gwid
 */
export function proposeRoutes(
  rows: readonly SourceRow[],
  groups: DroutingGroups,
  gateways: ReadonlyMap<string, string>,
  options: ImportOptions,
  builder: ReadingBuilder,
): void {
  const rules = rows.flatMap((row) => readRule(row, builder));
  const contextOf = contextsFor(rules, options);
  const groupsOfRules = new Map<Rule, string | undefined>();
  for (const [key, candidates] of byGroupAndPrefix(rules)) {
    const groupId = Number(key.split(' ')[0]);
    let taken: Rule | undefined;
    for (const rule of candidates) {
      if (taken !== undefined) {
        reportShadowed(rule, taken, groupId, builder);
        continue;
      }
      const group = groupsOfRules.has(rule) ? groupsOfRules.get(rule) : groupOf(rule, groups, gateways, builder);
      groupsOfRules.set(rule, group);
      if (group === undefined) continue;
      proposeRoute(rule, groupId, contextOf(groupId), group, builder);
      taken = rule;
    }
  }
  const [first] = rules;
  const ids = [...new Set(rules.flatMap(({ groupIds }) => groupIds))];
  if (first === undefined) return;
  const list = ids.map((id) => `${id} in '${contextOf(id)}'`).join(', ');
  const why = `${list}; FreeSWITCH has to send calls there, or say other ones: --context ${ids[0] ?? 0}=NAME`;
  builder.remark(first.row.from, 'dialplan contexts for the groups of rules', why);
}

function readRule(row: SourceRow, builder: ReadingBuilder): readonly Rule[] {
  const id = textOf(row, 'ruleid').trim();
  const prefix = textOf(row, 'prefix').trim();
  const what = `rule ${id === '' ? `for prefix '${prefix}'` : id}`;
  const priority = integerOf(row, 'priority', 0);
  const words = textOf(row, 'groupid')
    .trim()
    .split(/\s*[,|\s]\s*/)
    .filter((it) => it !== '');
  if (words.length === 0 || words.some((word) => !/^[+-]?\d{1,9}$/.test(word))) {
    builder.leaveOut(row.from, what, `groupid '${textOf(row, 'groupid')}' is no list of numbers`);
    return [];
  }
  if (priority === undefined) {
    builder.leaveOut(row.from, what, `priority '${textOf(row, 'priority')}' is no whole number`);
    return [];
  }
  return [{ row, what, prefix, priority, groupIds: [...new Set(words.map(Number))] }];
}

/** By group and prefix, each list as drouting has it: the highest priority first, of equal ones the first row first. */
function byGroupAndPrefix(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const lists = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const groupId of rule.groupIds) {
      const key = `${groupId} ${rule.prefix}`;
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [rule]);
      else list.push(rule);
    }
  }
  for (const list of lists.values()) list.sort((a, b) => b.priority - a.priority);
  return lists;
}

/** The group that a rule sends calls to; undefined where it cannot be taken over. What is wrong is said once. */
function groupOf(
  { row, what }: Rule,
  groups: DroutingGroups,
  gateways: ReadonlyMap<string, string>,
  builder: ReadingBuilder,
): string | undefined {
  const { from } = row;
  const times = textOf(row, 'timerec').trim();
  const list = parseDestinationList(textOf(row, 'gwlist'));
  if (times !== '') {
    builder.leaveOut(from, what, `it holds at times only (${times}), and routes have no times`);
    return undefined;
  }
  if (typeof list === 'string') {
    builder.leaveOut(from, what, list);
    return undefined;
  }
  const known = withoutUnknown(from, what, list, gateways, builder);
  // Before the column was there, the script said whether weights count.
  const hasSort = row.columns.has('sort_alg');
  const isWeighted = hasSort ? sortAlgorithm(row, what, builder) === 'W' : known.some(({ weight }) => weight > 0);
  const group = groups.groupFor(from, what, known, isWeighted);
  if (group === undefined) {
    builder.leaveOut(from, what, 'there is no gateway in its list');
    return undefined;
  }
  const script = textOf(row, 'routeid').trim();
  if (script !== '' && script !== '0')
    builder.leaveOut(from, `${what}, routeid ${script}`, 'a piece of the script of OpenSIPS');
  reportAttributes(row, what, builder);
  return group;
}

function proposeRoute(
  { row, prefix }: Rule,
  groupId: number,
  context: string,
  group: string,
  builder: ReadingBuilder,
): void {
  const note = textOf(row, 'description').trim();
  builder.propose('routes', row.from, {
    name: `opensips-${groupId}-${prefix === '' ? 'any' : prefix}`,
    context,
    destination_prefix: prefix === '' ? null : prefix,
    group_name: group,
    ...(/^[0-9*#+]*$/.test(prefix) ? {} : { destination_charset: 'user' }),
    ...(note === '' ? {} : { note }),
  });
}

function reportShadowed({ row, what, prefix }: Rule, by: Rule, groupId: number, builder: ReadingBuilder): void {
  const why = `${by.what} (line ${by.row.from.line}) comes first for prefix '${prefix}' at all times; a route does not fall back to another one`;
  builder.leaveOut(row.from, `${what} in group ${groupId}`, why);
}

/**
 * The dialplan context of each group of rules.
 * @throws OperatorError import-unclear where two groups would be mixed in one
 */
function contextsFor(rules: readonly Rule[], { contexts }: ImportOptions): (groupId: number) => string {
  const ids = new Set(rules.flatMap(({ groupIds }) => groupIds));
  const contextOf = (id: number): string =>
    contexts.get(String(id)) ?? contexts.get('') ?? (ids.size === 1 ? 'default' : `group-${id}`);
  const idOf = new Map<string, number>();
  for (const { row, groupIds } of rules) {
    for (const id of groupIds) {
      const other = idOf.get(contextOf(id));
      if (other === undefined) idOf.set(contextOf(id), id);
      else if (other !== id) {
        const what = `groups ${other} and ${id} of rules would both be in context '${contextOf(id)}'`;
        const fix = `give each a context of its own: --context ${other}=NAME --context ${id}=NAME`;
        throw new OperatorError([sourceFinding('import-unclear', row.from, what, fix)]);
      }
    }
  }
  return contextOf;
}
