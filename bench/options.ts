import { z } from 'zod';
import { count, parseCommandLine } from './commandLine.ts';

/** Few pictures and one round: does it work? The figures are rough. */
const quickCounts = {
  rounds: '1',
  'count-a': '60',
  'count-b': '8',
  'tutorial-a': '4',
  'tutorial-a-no-sleep': '6',
  'tutorial-b': '2',
  'tutorial-b-no-sleep': '2',
  uploads: '5',
} as const;

const optionsSchema = z.strictObject({
  rounds: count(3, 20),
  'count-a': count(600, 20_000),
  'count-b': count(40, 2_000),
  'tutorial-a': count(20, 500),
  'tutorial-a-no-sleep': count(40, 500),
  'tutorial-b': count(6, 100),
  'tutorial-b-no-sleep': count(8, 100),
  uploads: count(30, 1_000),
  store: z.enum(['bluestore', 'memstore']).default('bluestore'),
  only: z.enum(['rates', 'latency']).optional(),
  json: z.string().min(1).optional(),
});

export type Options = z.infer<typeof optionsSchema>;

export const usage = `npm run bench -- [options]

  --quick                    few pictures and one round, to see whether it works
  --rounds N                 rounds of everything (3)
  --count-a N, --count-b N   pictures of a run of ours and of plain sharp (600 of 130 kB, 40 of 12 Mpx)
  --tutorial-a N, --tutorial-a-no-sleep N, --tutorial-b N, --tutorial-b-no-sleep N
                             pictures of a run of the tutorial's script (20, 40, 6, 8)
  --uploads N                pictures for the time from upload to result (30)
  --store bluestore|memstore where Ceph keeps its objects: on disk (bluestore) or in memory
  --only rates|latency       only this part
  --json FILE                write everything that was measured as JSON too`;

/** @throws Error that says what is wrong with the command line */
export function parseOptions(argv: readonly string[]): Options | 'help' {
  return parseCommandLine(optionsSchema, argv, quickCounts);
}
