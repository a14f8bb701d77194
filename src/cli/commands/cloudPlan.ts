import { z } from 'zod';
import { blockersOf } from '../../cloud/plan.ts';
import type { Action } from '../action.ts';
import { type OpenCloud, withCloud } from '../cloud/open.ts';
import { planAsJson, showCostAndQuota, showPlan } from '../cloud/planView.ts';
import { survey } from '../cloud/survey.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions } from '../system.ts';

const optionsSchema = sharedOptions.extend({
  explain: z.boolean().optional(),
  adopt: z.boolean().optional(),
});

/** `kuva cloud plan`: what `up` would do, what it costs, and whether the quota is enough. Changes nothing. */
export const cloudPlan: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withCloud(options, terminal, async (cloud: OpenCloud) => {
    const { plan, cost, quota } = await survey(cloud, options.adopt === true);
    const { stack, names, secrets, notes } = cloud;
    const explain = options.explain === true ? { stack, clouds: names, folder: secrets.folder } : undefined;
    const possible = blockersOf(plan).length === 0 && quota.every(({ enough }) => enough);
    if (terminal.json) {
      terminal.line(jsonText({ ...planAsJson(plan, explain), possible, cost, quota }));
    } else {
      showPlan({ ...plan, notes: [...notes, ...plan.notes] }, terminal, explain);
      showCostAndQuota(cost, quota, terminal);
    }
    return possible ? exitCodes.ok : exitCodes.failure;
  });
};
