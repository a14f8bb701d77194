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

const optionsSchema = sharedOptions.extend({ workers: z.number(), yes: z.boolean().optional() });

/** `kuva cloud scale N`: the same as `up`, with another number of machines than the configuration has. */
export const cloudScale: Action = (given, terminal) => {
  const options = optionsSchema.parse(given);
  return withCloud(options, terminal, async (cloud) => {
    const found = await survey(cloud, false);
    const { plan, cost, quota } = found;
    if (terminal.json) terminal.line(jsonText({ plan: planAsJson(plan), cost, quota }));
    else {
      showPlan(plan, terminal);
      showCostAndQuota(cost, quota, terminal);
    }
    refuseImpossible(found, cloud.secrets.folder);
    if (!nothingToDo(plan) && !(await confirm('Carry this out?', options.yes === true))) {
      terminal.errorLine('Nothing was made or changed.');
      return exitCodes.ok;
    }
    await makeAll(cloud, found, terminal, { keepFailed: false, prove: proveWorker(cloud) });
    const configured = cloud.config.cloud?.compute.workers ?? 1;
    if (terminal.json) terminal.line(jsonText({ done: true, workers: options.workers, cost }));
    else {
      terminal.line(
        `${terminal.paint('green', '✓')} ${options.workers} ${options.workers === 1 ? 'machine' : 'machines'}; all costs ${cost.hour} ${cost.unit} an hour.`,
      );
      if (configured !== options.workers)
        terminal.line(
          `  kuva.yaml says ${configured}: the next \`kuva cloud up\` goes back to that. Write \`cloud: compute: workers: ${options.workers}\` to keep it.`,
        );
    }
    return exitCodes.ok;
  });
};
