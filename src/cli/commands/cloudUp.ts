import { z } from 'zod';
import { nothingToDo } from '../../cloud/plan.ts';
import type { Action } from '../action.ts';
import { confirm } from '../cloud/confirm.ts';
import { makeAll } from '../cloud/makeAll.ts';
import { withCloud } from '../cloud/open.ts';
import { planAsJson, showCostAndQuota, showPlan } from '../cloud/planView.ts';
import { proveWorker } from '../cloud/prove.ts';
import { refuseImpossible, survey } from '../cloud/survey.ts';
import { exitCodes } from '../exit.ts';
import { jsonText } from '../jsonText.ts';
import { sharedOptions } from '../system.ts';

const optionsSchema = sharedOptions.extend({
  yes: z.boolean().optional(),
  adopt: z.boolean().optional(),
  keepFailed: z.boolean().optional(),
});

/** `kuva cloud up`: carries out the plan, until a first image has gone through every machine. */
export const cloudUp: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withCloud(options, terminal, async (cloud) => {
    const found = await survey(cloud, options.adopt === true);
    const { plan, cost, quota } = found;
    if (terminal.json) terminal.line(jsonText({ plan: planAsJson(plan), cost, quota }));
    else {
      showPlan({ ...plan, notes: [...cloud.notes, ...plan.notes] }, terminal);
      showCostAndQuota(cost, quota, terminal);
    }
    refuseImpossible(found, cloud.secrets.folder);
    if (!nothingToDo(plan)) {
      if (!(await confirm('Carry this out?', options.yes === true))) {
        terminal.errorLine('Nothing was made or changed.');
        return exitCodes.ok;
      }
    }
    const known = await makeAll(cloud, found, terminal, {
      keepFailed: options.keepFailed === true,
      prove: proveWorker(cloud),
    });
    const addresses = [...known.addresses.values()].map(({ address }) => address);
    if (terminal.json) {
      terminal.line(jsonText({ done: true, addresses, cost }));
      return exitCodes.ok;
    }
    const [first = ''] = cloud.stack.buckets;
    terminal.line();
    terminal.line(
      `${terminal.paint('green', '✓')} Everything stands${addresses.length === 0 ? '' : ` at ${addresses.join(', ')}`}; it costs ${cost.hour} ${cost.unit} an hour until \`kuva cloud down\`.`,
    );
    terminal.line('Next:');
    for (const command of [`s3cmd put cat1.jpg s3://${first}`, 'kuva cloud status', 'kuva cloud logs'])
      terminal.line(`  ${command}`);
    return exitCodes.ok;
  });
};
