import { z } from 'zod';
import { count, parseCommandLine } from '../commandLine.ts';

const optionsSchema = z.strictObject({
  images: count(400, 20_000),
  outputs: count(10, 20),
  rounds: count(3, 20),
  pages: count(20, 100),
  seconds: count(20, 3_600),
  json: z.string().min(1).optional(),
  write: z.boolean().default(false),
});

export type DashboardOptions = z.infer<typeof optionsSchema>;

export const usage = `npm run bench:dashboard -- [options]

  --images N    images of a run, small ones (400)
  --outputs N   outputs of each, and so rows in the ledger (10)
  --rounds N    runs without and with open pages, in turn (3)
  --pages N     pages that are open (20)
  --seconds N   for which 200 images a second flow by in a real Chromium (20)
  --json FILE   write everything that was measured as JSON too
  --write       put what is printed into docs/performance.md`;

/** @throws Error that says what is wrong with the command line */
export function parseDashboardOptions(argv: readonly string[]): DashboardOptions | 'help' {
  return parseCommandLine(optionsSchema, argv);
}
