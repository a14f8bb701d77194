import process from 'node:process';
import { z } from 'zod';
import { makeChooser } from '../../pipeline/choose/choose.ts';
import {
  countReprocessable,
  queueReprocessable,
  type ReprocessOptions,
  type Verdict,
  type Verdicts,
} from '../../pipeline/reprocess.ts';
import type { Action } from '../action.ts';
import { askOn } from '../ask.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions, withSystem } from '../system.ts';
import type { Terminal } from '../terminal.ts';

const optionsSchema = sharedOptions.extend({
  name: z.string().optional(),
  rule: z.string().optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  unchanged: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  yes: z.boolean().optional(),
});

/** `kuva reprocess`: queues what is done, and whose input was kept, for the recipe of today. */
export const reprocess: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  const { name, since, until, rule } = options;
  return withSystem(options, terminal, async ({ ledger, recipe, chooser, archive, stopping }) => {
    const asked: ReprocessOptions = {
      ledger,
      chooser: chooser ?? makeChooser([], recipe),
      archive: archive?.bucket,
      filter: {
        ...(name !== undefined && { name }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      },
      ...(rule !== undefined && { rule }),
      unchanged: options.unchanged === true,
      signal: stopping.stop,
    };
    const found = await countReprocessable(asked);
    if (!terminal.json) tell(terminal, found);
    const wanted =
      found.again > 0 &&
      options.dryRun !== true &&
      (options.yes === true || (!terminal.json && (await agreed(found.again))));
    const queued = wanted ? await queueReprocessable(asked) : 0;
    if (terminal.json) terminal.line(jsonText({ queued, found }));
    else if (queued > 0)
      terminal.line(
        `${queued} ${queued === 1 ? 'image is' : 'images are'} queued again; a running worker takes them up, or use \`kuva run\`.`,
      );
    else terminal.line('Nothing was changed.');
    return exitCodes.ok;
  });
};

const titles = {
  again: 'would be made once more',
  unchanged: 'were made by the recipe of today already; --unchanged makes them once more too',
  gone: 'cannot be made once more: their inputs were removed, as `done: delete` says',
  elsewhere: 'cannot be made once more: their inputs lie in another place than `done: move` names',
  skipped: 'would be left alone by a rule now',
} as const satisfies Record<Verdict, string>;

function tell(terminal: Terminal, found: Verdicts): void {
  const lines = Object.entries(titles).flatMap(([verdict, title]) => {
    const count = Object.entries(found).find(([name]) => name === verdict)?.[1] ?? 0;
    return count > 0 ? [`${count} ${title}`] : [];
  });
  if (lines.length === 0) terminal.line('No image that is done matches.');
  for (const line of lines) terminal.line(line);
}

async function agreed(count: number): Promise<boolean> {
  const { ask, close } = askOn(process.stdin, process.stdout, {
    command: 'kuva reprocess',
    without: 'Say --yes, or --dry-run to only count.',
  });
  try {
    const answer = await ask(
      `Make ${count} ${count === 1 ? 'image' : 'images'} once more? Their outputs are replaced.`,
      'no',
    );
    return /^y(es)?$/i.test(answer);
  } finally {
    close();
  }
}
