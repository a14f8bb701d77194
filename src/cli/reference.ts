import type { Argument, Command, Option } from 'commander';
import { failureKinds } from '../image/failure.ts';
import { exitCodes } from './exit.ts';

/** The command reference in Markdown, from the same tree that `--help` prints. */
export function commandReference(program: Command): string {
  return sections(program.name(), program).join('\n\n');
}

/** A group of commands (`kuva cloud`) has no section of its own: each of its commands has one. */
function sections(name: string, parent: Command): string[] {
  return parent.commands.flatMap((command) =>
    command.commands.length > 0
      ? sections(`${name} ${command.name()}`, command)
      : [commandSection(name, command)],
  );
}

function commandSection(program: string, command: Command): string {
  const rows = [
    ...command.registeredArguments.map((argument) =>
      row(argumentName(argument), withChoices(argument.description, argument)),
    ),
    ...command.options.map((option) => row(option.flags, optionText(option))),
  ];
  const use = `${program} ${command.name()} ${command.usage()}`;
  return [
    `### \`${program} ${command.name()}\``,
    sentence(command.description()),
    `\`\`\`\n${use}\n\`\`\``,
    ['| | |', '|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function argumentName(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function optionText(option: Option): string {
  const value: unknown = option.defaultValue;
  const standard = typeof value === 'string' || typeof value === 'number' ? `; default: \`${value}\`` : '';
  return `${withChoices(option.description, option)}${standard}`;
}

function withChoices(text: string, { argChoices }: { argChoices?: readonly string[] | undefined }): string {
  return argChoices === undefined
    ? text
    : `${text}: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
}

function row(left: string, right: string): string {
  return `| \`${escape(left)}\` | ${escape(right)} |`;
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const exitMeanings = {
  ok: 'everything was done',
  failure:
    'something went wrong that trying again will not mend; `verify`: the ledger and the bucket differ; `doctor`: a check failed',
  usage: 'the command line was not understood',
  setAside:
    '`run`: the work is done, but some images were set aside and need a person; `status --check`: some are set aside',
  stalled: '`status --check`: images wait, and none has come to an end for `alerts: stalled:`',
  unavailable:
    'a store or the database is not available: try again later (EX_TEMPFAIL); `status --check`: a worker waits for one',
  config: 'the configuration has a mistake, or credentials are missing (EX_CONFIG)',
  incomplete: 'stopped before the end; nothing is lost, the next run goes on',
} as const satisfies Record<keyof typeof exitCodes, string>;

/** The table of exit codes in Markdown. */
export function exitReference(): string {
  const rows = Object.entries(exitMeanings).map(([name, meaning]) => {
    const code = Object.entries(exitCodes).find(([known]) => known === name)?.[1] ?? '';
    return `| ${code} | ${meaning} |`;
  });
  return ['| code | meaning |', '|---|---|', ...rows].join('\n');
}

const retryMeanings = {
  never: 'the image is set aside at once, or the command ends',
  limited: 'costs the image an attempt; set aside after the last one',
  patient: 'waited for; costs no attempt',
  gone: 'nothing to do: its owner replaced or removed it',
} as const;

/** The table of failure codes in Markdown. */
export function failureReference(): string {
  const rows = Object.entries(failureKinds).map(([code, { title, retry, exit }]) => {
    return `| \`${code}\` | ${title} | ${retryMeanings[retry]} | ${exitCodes[exit]} |`;
  });
  return ['| code | what | then | exit |', '|---|---|---|---|', ...rows].join('\n');
}
