import type { ObservedCompute, ObservedGroup, ObservedRule } from '../observed.ts';
import type { Stack } from '../stack.ts';
import { type Step, step } from '../step.ts';

/** The keypair, the security group, and its rules. */
export function planFirewall(stack: Stack, observed: ObservedCompute, adopt: boolean): Step[] {
  return [planKeypair(stack, observed), ...planGroup(stack, observed, adopt)];
}

function planKeypair({ compute }: Stack, { keypair }: ObservedCompute): Step {
  const target = { kind: 'keypair' } as const;
  if (keypair === undefined)
    return step('keypair', compute.keypair, 'create', 'made here; the cloud gets its public half', target);
  if (keypair.ours)
    return step('keypair', compute.keypair, 'keep', 'its private half is in the private folder', target);
  return step(
    'keypair',
    compute.keypair,
    'foreign',
    'a key of that name is there, and its private half is not in the private folder',
    target,
  );
}

function planGroup(stack: Stack, { groups }: ObservedCompute, adopt: boolean): Step[] {
  const name = stack.compute.security_group;
  const [own, ...surplus] = groups.filter(({ owned }) => owned);
  const namesake = groups.find((group) => !group.owned && group.name === name);
  const extra = surplus.map((group) =>
    step(
      `security-group:surplus:${group.id}`,
      group.name,
      'delete',
      'a second one with the same mark',
      { kind: 'security-group', id: group.id },
      stack.workers.map(({ number }) => `machine:${number}`),
    ),
  );
  if (own !== undefined) {
    const renamed = own.name !== name;
    const why = renamed ? `it is named ${own.name}` : 'as wanted';
    const target = { kind: 'security-group', id: own.id } as const;
    return [
      step('security-group', name, renamed ? 'change' : 'keep', why, target),
      ...planRules(stack, own),
      ...extra,
    ];
  }
  if (namesake === undefined)
    return [
      step('security-group', name, 'create', 'holds the firewall rules of the machines', {
        kind: 'security-group',
      }),
      ...planRules(stack),
    ];
  const target = { kind: 'security-group', id: namesake.id } as const;
  if (!adopt)
    return [
      step(
        'security-group',
        name,
        'foreign',
        'a group of that name is there, without the mark of this pipeline',
        target,
      ),
    ];
  return [
    step('security-group', name, 'change', 'made by hand: it gets the mark of this pipeline', target),
    ...planRules(stack, namesake),
  ];
}

function planRules(stack: Stack, group?: ObservedGroup): Step[] {
  const ingress = (group?.rules ?? []).filter(({ direction }) => direction === 'ingress');
  const wanted = stack.sshFrom.map((cidr) => {
    const there = ingress.find((rule) => isSsh(rule) && rule.cidr === cidr);
    const target = { kind: 'ssh-rule', cidr, ...(there !== undefined && { id: there.id }) } as const;
    return there === undefined
      ? step(`ssh-rule:${cidr}`, cidr, 'create', 'may connect by SSH', target, ['security-group'])
      : step(`ssh-rule:${cidr}`, cidr, 'keep', 'may connect by SSH', target);
  });
  const extra = ingress
    .filter((rule) => !(isSsh(rule) && rule.cidr !== undefined && stack.sshFrom.includes(rule.cidr)))
    .filter((rule) => stack.sshKnown || !isSsh(rule))
    .map((rule) =>
      step(
        `ssh-rule:surplus:${rule.id}`,
        showRule(rule),
        'delete',
        'the configuration has no such rule',
        { kind: 'ssh-rule', id: rule.id, ...(group !== undefined && { group: group.id }) },
        // First the new rule, then the old one goes: nobody is locked out in between.
        wanted.filter(({ action }) => action === 'create').map(({ id }) => id),
      ),
    );
  return [...wanted, ...extra];
}

function isSsh({ protocol, ports, cidr }: ObservedRule): boolean {
  return protocol === 'tcp' && ports?.from === 22 && ports.to === 22 && cidr !== undefined;
}

function showRule({ protocol, ports, cidr }: ObservedRule): string {
  const range =
    ports === undefined ? '' : ` ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
  return `${protocol ?? 'everything'}${range} from ${cidr ?? 'everywhere'}`;
}
