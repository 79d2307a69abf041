import { completionSteps } from './completion-steps.ts';
import { caseBranches, type CompletionTables, type Offer, quoteWord } from './completion-tables.ts';

const OFFERS = ([path, offers]: readonly [string, readonly Offer[]]) =>
  [[path], `offers=(${offers.map(describedWord).join(' ')})`] as const;

/** `_describe` takes what follows the first colon as the description. */
function describedWord([word, description]: Offer): string {
  return quoteWord(`${word.replaceAll(':', '\\:')}:${description}`);
}

/** A completion script for zsh, to be sourced or put into a folder of fpath. */
export function zshCompletion(tables: CompletionTables): string {
  return `#compdef trunkhunt
# Completion of trunkhunt for zsh, made by: trunkhunt completion zsh

${completionSteps(tables)}

_trunkhunt_offer_value() {
  local -a found
  case $1 in
    words*)
      found=(\${=1#words})
      compadd -a found ;;
    files) _files ;;
    folders) _files -/ ;;
    names*)
      [[ -n $database ]] && found=(--database "$database")
      found=(\${(f)"$(trunkhunt completion names $found -- "\${1#names }" "\${(Q)cur}" 2>/dev/null)"})
      compadd -a found ;;
  esac
}

_trunkhunt() {
  local at= takes= option= database= only_arguments= word cur=\${words[CURRENT]}
  local -a offers
  integer args=0 i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $takes ]]; then
      [[ $option == --database ]] && database=$word
      takes=
    elif [[ -z $only_arguments && $word == -- ]]; then
      only_arguments=1
    elif [[ -z $only_arguments && $word == --database=* ]]; then
      database=\${word#*=}
    elif [[ -z $only_arguments && $word == -?* ]]; then
      option=$word
      _trunkhunt_option "$word"
    elif ((args > 0)) || ! _trunkhunt_command "$word"; then
      ((++args))
    fi
  done
  if [[ -n $takes ]]; then
    _trunkhunt_offer_value "$takes"
  elif [[ -z $only_arguments && $cur == --*=* ]]; then
    _trunkhunt_option "\${cur%%=*}"
    compset -P '*='
    cur=\${cur#*=}
    _trunkhunt_offer_value "$takes"
  elif [[ -z $only_arguments && $cur == -* ]]; then
    case $at in
${caseBranches(tables.options.map(OFFERS))}
    esac
    _describe -o option offers
  else
    if ((args == 0)); then
      case $at in
${caseBranches(tables.commands.map(OFFERS))}
      esac
      (($#offers)) && _describe command offers
    fi
    _trunkhunt_argument
    _trunkhunt_offer_value "$takes"
  fi
}

if [[ $funcstack[1] == _trunkhunt ]]; then
  _trunkhunt "$@"
else
  compdef _trunkhunt trunkhunt
fi
`;
}
