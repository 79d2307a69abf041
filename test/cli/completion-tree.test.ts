import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionTables } from '../../src/cli/completion-tables.ts';
import { completionTree } from '../../src/cli/completion-tree.ts';

function program(): Command {
  const root = new Command('it').option('--verbose', 'say more');
  const gateway = root.command('gateway').alias('gw').description('gateways');
  gateway.command('add').argument('<name>');
  gateway.command('set').argument('<name>').argument('[column=value...]');
  root.command('member').argument('<group>').argument('<gateway>');
  root
    .command('import')
    .argument('<DIR|FILE...>')
    .option('--into <dir>', 'where')
    .option('-n, --limit <count>', 'most');
  root
    .command('show')
    .option('--gateway <name>', 'of one')
    .option('--switch <hostname>')
    .option('--after <route>')
    .addArgument(new Argument('<what>').choices(['a', 'b']))
    .addOption(new Option('--secret').hideHelp());
  root.command('hidden', { hidden: true });
  return root;
}

describe('what there is to complete', () => {
  const tables = completionTables(completionTree(program()));

  it('has every visible command, by each of its names', () => {
    expect(tables.steps).toEqual([
      [[' gateway', ' gw'], 'gateway'],
      [[' member'], 'member'],
      [[' import'], 'import'],
      [[' show'], 'show'],
      [[' help'], 'help'],
      [['gateway add'], 'gateway add'],
      [['gateway set'], 'gateway set'],
      [['gateway help'], 'gateway help'],
    ]);
    expect(tables.commands[0]?.[1].map(([name]) => name)).toEqual(['gateway', 'member', 'import', 'show', 'help']);
  });

  it('knows from choices and placeholders what an argument is', () => {
    expect(tables.argumentValues).toEqual([
      // The name of a gateway that is added is new.
      ['gateway add 0', 'text'],
      ['gateway set 0', 'names gateway'],
      ['gateway set *', 'text'],
      ['gateway help 0', 'words add set'],
      ['member 0', 'names group'],
      ['member 1', 'names gateway'],
      ['import *', 'files'],
      ['show 0', 'words a b'],
      ['help 0', 'words gateway member import show'],
    ]);
  });

  it('knows which options take a value, and what', () => {
    expect(tables.optionValues).toEqual([
      [['import --into'], 'folders'],
      [['import --limit', 'import -n'], 'text'],
      [['show --gateway'], 'names gateway'],
      [['show --switch'], 'names switch'],
      [['show --after'], 'names route'],
    ]);
    const words = tables.options.map(([path, offers]) => [path, offers.map(([word]) => word)]);
    expect(words).toContainEqual(['', ['--verbose', '--help', '-h']]);
    expect(words).toContainEqual(['show', ['--gateway', '--switch', '--after', '--help', '-h']]);
  });
});
