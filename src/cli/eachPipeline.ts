import { z } from 'zod';
import { pipelineNames } from '../config/load.ts';
import { KuvaError } from '../image/failure.ts';
import { exitCodes } from './exit.ts';
import { loadOptions, sharedOptions } from './system.ts';
import type { Terminal } from './terminal.ts';

/** What was given on the command line. */
export type Given = Readonly<Record<string, unknown>>;

/** What cannot be done for one pipeline after the other. */
const endless = z.object({
  follow: z.literal(true).optional(),
  watch: z.literal(true).optional(),
  format: z.string().optional(),
});

/**
 * A command for each pipeline of the file, one after the other, or for the one that is named.
 * @returns the exit code of the first that did not go well
 */
export async function forEachPipeline(
  given: Given,
  terminal: Terminal,
  run: (given: Given) => Promise<number>,
): Promise<number> {
  const options = sharedOptions.parse(given);
  const names = options.pipeline === undefined ? pipelineNames(loadOptions(options)) : undefined;
  if (names === undefined || names.length === 1) return run(given);
  const { follow, watch, format } = endless.parse(given);
  if (follow === true || watch === true || format === 'csv') {
    const what = follow === true ? '--follow' : watch === true ? '--watch' : '--format csv';
    throw new KuvaError('usage-invalid', {
      what: `${what} is for one pipeline, and the file has ${names.length}`,
      remedy: `Name one of them: --pipeline ${names.join(', --pipeline ')}.`,
    });
  }
  let code: number = exitCodes.ok;
  for (const pipeline of names) {
    if (!terminal.json && format !== 'json') terminal.errorLine(`${terminal.paint('bold', pipeline)}:`);
    const ended = await run({ ...given, pipeline });
    if (code === exitCodes.ok) code = ended;
  }
  return code;
}
