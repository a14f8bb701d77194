import type { StepContext } from '../apply.ts';
import type { Step } from '../step.ts';
import { addressStep, associationStep } from './addresses.ts';
import { accessStep, databaseStep } from './database.ts';
import { groupStep, keypairStep, ruleStep } from './firewall.ts';
import { machineStep, membershipStep, workerStep } from './machines.ts';
import type { Site } from './site.ts';
import { bucketStep, keysStep } from './storage.ts';

/** Does one step in the clouds. Every one looks at what is there first: done twice, it does what once does. */
export function carryOut(site: Site, step: Step, context: StepContext): Promise<void> {
  const { target } = step;
  switch (target.kind) {
    case 's3-keys':
      return keysStep(site, step);
    case 'bucket':
      return bucketStep(site, step, target);
    case 'keypair':
      return keypairStep(site, step);
    case 'security-group':
      return groupStep(site, step, target, context);
    case 'ssh-rule':
      return ruleStep(site, step, target);
    case 'machine':
      return machineStep(site, step, target, context);
    case 'membership':
      return membershipStep(site, target);
    case 'floating-ip':
      return addressStep(site, step, target);
    case 'association':
      return associationStep(site, target, context);
    case 'database':
      return databaseStep(site, step, target, context);
    case 'database-access':
      return accessStep(site, target);
    case 'worker':
      return workerStep(site, target, context);
  }
}
