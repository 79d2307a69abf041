import type { TableRow } from '../inventory/table-rows.ts';
import type { ConfigurationElement } from '../xml/configuration-element.ts';
import type { GlobalVariables } from '../xml/global-variables.ts';
import { dialRules } from './dial-rules.ts';
import { type ExtensionConditions, readConditions } from './extension-conditions.ts';
import { readSteps } from './extension-steps.ts';
import { isTrue } from './is-true.ts';
import type { GroupBook } from './group-book.ts';
import { type GroupPlan, groupPlan } from './group-plan.ts';
import { type NumbersTaken, numbersTaken, RouteNumbers } from './route-numbers.ts';
import { NotCarriedError } from './not-carried-error.ts';
import { isExportedRefusal, readExportedExtension } from './read-exported-extension.ts';
import { type ReadingCollector, unknownValueOf } from './reading-collector.ts';

/** Between two extensions there is room for others. */
const POSITION_STEP = 10;

/** An extension that stays in the local dialplan. */
interface LeftExtension {
  readonly name: string;
  readonly numbers: NumbersTaken;
}

/** Takes over the extensions of contexts that only pick gateways. */
export class ExtensionTaker {
  readonly #collector: ReadingCollector;
  readonly #variables: GlobalVariables;
  readonly #groups: GroupBook;
  readonly #names = new Set<string>();

  constructor(collector: ReadingCollector, variables: GlobalVariables, groups: GroupBook) {
    this.#collector = collector;
    this.#variables = variables;
    this.#groups = groups;
  }

  /** Takes what it can of a context, in its order; each of the others is told of with its reason. */
  takeContext(context: string, extensions: readonly ConfigurationElement[]): void {
    const left: LeftExtension[] = [];
    let taken: ConfigurationElement | undefined;
    for (const [at, extension] of extensions.entries()) {
      const written = this.#variables.asWritten(extension.attribute('name') ?? '');
      const what =
        written === '' ? `an extension in context '${context}'` : `extension '${written}' in context '${context}'`;
      try {
        if (isExportedRefusal(extension, taken)) continue;
        const columns = this.#take(extension, context, (at + 1) * POSITION_STEP, what);
        taken = extension;
        this.#remarkOvertaking(extension, columns, left, what);
      } catch (error) {
        if (!(error instanceof NotCarriedError)) throw error;
        this.#collector.leaveOut(error.from, what, error.message);
        left.push({ name: extension.attribute('name') ?? '', numbers: numbersTaken(extension) });
      }
    }
  }

  /** Why nothing of these can be taken over. */
  leaveOut(extensions: readonly ConfigurationElement[], why: string): void {
    for (const extension of extensions) {
      const name = this.#variables.asWritten(extension.attribute('name') ?? '');
      this.#collector.leaveOut(extension.place, `extension '${name}'`, why);
    }
  }

  #take(extension: ConfigurationElement, context: string, position: number, what: string): TableRow {
    const from = extension.place;
    const written = everythingIn(extension);
    if (!/sofia\/gateway\/|distributor/.test(written)) throw new NotCarriedError(from, 'it picks no gateway');
    const unknown = unknownValueOf(`${context}${written}`, this.#variables);
    if (unknown !== undefined) throw new NotCarriedError(from, unknown);
    if (isTrue(extension.attribute('continue'))) {
      throw new NotCarriedError(from, 'it has continue="true": what else matches is done as well');
    }
    const exported = readExportedExtension(extension);
    if (exported !== undefined) {
      const { name, columns, plan } = exported;
      this.#propose(extension, plan, { name, context, position, ...columns }, what);
      return columns;
    }
    const conditions = readConditions(extension, context);
    const plan = groupPlan(stepsOf(conditions, extension));
    const captures = conditions.replacesCaptures ? conditions.captures : undefined;
    const dialled = dialRules(plan.number, captures);
    if (typeof dialled === 'string') throw new NotCarriedError(from, dialled);
    const name = this.#routeName(extension.attribute('name') ?? '', context);
    const charset = conditions.wantsLetters ? 'user' : 'digits';
    const columns = { ...conditions.columns, ...dialled, destination_charset: charset };
    this.#propose(extension, plan, { name, context, position, ...columns }, what);
    return columns;
  }

  #propose(extension: ConfigurationElement, plan: GroupPlan, columns: TableRow, what: string): void {
    const from = extension.place;
    const wanted = extension.attribute('name') ?? String(columns['context']);
    const group = this.#groups.groupOf(plan, wanted, from);
    const route: TableRow = {
      ...columns,
      group_name: group.name,
      ...(plan.callerIdNumber === undefined ? {} : { caller_id_number: plan.callerIdNumber }),
      ...(plan.callerIdName === undefined ? {} : { caller_id_name: plan.callerIdName }),
    };
    const refusal = this.#collector.tryRows([...group.rows, { table: 'routes', row: route, from }]);
    if (refusal !== undefined) throw new NotCarriedError(from, refusal.why);
    group.keep();
    if (typeof columns['name'] === 'string') this.#names.add(columns['name']);
    for (const remark of plan.remarks) this.#collector.remark(remark.from, `${what}, ${remark.what}`, remark.why);
  }

  #routeName(extension: string, context: string): string {
    const wanted = extension === '' ? context : extension;
    const candidates = [wanted, `${wanted} (${context})`];
    for (let count = 2; ; count += 1) {
      const name = candidates.shift() ?? `${wanted} (${context}) ${count}`;
      if (!this.#names.has(name)) return name;
    }
  }

  /** trunkhunt is asked before the local dialplan: what is taken over comes before all that is not. */
  #remarkOvertaking(
    extension: ConfigurationElement,
    columns: TableRow,
    left: readonly LeftExtension[],
    what: string,
  ): void {
    const route = new RouteNumbers(columns);
    const overtaken = left.filter(({ numbers }) => route.mayOverlap(numbers));
    if (overtaken.length === 0) return;
    const names = overtaken.slice(0, 5).map(({ name }) => `'${name}'`);
    const rest = overtaken.length > names.length ? ` and ${overtaken.length - names.length} more` : '';
    const why = `trunkhunt is asked before the local dialplan, where ${names.join(', ')}${rest} came before it: numbers that they match too now come here`;
    this.#collector.remark(extension.place, what, why);
  }
}

function stepsOf(conditions: ExtensionConditions, extension: ConfigurationElement): ReturnType<typeof readSteps> {
  const steps = readSteps(conditions.actions);
  if (steps.steps.length === 0) throw new NotCarriedError(extension.place, 'it has no bridge to a gateway');
  return steps;
}

/** All that is written in an extension, for a look at whether something occurs in it at all. */
function everythingIn(extension: ConfigurationElement): string {
  const pieces: string[] = [];
  const waiting = [extension];
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    pieces.push(element.text);
    for (const name of element.attributeNames) pieces.push(element.attribute(name) ?? '');
    waiting.push(...element.children);
  }
  return pieces.join('\n');
}
