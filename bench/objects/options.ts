import { z } from 'zod';
import { count, parseCommandLine } from '../commandLine.ts';

/** Bytes of one object, with what they are called. */
export const sizes = [
  { title: '1 kB', bytes: 1e3 },
  { title: '10 kB', bytes: 1e4 },
  { title: '100 kB', bytes: 1e5 },
  { title: '1 MB', bytes: 1e6 },
  { title: '10 MB', bytes: 1e7 },
  { title: '100 MB', bytes: 1e8 },
] as const;

const optionsSchema = z.strictObject({
  rounds: count(3, 20),
  most: count(300, 20_000),
  megabytes: count(60, 10_000),
  largest: z.coerce.number().min(1e3).default(1e8),
  store: z.enum(['bluestore', 'memstore']).default('bluestore'),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type ObjectsOptions = z.infer<typeof optionsSchema>;

const quick = { rounds: '1', most: '40', megabytes: '10', largest: '1e7' } as const;

export const usage = `npm run bench:objects -- [options]    about 3 minutes on 2 cores; --quick: half a minute

  --quick                    one round, few objects, none larger than 10 MB: does it work?
  --rounds N                 rounds of all sizes, in turn (3)
  --most N                   objects of a run at most (300)
  --megabytes N              and about so many megabytes of them, but at least two objects (60)
  --largest BYTES            leave out larger ones (100000000)
  --store bluestore|memstore where Ceph keeps its objects: on disk (bluestore) or in memory
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseObjectsOptions(argv: readonly string[]): ObjectsOptions | 'help' {
  return parseCommandLine(optionsSchema, argv, quick);
}

/** How many objects of that size a run has. */
export function objectsOf(bytes: number, { most, megabytes }: ObjectsOptions): number {
  return Math.max(2, Math.min(most, Math.round((megabytes * 1e6) / bytes)));
}
