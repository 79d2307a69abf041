import { completionSteps } from './completion-steps.ts';
import { caseBranches, type CompletionTables, type Offer, quoteWord } from './completion-tables.ts';

const OFFERS = ([path, offers]: readonly [string, readonly Offer[]]) =>
  [[path], `_trunkhunt_offer ${offers.map(([word]) => quoteWord(word)).join(' ')}`] as const;

/** A completion script for bash. Nothing that it offers is expanded by the shell. */
export function bashCompletion(tables: CompletionTables): string {
  return `# Completion of trunkhunt for bash, made by: trunkhunt completion bash

${completionSteps(tables)}

_trunkhunt_offer() {
  local word
  for word in "$@"; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
  done
}

_trunkhunt_offer_value() {
  local word
  local -a words
  case $1 in
    words*)
      read -ra words <<<"\${1#words}"
      _trunkhunt_offer "\${words[@]}" ;;
    files | folders)
      compopt -o filenames 2>/dev/null
      [[ $1 == files ]] && words=(-f) || words=(-d)
      while IFS= read -r word; do COMPREPLY+=("$prefix$word"); done < <(compgen "\${words[@]}" -- "$cur") ;;
    names*)
      [[ -n $database ]] && words=(--database "$database")
      # A name that holds anything else would have to be quoted.
      while IFS= read -r word; do
        [[ $word == *[!A-Za-z0-9_.@%+/#-]* ]] || _trunkhunt_offer "$word"
      done < <(trunkhunt completion names "\${words[@]}" -- "\${1#names }" "$cur" 2>/dev/null) ;;
  esac
}

_trunkhunt() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prefix= at= takes= option= database= only_arguments= word
  local -i args=0 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $takes ]]; then
      # bash makes three words of --option=value.
      [[ $word == = ]] && continue
      [[ $option == --database ]] && database=$word
      takes=
    elif [[ -z $only_arguments && $word == -- ]]; then
      only_arguments=1
    elif [[ -z $only_arguments && $word == -?* ]]; then
      option=$word
      _trunkhunt_option "$word"
    elif ((args > 0)) || ! _trunkhunt_command "$word"; then
      args+=1
    fi
  done
  if [[ -n $takes ]]; then
    [[ $cur == = ]] && cur=
    _trunkhunt_offer_value "$takes"
  elif [[ -z $only_arguments && $cur == --*=* ]]; then
    prefix=\${cur%%=*}=
    _trunkhunt_option "\${cur%%=*}"
    cur=\${cur#*=}
    _trunkhunt_offer_value "$takes"
  elif [[ -z $only_arguments && $cur == -* ]]; then
    case $at in
${caseBranches(tables.options.map(OFFERS))}
    esac
  else
    if ((args == 0)); then
      case $at in
${caseBranches(tables.commands.map(OFFERS))}
      esac
    fi
    _trunkhunt_argument
    _trunkhunt_offer_value "$takes"
  fi
}

complete -F _trunkhunt trunkhunt
`;
}
