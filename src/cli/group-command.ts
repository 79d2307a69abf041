import { Argument, type Command } from 'commander';
import type { Assignment } from '../inventory/read-columns.ts';
import {
  addGroup,
  addMember,
  removeCause,
  removeGroup,
  removeMember,
  setCause,
  setGroup,
  setMember,
} from '../inventory/set-group.ts';
import type { TableEdits } from '../inventory/table-edits.ts';
import type { CommandContext } from './command-context.ts';
import { type EditFlags, withAssignments, withEditOptions } from './edit-options.ts';
import { addGroupListCommands } from './group-list-command.ts';
import { printEdit, runEdit } from './run-edit.ts';

export function addGroupCommand(program: Command, context: CommandContext): void {
  const group = program.command('group').description('look at groups and change them; prints the SQL that it ran');
  const edit = (flags: EditFlags, change: (edits: TableEdits) => void): void => {
    printEdit(runEdit(flags, context, change), flags, context);
  };
  addGroupListCommands(group, context);
  withEditOptions(
    withAssignments(group.command('add').description('add a group without members').argument('<name>'), 'optional'),
  ).action((name: string, given: readonly Assignment[], flags: EditFlags) => {
    edit(flags, (edits) => {
      addGroup(edits, name, given);
    });
  });
  withEditOptions(
    withAssignments(group.command('set').description('change columns of a group').argument('<name>'), 'needed'),
  ).action((name: string, given: readonly Assignment[], flags: EditFlags) => {
    edit(flags, (edits) => {
      setGroup(edits, name, given);
    });
  });
  withEditOptions(
    group
      .command('rename')
      .description('give a group another name; routes and all else follow')
      .argument('<name>')
      .argument('<new-name>'),
  ).action((name: string, value: string, flags: EditFlags) => {
    edit(flags, (edits) => {
      setGroup(edits, name, [{ name: 'name', value }]);
    });
  });
  withEditOptions(group.command('remove').description('remove a group; its gateways stay').argument('<name>'))
    .option('--cascade', 'remove the routes that use it as well')
    .action((name: string, flags: EditFlags & { readonly cascade?: boolean }) => {
      edit(flags, (edits) => {
        removeGroup(edits, name, { cascade: flags.cascade === true });
      });
    });
  addMemberCommands(group, edit);
  addCauseCommands(group, edit);
}

type Edit = (flags: EditFlags, change: (edits: TableEdits) => void) => void;

function addMemberCommands(group: Command, edit: Edit): void {
  const member = group.command('member').description('change the gateways of a group');
  const of = (verb: string, description: string): Command =>
    member.command(verb).description(description).argument('<group>').argument('<gateway>');
  withEditOptions(
    withAssignments(of('add', 'put a gateway into a group, such as: add emea carrier-a weight=3 tier=1'), 'optional'),
  ).action((name: string, gateway: string, given: readonly Assignment[], flags: EditFlags) => {
    edit(flags, (edits) => {
      addMember(edits, name, gateway, given);
    });
  });
  withEditOptions(withAssignments(of('set', 'change weight or tier of a gateway in a group'), 'needed')).action(
    (name: string, gateway: string, given: readonly Assignment[], flags: EditFlags) => {
      edit(flags, (edits) => {
        setMember(edits, name, gateway, given);
      });
    },
  );
  withEditOptions(of('remove', 'take a gateway out of a group')).action(
    (name: string, gateway: string, flags: EditFlags) => {
      edit(flags, (edits) => {
        removeMember(edits, name, gateway);
      });
    },
  );
}

function addCauseCommands(group: Command, edit: Edit): void {
  const cause = group.command('cause').description('change after which causes a group tries the next gateway');
  const of = (verb: string, description: string): Command =>
    cause.command(verb).description(description).argument('<group>').argument('<cause>', 'such as USER_BUSY');
  withEditOptions(
    of('set', 'say what this group does after a cause').addArgument(
      new Argument('<action>', 'try the next gateway, or stop').choices(['next', 'stop']),
    ),
  ).action((name: string, it: string, action: string, flags: EditFlags) => {
    edit(flags, (edits) => {
      setCause(edits, name, it.toUpperCase(), action);
    });
  });
  withEditOptions(of('remove', 'have the group do after a cause what all do')).action(
    (name: string, it: string, flags: EditFlags) => {
      edit(flags, (edits) => {
        removeCause(edits, name, it.toUpperCase());
      });
    },
  );
}
