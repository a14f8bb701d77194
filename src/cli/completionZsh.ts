import type { CompletedCommand, CompletedOption, CompletionTree, Values } from './completionTree.ts';

/** For zsh 5 and newer, by its own `_arguments`. */
export function zshCompletion(tree: CompletionTree): string {
  const { name, commands } = tree;
  return `#compdef ${name}
# zsh completion of ${name}. To install: ${name} completion zsh > "\${fpath[1]}/_${name}", or in ~/.zshrc after compinit:
#   source <(${name} completion zsh)
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${specs(tree, [`'1: :->command'`, `'*:: :->rest'`])}
  case "$state" in
    command)
      local -a commands=(
${commands.map((command) => `        ${quote(`${command.name}:${command.description}`)}`).join('\n')}
      )
      _describe -t commands 'command' commands
      ;;
    rest)
      case "$words[1]" in
${commands.map((command) => `        ${command.name})\n          _arguments \\\n${specs(command, argumentSpecs(command), 12)}\n          ;;`).join('\n')}
      esac
      ;;
  esac
}

# Sourced, it registers itself; from a folder of fpath, zsh calls it.
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function specs(command: CompletedCommand, more: readonly string[], indent = 4): string {
  return [...command.options.flatMap(optionSpecs), ...more]
    .map((spec) => `${' '.repeat(indent)}${spec}`)
    .join(' \\\n');
}

/** \`'(-c --config)'{-c,--config}'[what it does]:value:_files'\` */
function optionSpecs({ flags, description, values, several }: CompletedOption): string[] {
  const exclusive = several ? '' : `(${flags.join(' ')})`;
  const value = values === undefined ? '' : `:value:${action(values)}`;
  const text = `[${description.replace(/[\\[\]:]/g, '\\$&')}]`;
  // `--name=` and `-n+`: the value in the same word or in the next one.
  const joint = (flag: string) => (values === undefined ? '' : flag.startsWith('--') ? '=' : '+');
  return flags.map((flag) => quote(`${exclusive}${several ? '*' : ''}${flag}${joint(flag)}${text}${value}`));
}

function argumentSpecs(command: CompletedCommand): string[] {
  return command.arguments.map((values, index) => quote(`${index + 1}: :${action(values)}`));
}

function action(values: Values): string {
  if (values === 'file') return '_files';
  if (values === 'folder') return '_files -/';
  return values === 'text' ? ' ' : `(${values.join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
