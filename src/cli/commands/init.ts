import process from 'node:process';
import { z } from 'zod';
import { askOn } from '../ask.ts';
import { exitCodes } from '../exit.ts';
import { initConfig } from '../init.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';

const optionsSchema = z.object({
  config: z.string().optional(),
  yes: z.boolean().optional(),
  input: z.string().optional(),
  output: z.string().optional(),
  database: z.string().optional(),
  endpoint: z.string().optional(),
  force: z.boolean().optional(),
});

/** `kuva init`: writes kuva.yaml and says how to go on. */
export const init: Action = async (given, terminal) => {
  const { config, yes, input, output, database, endpoint, force } = optionsSchema.parse(given);
  const asking = yes === true ? undefined : askOn(process.stdin, process.stderr);
  try {
    const { written, notes, next } = await initConfig({
      ...(config !== undefined && { file: config }),
      ...(input !== undefined && { input }),
      ...(output !== undefined && { output }),
      ...(database !== undefined && { database }),
      ...(endpoint !== undefined && { endpoint }),
      ...(asking !== undefined && { ask: asking.ask }),
      force: force === true,
    });
    if (terminal.json) {
      terminal.line(jsonText({ written, notes, next }));
      return exitCodes.ok;
    }
    for (const file of written) terminal.line(`${terminal.paint('green', '✓')} wrote ${file}`);
    for (const note of notes) terminal.line(`${terminal.paint('yellow', '!')} ${note}`);
    terminal.line('Next:');
    for (const command of next) terminal.line(`  ${command}`);
    return exitCodes.ok;
  } finally {
    asking?.close();
  }
};
