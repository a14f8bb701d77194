import type { CompletedOption, CompletionTree, Values } from './completionTree.ts';

/** For fish 3 and newer. */
export function fishCompletion(tree: CompletionTree): string {
  const { name, commands } = tree;
  const names = commands.map((command) => command.name).join(' ');
  const noneYet = `not __fish_seen_subcommand_from ${names}`;
  const lines = [
    `# fish completion of ${name}. To install: ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
    `complete -c ${name} -f`,
    ...tree.options.map((option) => optionLine(name, noneYet, option)),
    ...commands.map((command) => argumentLine(name, noneYet, [command.name], command.description)),
    ...commands.flatMap((command) => {
      const here = `__fish_seen_subcommand_from ${command.name}`;
      return [
        ...command.options.map((option) => optionLine(name, here, option)),
        ...command.arguments.flatMap((values) => argumentLines(name, here, values)),
      ];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function optionLine(
  name: string,
  condition: string,
  { flags, description, values }: CompletedOption,
): string {
  const spelled = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  return [
    'complete',
    `-c ${name}`,
    `-n ${quote(condition)}`,
    ...spelled,
    ...valuePart(values),
    `-d ${quote(description)}`,
  ].join(' ');
}

function valuePart(values: Values | undefined): string[] {
  if (values === undefined) return [];
  if (values === 'file') return ['-r', '-F'];
  if (values === 'folder') return ['-x', `-a ${quote('(__fish_complete_directories)')}`];
  return values === 'text' ? ['-x'] : ['-x', `-a ${quote(values.join(' '))}`];
}

function argumentLines(name: string, condition: string, values: Values): string[] {
  if (values === 'file') return [`complete -c ${name} -n ${quote(condition)} -F`];
  if (values === 'folder') {
    return [`complete -c ${name} -n ${quote(condition)} -a ${quote('(__fish_complete_directories)')}`];
  }
  return values === 'text' ? [] : [argumentLine(name, condition, values, '')];
}

function argumentLine(
  name: string,
  condition: string,
  words: readonly string[],
  description: string,
): string {
  const told = description === '' ? '' : ` -d ${quote(description)}`;
  return `complete -c ${name} -n ${quote(condition)} -a ${quote(words.join(' '))}${told}`;
}

/** Within single quotes fish knows two escapes: \\ and \'. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
