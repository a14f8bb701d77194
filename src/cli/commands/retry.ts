import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import type { Action } from '../action.ts';
import { sharedOptions, withLedger } from '../system.ts';

const optionsSchema = sharedOptions.extend({
  name: z.string().optional(),
  state: z.array(z.enum(['rejected', 'failed', 'skipped'])).optional(),
  all: z.boolean().optional(),
});

/** `kuva retry`: queues images again that were set aside. */
export const retry: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  if (options.name === undefined && options.all !== true) {
    throw new KuvaError('usage-invalid', {
      what: 'Which images? Give a part of their name, or --all',
      remedy: '`kuva log --state rejected failed` lists what was set aside, with the reasons.',
    });
  }
  return withLedger(options, terminal, async ({ ledger }) => {
    const { name, state } = options;
    const queued = await ledger.retry({
      ...(name !== undefined && { name }),
      ...(state !== undefined && { states: state }),
    });
    if (terminal.json) terminal.line(jsonText({ queued }));
    else if (queued === 0) terminal.line('No image that was set aside matches. Nothing was changed.');
    else
      terminal.line(
        `${queued} ${queued === 1 ? 'image is' : 'images are'} queued again; a running worker takes them up, or use \`kuva run\`.`,
      );
    return exitCodes.ok;
  });
};
