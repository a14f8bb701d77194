import { z } from 'zod';
import { count, listOf, parseCommandLine } from '../commandLine.ts';
import { setNames } from '../result.ts';

const optionsSchema = z.strictObject({
  rounds: count(7, 100),
  sets: listOf(setNames).optional(),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type EntropyOptions = z.infer<typeof optionsSchema>;

export const usage = `npm run bench:entropy -- [options]    about 1 minute; --quick: 20 seconds

  --quick                    two rounds: does it work?
  --rounds N                 rounds of everything, in turn (7)
  --sets A,B                 only these sets
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseEntropyOptions(argv: readonly string[]): EntropyOptions | 'help' {
  return parseCommandLine(optionsSchema, argv, { rounds: '2' });
}
