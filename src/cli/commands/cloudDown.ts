import { z } from 'zod';
import { knownFrom, type Site } from '../../cloud/applying/site.ts';
import { costOfObserved } from '../../cloud/bill.ts';
import { observe } from '../../cloud/observe.ts';
import { nothingToDo, type Plan } from '../../cloud/plan.ts';
import { cscPrices } from '../../cloud/prices.ts';
import { leftovers, planDown, type TeardownOptions } from '../../cloud/teardown.ts';
import { KuvaError } from '../../image/failure.ts';
import type { Action } from '../action.ts';
import { confirm } from '../cloud/confirm.ts';
import { drainMachine } from '../cloud/drain.ts';
import { applySteps } from '../cloud/makeAll.ts';
import { type OpenCloud, withCloud } from '../cloud/open.ts';
import { planAsJson, showPlan } from '../cloud/planView.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions } from '../system.ts';
import type { Terminal } from '../terminal.ts';

const optionsSchema = sharedOptions.extend({
  yes: z.boolean().optional(),
  buckets: z.boolean().default(false),
  database: z.boolean().default(false),
});

/** `kuva cloud down`: takes away what is ours, waits until it is gone, and looks once more. */
export const cloudDown: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withCloud(options, terminal, async (cloud) => {
    const observed = await observe(cloud.clouds, cloud.stack);
    const plan = planDown(cloud.stack, observed, options);
    if (terminal.json) terminal.line(jsonText({ plan: planAsJson(plan) }));
    else showPlan(plan, terminal);
    if (nothingToDo(plan)) return prove(cloud, plan, options, terminal);
    if (!(await confirm('Take this away, for good?', options.yes === true))) {
      terminal.errorLine('Nothing was changed.');
      return exitCodes.ok;
    }
    await applySteps(siteFor(cloud, observed), plan, cloud, terminal);
    return prove(cloud, plan, options, terminal);
  });
};

function siteFor(cloud: OpenCloud, observed: Parameters<typeof knownFrom>[0]): Site {
  const { clouds, stack } = cloud;
  return {
    clouds,
    stack,
    drain: drainMachine(cloud, observed),
    known: knownFrom(observed, stack),
    keepFailed: true,
    userData: () => Promise.resolve(''),
    prove: () => Promise.resolve(),
  };
}

/** Lists both clouds again. The database's own floating IP lives in the project too, and is no leftover: it goes with it. */
async function prove(
  { clouds, stack }: OpenCloud,
  plan: Plan,
  options: TeardownOptions,
  terminal: Terminal,
): Promise<number> {
  const after = await observe(clouds, stack);
  const left = leftovers(stack, after, options);
  const cost = costOfObserved(after, cscPrices);
  const kept = plan.steps
    .filter(({ action }) => action === 'keep' || action === 'change')
    .map(({ name }) => name);
  if (left.length > 0)
    throw new KuvaError('cloud-failed', {
      what: `Still there after all was taken away: ${left.join(', ')}`,
      data: `It costs ${cost.hour} ${cost.unit} an hour.`,
      remedy: 'Run `kuva cloud down` once more; if it stays, tell those who run the cloud.',
    });
  if (terminal.json) terminal.line(jsonText({ done: true, left, kept, cost }));
  else {
    terminal.line(
      `${terminal.paint('green', '✓')} Both clouds were listed again: nothing of this pipeline is left${kept.length === 0 ? '' : ` but what was to be kept: ${kept.join(', ')}`}.`,
    );
    terminal.line(
      cost.hour === 0
        ? '  It costs nothing any more, but for data in buckets that were kept.'
        : `  What was kept costs ${cost.hour} ${cost.unit} an hour.`,
    );
  }
  return exitCodes.ok;
}
