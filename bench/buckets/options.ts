import { z } from 'zod';
import { count, parseCommandLine } from '../commandLine.ts';

/** Files that wait when the worker starts. */
export const counts = [1_000, 10_000, 100_000, 500_000] as const;

const optionsSchema = z.strictObject({
  seconds: count(15, 600),
  most: z.coerce.number().int().min(1_000).default(500_000),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type BucketsOptions = z.infer<typeof optionsSchema>;

const quick = { seconds: '5', most: '10000' } as const;

export const usage = `npm run bench:buckets -- [options]    about 4 minutes on 2 cores; --quick: half a minute

  --quick                    1,000 and 10,000 files, 5 s each: does it work?
  --seconds N                how long each worker is watched at most (15)
  --most N                   leave out larger buckets: 1000, 10000, 100000, 500000 (500000)
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseBucketsOptions(argv: readonly string[]): BucketsOptions | 'help' {
  return parseCommandLine(optionsSchema, argv, quick);
}
