import { type Command, InvalidArgumentError } from 'commander';
import type { Assignment } from '../inventory/read-columns.ts';
import { addRoute, removeRoute, setRoute } from '../inventory/set-route.ts';
import { moveRoute } from '../inventory/move-route.ts';
import type { TableEdits } from '../inventory/table-edits.ts';
import type { CommandContext } from './command-context.ts';
import { type EditFlags, withAssignments, withEditOptions } from './edit-options.ts';
import { addRouteListCommands } from './route-list-command.ts';
import { printEdit, runEdit } from './run-edit.ts';

const LABEL = 'its name, or its id';

export function addRouteCommand(program: Command, context: CommandContext): void {
  const route = program.command('route').description('look at routes and change them; prints the SQL that it ran');
  const edit = (flags: EditFlags, change: (edits: TableEdits) => void): void => {
    printEdit(runEdit(flags, context, change), flags, context);
  };
  addRouteListCommands(route, context);
  withEditOptions(
    withAssignments(
      route
        .command('add')
        .description('add a route, such as: add germany context=default prefix=+49 group=emea')
        .argument('<name>'),
      'needed',
    ),
  ).action((name: string, given: readonly Assignment[], flags: EditFlags) => {
    edit(flags, (edits) => {
      addRoute(edits, name, given);
    });
  });
  withEditOptions(
    withAssignments(route.command('set').description('change columns of a route').argument('<route>', LABEL), 'needed'),
  ).action((label: string, given: readonly Assignment[], flags: EditFlags) => {
    edit(flags, (edits) => {
      setRoute(edits, label, given);
    });
  });
  for (const [verb, enabled, description] of STATES) {
    withEditOptions(route.command(verb).description(description).argument('<route>', LABEL)).action(
      (label: string, flags: EditFlags) => {
        edit(flags, (edits) => {
          setRoute(edits, label, [{ name: 'enabled', value: enabled }]);
        });
      },
    );
  }
  addMoveCommand(route, edit);
  withEditOptions(route.command('remove').description('remove a route').argument('<route>', LABEL)).action(
    (label: string, flags: EditFlags) => {
      edit(flags, (edits) => {
        removeRoute(edits, label);
      });
    },
  );
}

const STATES = [
  ['enable', 'yes', 'have calls matched against it (again)'],
  ['disable', 'no', 'keep it, and have no call matched against it'],
] as const;

interface MoveFlags extends EditFlags {
  readonly before?: string;
  readonly after?: string;
}

function addMoveCommand(route: Command, edit: (flags: EditFlags, change: (edits: TableEdits) => void) => void): void {
  withEditOptions(
    route
      .command('move')
      .description('have a route tried earlier or later: at a position, or beside another route of its context')
      .argument('<route>', LABEL)
      .argument('[position]', 'the lowest is tried first', checkPosition)
      .option('--before <route>', 'right before this one')
      .option('--after <route>', 'right after this one'),
  ).action((label: string, position: string | undefined, flags: MoveFlags, command: Command) => {
    const { before, after } = flags;
    if ([position, before, after].filter((it) => it !== undefined).length !== 1) {
      command.error('error: give one of: a position, --before, --after');
    }
    edit(flags, (edits) => {
      if (before !== undefined) moveRoute(edits, label, { side: 'before', other: before });
      else if (after !== undefined) moveRoute(edits, label, { side: 'after', other: after });
      else setRoute(edits, label, [{ name: 'position', value: position ?? '' }]);
    });
  });
}

function checkPosition(text: string): string {
  if (!/^-?\d{1,10}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return text;
}
