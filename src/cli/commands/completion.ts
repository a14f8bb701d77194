import { z } from 'zod';
import { completionScript, shells } from '../completion.ts';
import { exitCodes } from '../exit.ts';
import type { Action } from '../action.ts';

const optionsSchema = z.object({ shell: z.enum(shells) });

/** `kuva completion`: the script on standard output. */
export const completion: Action = (given, terminal, program) => {
  terminal.line(completionScript(optionsSchema.parse(given).shell, program).trimEnd());
  return Promise.resolve(exitCodes.ok);
};
