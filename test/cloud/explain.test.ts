import { describe, expect, it } from 'vitest';
import { explainStep } from '../../src/cloud/explain.ts';
import { planUp } from '../../src/cloud/plan.ts';
import { planDown } from '../../src/cloud/teardown.ts';
import { aStack, everything, nothing, withMachine } from './given.ts';

const context = {
  stack: aStack(),
  clouds: { compute: 'cpouta', database: 'pukki', s3: 'cpouta' },
  folder: '/home/ada/.kuva',
};

describe('--explain', () => {
  it("tells the tutorial's own commands for what it would make", () => {
    const plan = planUp(aStack(), nothing);
    const lines = plan.steps.flatMap((step) => explainStep(step, plan, context));
    for (const command of [
      's3cmd mb s3://input_bucket',
      'openstack --os-cloud cpouta security group create --description kuva:images pipeline_security_group',
      'openstack --os-cloud cpouta security group rule create --remote-ip 198.51.100.7/32 --dst-port 22 --protocol tcp pipeline_security_group',
      "openstack --os-cloud cpouta floating ip create --description 'kuva:images worker 1' public",
      'openstack --os-cloud cpouta server add floating ip pipeline_vm ADDRESS',
      'openstack --os-cloud pukki database instance create pipeline_db_instance --flavor standard.small --size 1 --databases pipeline_db --users db_admin:PASSWORD --datastore postgresql --is-public',
      'openstack --os-cloud pukki database instance update pipeline_db_instance --is-public --allowed-cidr ADDRESS/32',
    ])
      expect(lines).toContain(command);
  });

  it('tells nothing for what stays, and both halves of a replacement', () => {
    const whole = planUp(aStack(), everything);
    expect(whole.steps.flatMap((step) => explainStep(step, whole, context))).toEqual([]);
    const plan = planUp(aStack(), withMachine({ status: 'ERROR' }));
    const machine = plan.steps.find(({ id }) => id === 'machine:1');
    expect(machine && explainStep(machine, plan, context)).toEqual([
      'openstack --os-cloud cpouta server delete --wait m1',
      expect.stringContaining('server create --flavor standard.tiny --image Ubuntu-24.04'),
    ]);
  });

  it('names no cloud where the OS_* variables say it, and deletes by id', () => {
    const plan = planDown(aStack(), everything, { buckets: true, database: true });
    const lines = plan.steps.flatMap((step) => explainStep(step, plan, { ...context, clouds: {} }));
    expect(lines).toContain('openstack server delete --wait m1');
    expect(lines).toContain('openstack floating ip delete 1.2.3.4');
    expect(lines).toContain('openstack database instance delete d1');
    expect(lines).toContain('s3cmd rb --recursive --force s3://output_bucket');
  });
});
