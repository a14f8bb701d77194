import { z } from 'zod';
import { count, parseCommandLine } from '../commandLine.ts';

const optionsSchema = z.strictObject({
  images: count(400, 20_000),
  tiny: count(800, 20_000),
  rounds: count(3, 20),
  'queue-rate': z.coerce.number().positive().optional(),
  store: z.enum(['bluestore', 'memstore']).default('bluestore'),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type ScaleOptions = z.infer<typeof optionsSchema>;

const quick = { images: '60', tiny: '100', rounds: '1' } as const;

export const usage = `npm run bench:scale -- [options]    about 6 minutes on 2 cores; --quick: one

  --quick                    one round with few pictures: does it work?
  --images N                 pictures of a run, about 130 kB each (400)
  --tiny N                   pictures of 2 × 2 pixels of a run: the transform taken out (800)
  --rounds N                 rounds of 1 to 4 workers, in turn (3)
  --queue-rate N             images a second, as npm run bench:backlog measured them: how many workers one PostgreSQL carries
  --store bluestore|memstore where Ceph keeps its objects: on disk (bluestore) or in memory
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseScaleOptions(argv: readonly string[]): ScaleOptions | 'help' {
  return parseCommandLine(optionsSchema, argv, quick);
}
