import { KuvaError } from '../../image/failure.ts';
import type { StepContext } from '../apply.ts';
import { markText, readMark } from '../mark.ts';
import type { Step, Target } from '../step.ts';
import { waitUntil } from '../wait.ts';
import { makeOnce } from './once.ts';
import type { Site } from './site.ts';

export async function keypairStep({ clouds, stack }: Site, { action }: Step): Promise<void> {
  const { compute, secrets, clock } = clouds;
  const name = stack.compute.keypair;
  if (action === 'delete') {
    await compute.deleteKeypair(name);
    await secrets.forget('ssh-key');
    return;
  }
  const { publicKey } = await secrets.sshKey();
  await makeOnce({
    look: () => compute.getKeypair(name),
    make: () => compute.importKeypair(name, publicKey),
    clock,
  });
}

/** Milliseconds. A group is in use for some seconds after its last machine is gone. */
const groupLimit = 120_000;

export async function groupStep(
  { clouds, stack, known }: Site,
  { action }: Step,
  { id }: Extract<Target, { kind: 'security-group' }>,
  { say, signal }: StepContext,
): Promise<void> {
  const { groups, clock } = clouds;
  const { security_group: name } = stack.compute;
  const mark = markText({ pipeline: stack.pipeline });
  if (action === 'delete') {
    if (id === undefined) return;
    const what = `security group ${id} to be unused`;
    await waitUntil({ what, limit: groupLimit, every: 1000, clock, signal, seen: say }, async () => {
      try {
        await groups.deleteGroup(id);
        return { found: true };
      } catch (failure) {
        if (failure instanceof KuvaError && failure.code === 'cloud-conflict') return { state: 'in use' };
        throw failure;
      }
    });
    return;
  }
  if (id !== undefined) {
    await groups.describeGroup(id, mark);
    known.group = id;
    return;
  }
  const made = await makeOnce({
    look: async () =>
      (await groups.listGroups()).find(
        ({ description }) => readMark(description)?.pipeline === stack.pipeline,
      ),
    make: () => groups.createGroup(name, mark),
    clock,
  });
  known.group = made.id;
}

export async function ruleStep(
  { clouds: { groups }, stack, known }: Site,
  { action }: Step,
  { cidr, id }: Extract<Target, { kind: 'ssh-rule' }>,
): Promise<void> {
  if (action === 'delete') {
    if (id !== undefined) await groups.deleteRule(id);
    return;
  }
  if (known.group === undefined || cidr === undefined) throw new Error('a rule without its group');
  await groups.addRule(known.group, {
    direction: 'ingress',
    protocol: 'tcp',
    ports: { from: 22, to: 22 },
    cidr,
    description: markText({ pipeline: stack.pipeline }),
  });
}
