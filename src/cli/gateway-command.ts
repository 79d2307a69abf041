import type { Command } from 'commander';
import type { Assignment } from '../inventory/read-columns.ts';
import { addGateway, removeGateway, setGateway } from '../inventory/set-gateway.ts';
import type { CommandContext } from './command-context.ts';
import { type EditFlags, withAssignments, withEditOptions } from './edit-options.ts';
import { addGatewayDrainCommand } from './gateway-drain-command.ts';
import { addGatewayListCommands } from './gateway-list-command.ts';
import { printEdit, runEdit } from './run-edit.ts';
import { withSecretValues } from './secret-values.ts';

const FURTHER = `
Besides the columns of the table:
  param.NAME=value     a parameter of sofia's, such as param.from-domain
  variable.NAME=value  a channel variable; inbound-variable.NAME and
                       outbound-variable.NAME for one direction
  switches=HOST,HOST   the switches that have it; switches= for all
  password=-           the password is asked for, or comes from standard input
  password-file=FILE   the password is read from a file`;

export function addGatewayCommand(program: Command, context: CommandContext): void {
  const gateway = program
    .command('gateway')
    .description('look at gateways and change them; prints the SQL that it ran');
  addGatewayListCommands(gateway, context);
  withEditOptions(
    withAssignments(
      gateway
        .command('add')
        .description('add a gateway, such as: add carrier-a proxy=sip.example.net')
        .argument('<name>'),
      'needed',
    ),
  )
    .addHelpText('after', FURTHER)
    .action(async (name: string, given: readonly Assignment[], flags: EditFlags) => {
      const assignments = await withSecretValues(given, context);
      printEdit(
        runEdit(flags, context, (edits) => {
          addGateway(edits, name, assignments);
        }),
        flags,
        context,
      );
    });
  withEditOptions(
    withAssignments(gateway.command('set').description('change columns of a gateway').argument('<name>'), 'needed'),
  )
    .addHelpText('after', FURTHER)
    .action(async (name: string, given: readonly Assignment[], flags: EditFlags) => {
      set(name, await withSecretValues(given, context), flags);
    });
  addGatewayDrainCommand(gateway, context);
  for (const [verb, state, description] of STATES) {
    withEditOptions(gateway.command(verb).description(description).argument('<name>')).action(
      (name: string, flags: EditFlags) => {
        set(name, [{ name: 'state', value: state }], flags);
      },
    );
  }
  withEditOptions(
    gateway
      .command('rename')
      .description('give a gateway another name; groups and all else follow')
      .argument('<name>')
      .argument('<new-name>'),
  ).action((name: string, newName: string, flags: EditFlags) => {
    set(name, [{ name: 'name', value: newName }], flags);
  });
  withEditOptions(gateway.command('remove').description('remove a gateway').argument('<name>'))
    .option('--cascade', 'take it out of its groups as well')
    .action((name: string, flags: EditFlags & { readonly cascade?: boolean }) => {
      printEdit(
        runEdit(flags, context, (edits) => {
          removeGateway(edits, name, { cascade: flags.cascade === true });
        }),
        flags,
        context,
      );
    });

  function set(name: string, assignments: readonly Assignment[], flags: EditFlags): void {
    printEdit(
      runEdit(flags, context, (edits) => {
        setGateway(edits, name, assignments);
      }),
      flags,
      context,
    );
  }
}

const STATES = [
  ['enable', 'active', 'give it calls (again)'],
  ['disable', 'disabled', 'take it away from the switches, when its calls are over or after its drain_seconds'],
] as const;
