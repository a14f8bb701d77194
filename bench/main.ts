/** `npm run bench`: everything in one run, on one Ceph RGW and one PostgreSQL. `docs/performance.md` tells what and why. */
import { bench, type Outcome } from './bench.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { runBench } from './program.ts';
import { report } from './report/report.ts';

await runBench<Options, Outcome>({
  usage,
  parse: parseOptions,
  measure: bench,
  report,
  section: 'bench',
  sound: ({ sound }) => sound,
});
