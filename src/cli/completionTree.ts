/** The command tree as the completion scripts need it: names, one-line descriptions, and what can follow. */
import type { Argument, Command, Option } from 'commander';

/** What a value can be completed with. `text`: nobody can know. */
export type Values = 'file' | 'folder' | 'text' | readonly string[];

export interface CompletedOption {
  /** `-c` and `--config`, those that there are. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Absent when the option is a switch. */
  readonly values?: Values;
  /** Can it take several values, one after the other? */
  readonly several: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Values[];
}

export interface CompletionTree extends CompletedCommand {
  readonly commands: readonly CompletedCommand[];
}

export function completionTree(program: Command): CompletionTree {
  const help = program.createHelp();
  const names = help.visibleCommands(program).map((command) => command.name());
  return {
    ...completed(program),
    commands: help.visibleCommands(program).map((command) => ({
      ...(command.commands.length > 0 ? group(command) : completed(command)),
      // commander's own `help [command]` does not tell what it takes.
      ...(command.name() === 'help' && { arguments: [names] }),
    })),
  };
}

/** `kuva cloud plan`: the second word is completed as an argument, and every option of its commands is offered. */
function group(command: Command): CompletedCommand {
  const own = completed(command);
  const inner = command.commands.map(completed);
  const options = new Map(
    [own, ...inner].flatMap(({ options: some }) => some).map((option) => [option.flags.join(), option]),
  );
  return { ...own, options: [...options.values()], arguments: [inner.map(({ name }) => name)] };
}

function completed(command: Command): CompletedCommand {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: firstLine(help.subcommandDescription(command)),
    options: help.visibleOptions(command).map(completedOption),
    arguments: command.registeredArguments.map(valuesOfArgument),
  };
}

function completedOption(option: Option): CompletedOption {
  const takesValue = option.required || option.optional;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: firstLine(option.description),
    ...(takesValue && { values: option.argChoices ?? kindOfValue(/[<[]([\w-]+)/.exec(option.flags)?.[1]) }),
    several: option.variadic,
  };
}

function valuesOfArgument(argument: Argument): Values {
  return argument.argChoices ?? kindOfValue(argument.name());
}

/** By the word in the angle brackets of its usage. */
function kindOfValue(word = ''): Values {
  if (/^(file|image|path)$/.test(word)) return 'file';
  return /^(folder|dir|directory)$/.test(word) ? 'folder' : 'text';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
