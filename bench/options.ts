import { z } from 'zod';
import { count, listOf, parseCommandLine } from './commandLine.ts';
import { contenders, setNames } from './result.ts';

/** Few pictures and one round: does it work? The figures are rough. */
const quickCounts = {
  rounds: '1',
  'count-a': '60',
  'count-b': '8',
  'tutorial-a': '4',
  'no-sleep-a': '6',
  'tutorial-b': '2',
  'no-sleep-b': '2',
  starts: '3',
  uploads: '5',
} as const;

const optionsSchema = z.strictObject({
  rounds: count(3, 20),
  'count-a': count(2_400, 20_000),
  'count-b': count(400, 2_000),
  'tutorial-a': count(10, 500),
  'no-sleep-a': count(20, 500),
  'tutorial-b': count(5, 100),
  'no-sleep-b': count(6, 100),
  uploads: count(20, 1_000),
  starts: count(7, 100),
  store: z.enum(['bluestore', 'memstore']).default('bluestore'),
  only: z.enum(['rates', 'latency', 'starts', 'loop']).optional(),
  contenders: listOf(contenders).optional(),
  sets: listOf(setNames).optional(),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type Options = z.infer<typeof optionsSchema>;

export const usage = `npm run bench -- [options]

  --quick                    few pictures and one round, to see whether it works
  --rounds N                 rounds of everything (3)
  --count-a N, --count-b N   pictures of a run of ours, the Python rivals, rclone (2,400 of 130 kB, 400 of 12 Mpx)
  --tutorial-a N, --no-sleep-a N, --tutorial-b N, --no-sleep-b N
                             pictures of a run of the tutorial's script, as it is and without its sleep (10, 20, 5, 6)
  --uploads N                pictures for the time from upload to result (20)
  --starts N                 starts of each program whose time to be ready is measured (7)
  --store bluestore|memstore where Ceph keeps its objects: on disk (bluestore) or in memory
  --only rates|latency|starts|loop
                             only this part
  --contenders NAME,NAME     only these: ${contenders.join(', ')}
  --sets A,B                 only these sets
  --json FILE                write everything that was measured as JSON too
  --write                    put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseOptions(argv: readonly string[]): Options | 'help' {
  return parseCommandLine(optionsSchema, argv, quickCounts);
}
