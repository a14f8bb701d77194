import type { CompletedCommand, CompletionTree, Values } from './completionTree.ts';

/** For bash 3.2 and newer, with nothing else installed (the package bash-completion is not needed). */
export function bashCompletion(tree: CompletionTree): string {
  const name = tree.name;
  const commands = tree.commands.map((command) => command.name);
  const withValue = [tree, ...tree.commands]
    .flatMap(({ options }) => options.filter(({ values }) => values !== undefined))
    .flatMap(({ flags }) => flags);
  return `# bash completion of ${name}. In ~/.bashrc: source <(${name} completion bash)
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' word index position=0
  # bash splits --option=value at the =.
  if [ "$cur" = '=' ]; then cur=''
  elif [ "$prev" = '=' ] && [ "$COMP_CWORD" -ge 2 ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()

  # Which command is it, and how many of its arguments are there already?
  index=1
  while [ "$index" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${pattern([...new Set(withValue)])})
        index=$((index + 1))
        if [ "\${COMP_WORDS[index]}" = '=' ]; then index=$((index + 1)); fi ;;
      -*) ;;
      *) if [ -z "$command" ]; then command="$word"; else position=$((position + 1)); fi ;;
    esac
    index=$((index + 1))
  done

  case "$command" in
    '')
${branch(tree, name, words(commands))}
      ;;
${tree.commands.map((command) => `    ${command.name})\n${branch(command, name, undefined)}\n      ;;`).join('\n')}
  esac
}

_${name}_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_${name}_paths() {
  local path
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
  # Escapes names with spaces, and puts no space after a folder; bash 3 does not have it.
  compopt -o filenames 2>/dev/null
}

complete -F _${name} ${name}
`;
}

/** What follows within one command: an option's value, an option, or an argument. */
function branch(command: CompletedCommand, name: string, first: string | undefined): string {
  const values = command.options.flatMap(({ flags, values: takes }) =>
    takes === undefined ? [] : [`        ${pattern(flags)}) ${filling(takes, name)}; return ;;`],
  );
  const flags = command.options.flatMap((option) => option.flags);
  const places = command.arguments.map(
    (takes, position) => `        ${position}) ${filling(takes, name)} ;;`,
  );
  const rest =
    first === undefined
      ? places.length === 0
        ? ''
        : `\n      case "$position" in\n${places.join('\n')}\n      esac`
      : `\n      _${name}_words ${first}`;
  return `      case "$prev" in\n${values.join('\n')}${values.length === 0 ? '' : '\n'}        *) ;;\n      esac
      case "$cur" in -*) _${name}_words ${words(flags)}; return ;; esac${rest}`;
}

function filling(takes: Values, name: string): string {
  if (takes === 'file') return `_${name}_paths -f`;
  if (takes === 'folder') return `_${name}_paths -d`;
  return takes === 'text' ? ':' : `_${name}_words ${words(takes)}`;
}

function words(list: readonly string[]): string {
  return `'${list.join(' ')}'`;
}

function pattern(flags: readonly string[]): string {
  return flags.length === 0 ? "''" : flags.join('|');
}
