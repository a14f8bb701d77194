import { z } from 'zod';
import { count, parseCommandLine } from '../commandLine.ts';

const optionsSchema = z.strictObject({
  jobs: count(3_000, 100_000),
  rounds: count(4, 20),
  workers: count(2, 8),
  waiting: count(1_000_000, 5_000_000),
  done: count(1_000_000, 5_000_000),
  json: z.string().min(1).optional(),
});

export type BacklogOptions = z.infer<typeof optionsSchema>;

export const usage = `npm run bench:backlog -- [options]

  --jobs N      images settled in each run (3000)
  --rounds N    rounds of both, in turn (4)
  --workers N   processes that take them (2)
  --waiting N   images that wait in the full ledger (1000000)
  --done N      images that are done there, each with its record (1000000)
  --json FILE   write everything that was measured as JSON too`;

/** @throws Error that says what is wrong with the command line */
export function parseBacklogOptions(argv: readonly string[]): BacklogOptions | 'help' {
  const options = parseCommandLine(optionsSchema, argv);
  if (options === 'help') return options;
  const taken = (options.jobs + spare(options.workers)) * (options.rounds + 1);
  if (taken > options.waiting)
    throw new Error(
      `--waiting: ${options.waiting} images are too few for ${options.rounds} rounds of ${options.jobs}`,
    );
  return options;
}

/** Images in work at the same time in one process, as in a worker with four cores. */
export const atOnce = 8;

/** A process that has had its share still finishes what it has in work. */
export function spare(workers: number): number {
  return workers * atOnce * 2;
}
