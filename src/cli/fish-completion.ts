import type { CompletionTables, Offer } from './completion-tables.ts';

const TAKES = ([key, values]: readonly [string | readonly string[], string]) =>
  [[key].flat(), `set takes ${quoteWord(values)}`] as const;
const OFFERS = ([path, offers]: readonly [string, readonly Offer[]]) =>
  [[path], `printf '%s\\t%s\\n' ${offers.flat().map(quoteWord).join(' ')}`] as const;

function quoteWord(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** Branches of fish's `switch`, whose patterns know `*` even where they are quoted. */
function cases(branches: readonly (readonly [patterns: readonly string[], run: string])[]): string {
  return branches.map(([patterns, run]) => `    case ${patterns.map(quoteWord).join(' ')}\n      ${run}`).join('\n');
}

/** A completion script for fish. */
export function fishCompletion(tables: CompletionTables): string {
  return `# Completion of trunkhunt for fish, made by: trunkhunt completion fish

# Sets at to the command to which the word leads.
function __trunkhunt_command --no-scope-shadowing
  switch "$at $argv[1]"
${cases(tables.steps.map(([keys, path]) => [keys, `set at ${quoteWord(path)}`] as const))}
    case '*'
      return 1
  end
  return 0
end

# Sets takes to what the value of the option is.
function __trunkhunt_option --no-scope-shadowing
  set takes ''
  switch "$at $argv[1]"
${cases(tables.optionValues.map(TAKES))}
  end
end

# Sets takes to what the next argument is.
function __trunkhunt_argument --no-scope-shadowing
  set takes ''
  switch "$at $args"
${cases(tables.argumentValues.map(TAKES))}
  end
end

function __trunkhunt_offer_value --no-scope-shadowing
  set -l kind (string split ' ' -- $takes)
  switch "$kind[1]"
    case words
      printf '%s\\n' $prefix$kind[2..]
    case files
      printf '%s\\n' $prefix(__fish_complete_path $cur)
    case folders
      printf '%s\\n' $prefix(__fish_complete_directories $cur '')
    case names
      printf '%s\\n' $prefix(trunkhunt completion names $database -- $kind[2] "$cur" 2>/dev/null)
  end
end

function __trunkhunt_complete
  set -l at ''
  set -l takes ''
  set -l option ''
  set -l database
  set -l prefix ''
  set -l only_arguments no
  set -l args 0
  set -l cur (commandline -ct)
  for word in (commandline -opc)[2..]
    if test -n "$takes"
      test "$option" = --database; and set database --database $word
      set takes ''
    else if test $only_arguments = no -a "$word" = --
      set only_arguments yes
    else if test $only_arguments = no; and string match -q -- '--database=*' $word
      set database $word
    else if test $only_arguments = no; and string match -q -- '-?*' $word
      set option $word
      __trunkhunt_option $word
    else if test $args -gt 0; or not __trunkhunt_command $word
      set args (math $args + 1)
    end
  end
  if test -n "$takes"
    __trunkhunt_offer_value
  else if test $only_arguments = no; and string match -q -- '--*=*' $cur
    set -l parts (string split -m 1 = -- $cur)
    set prefix $parts[1]=
    set cur $parts[2]
    __trunkhunt_option $parts[1]
    __trunkhunt_offer_value
  else if test $only_arguments = no; and string match -q -- '-*' $cur
    switch "$at"
${cases(tables.options.map(OFFERS))}
    end
  else
    if test $args -eq 0
      switch "$at"
${cases(tables.commands.map(OFFERS))}
      end
    end
    __trunkhunt_argument
    __trunkhunt_offer_value
  end
end

complete -c trunkhunt -f -a '(__trunkhunt_complete)'
`;
}
