import process from 'node:process';
import type { Command } from 'commander';
import { toKuvaError } from '../image/failure.ts';
import type { Action } from './action.ts';
import type { Given } from './eachPipeline.ts';
import { reportFailure } from './exit.ts';
import { openTerminal } from './terminal.ts';

/** What every command that reads the configuration takes. */
export function shared(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (default: $KUVA_CONFIG, else kuva.yaml here)')
    .option(
      '-d, --data <folder>',
      'folder for the embedded parts: folders as buckets and a database of its own',
    )
    .option('--pipeline <name>', 'of several pipelines in one file, this one')
    .option('--json', 'print JSON, for scripts');
}

/** Hangs a command's action in: it is loaded only when asked for, so that `--help` is quick. */
export function act(
  command: Command,
  load: () => Promise<Action>,
  argumentNames: readonly string[] = [],
  pipelines: 'one' | 'each' = 'one',
): void {
  command.action(async (...passed: unknown[]) => {
    const given: Record<string, unknown> = { ...command.opts<Record<string, unknown>>() };
    for (const [at, name] of argumentNames.entries()) {
      if (passed[at] !== undefined) given[name] = passed[at];
    }
    const terminal = openTerminal({ json: given['json'] === true });
    // Apart, like the action: it takes time that help does not have.
    (await import('./heap.ts')).letHeapGrow();
    const action = await load();
    try {
      const run = (own: Given): Promise<number> => action(own, terminal, command.parent ?? command);
      process.exitCode =
        pipelines === 'one'
          ? await run(given)
          : await (await import('./eachPipeline.ts')).forEachPipeline(given, terminal, run);
    } catch (thrown) {
      process.exitCode = reportFailure(toKuvaError(thrown), terminal);
    }
  });
}

/** Below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
