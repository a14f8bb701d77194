import { z } from 'zod';
import { durationSchema } from '../../image/quantitySchema.ts';
import { pause } from '../../pipeline/pause.ts';
import { statusReport } from '../../pipeline/statusReport.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { showStatus } from '../statusView.ts';
import { sharedOptions, withLedger } from '../system.ts';
import { verdictExits } from '../verdict.ts';

const optionsSchema = sharedOptions.extend({
  watch: z.boolean().optional(),
  check: z.boolean().optional(),
  stalled: durationSchema.optional(),
});

/** Milliseconds between two looks with `--watch`. */
const interval = 2_000;

/** `kuva status`: what waits, what is in work, what is done, what is in the way. */
export const status: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withLedger(options, terminal, async ({ ledger, config, stopping }) => {
    const about = {
      pipeline: config.pipeline,
      input: config.input.url,
      output: config.output.url,
      ...(config.events !== undefined && { eventsPoll: config.events.poll }),
    };
    for (;;) {
      const now = await ledger.status();
      const report = statusReport(config.pipeline, now, options.stalled ?? config.alerts.stalled);
      const exit = verdictExits[report.verdict];
      if (terminal.json) terminal.line(jsonText({ ...report, exit }));
      else if (options.check === true) terminal.line(`${report.verdict}: ${report.text}`);
      else showStatus(now, about, terminal, options.watch === true);
      if (options.check === true) return exit;
      if (options.watch === true) await pause(interval, stopping.stop);
      if (options.watch !== true || stopping.stop.aborted) return exitCodes.ok;
    }
  });
};
