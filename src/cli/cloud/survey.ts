import { costOfStack } from '../../cloud/bill.ts';
import { type Choices, findChoices } from '../../cloud/choices.ts';
import type { Cost } from '../../cloud/cost.ts';
import { observe } from '../../cloud/observe.ts';
import type { Observed } from '../../cloud/observed.ts';
import { blockersOf, type Plan, planUp } from '../../cloud/plan.ts';
import { cscPrices } from '../../cloud/prices.ts';
import { checkQuota, type QuotaLine, showQuota } from '../../cloud/quota.ts';
import { readQuotas } from '../../cloud/stackQuota.ts';
import { kindTitles } from '../../cloud/step.ts';
import { KuvaError } from '../../image/failure.ts';
import type { OpenCloud } from './open.ts';

/** Everything that is known before anything is made. */
export interface Survey {
  readonly observed: Observed;
  readonly plan: Plan;
  readonly choices: Choices;
  readonly cost: Cost;
  readonly quota: readonly QuotaLine[];
}

export async function survey(
  { clouds, stack }: Pick<OpenCloud, 'clouds' | 'stack'>,
  adopt: boolean,
): Promise<Survey> {
  const [observed, choices, quotas] = await Promise.all([
    observe(clouds, stack),
    findChoices(clouds, stack),
    readQuotas(clouds),
  ]);
  const plan = planUp(stack, observed, { adopt });
  return {
    observed,
    plan,
    choices,
    cost: costOfStack(stack, cscPrices),
    quota: checkQuota(plan, stack, choices.sizes, quotas),
  };
}

/**
 * Refuses before anything is made.
 * @throws KuvaError `cloud-conflict` when somebody else's thing is in the way, `cloud-quota` when a quota is too small
 */
export function refuseImpossible({ plan, quota }: Survey, folder: string): void {
  const blockers = blockersOf(plan);
  if (blockers.length > 0)
    throw new KuvaError('cloud-conflict', {
      what: `In the way: ${blockers.map(({ target, name, why }) => `${kindTitles[target.kind]} ${name} (${why})`).join('; ')}`,
      data: 'Nothing was made or changed.',
      remedy: `Choose other names under \`cloud:\` in kuva.yaml, or take over what the tutorial made: \`kuva cloud up --adopt\`. For a database that you have, put its password into ${folder}/database_password (chmod 600).`,
    });
  const short = quota.filter(({ enough }) => !enough);
  if (short.length > 0)
    throw new KuvaError('cloud-quota', {
      what: `The quota is too small:${showQuota(short).join(';').replaceAll('  ', ' ').replaceAll(' ← too few', '')}`,
      data: 'Nothing was made or changed.',
      remedy:
        'Delete what is not needed, ask for less under `cloud:` in kuva.yaml (workers, floating_ip, flavor), or ask those who run the cloud for more.',
    });
}
