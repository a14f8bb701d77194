import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';

/** How much of something there may be, and how much is in use. A limit of Infinity: none. */
export interface Usage {
  readonly used: number;
  readonly limit: number;
}

/** What a plan can run against. Left out: the cloud does not tell. */
export type Quotas = Readonly<Partial<Record<QuotaKind, Usage>>>;

export type QuotaKind =
  | 'machines'
  | 'cores'
  | 'memory'
  | 'floatingIps'
  | 'securityGroups'
  | 'databases'
  | 'databaseMemory'
  | 'databaseVolume';

/** Of the wanted flavors: what one more machine takes. */
export interface Sizes {
  readonly cores: number;
  /** MiB. */
  readonly memory: number;
  /** MiB of the database's flavor. */
  readonly databaseMemory: number;
}

export interface QuotaLine {
  readonly kind: QuotaKind;
  readonly title: string;
  readonly needed: number;
  readonly left: number;
  readonly enough: boolean;
}

const titles = {
  machines: 'machines',
  cores: 'cores',
  memory: 'MiB of memory',
  floatingIps: 'floating IPs',
  securityGroups: 'security groups',
  databases: 'database instances',
  databaseMemory: 'MiB of memory for databases',
  databaseVolume: 'GiB for databases',
} as const satisfies Record<QuotaKind, string>;

/** What the plan needs of each quota, against what is left of it. */
export function checkQuota(plan: Plan, stack: Stack, sizes: Sizes, quotas: Quotas): QuotaLine[] {
  const needed = needsOf(plan, stack, sizes);
  return quotaKinds.flatMap((kind) => {
    const usage = quotas[kind];
    if (usage === undefined || needed[kind] === 0) return [];
    const left = Math.max(0, usage.limit - usage.used);
    return [{ kind, title: titles[kind], needed: needed[kind], left, enough: needed[kind] <= left }];
  });
}

const quotaKinds = [
  'machines',
  'cores',
  'memory',
  'floatingIps',
  'securityGroups',
  'databases',
  'databaseMemory',
  'databaseVolume',
] as const satisfies readonly QuotaKind[];

/** A machine that is replaced gives back first what it has, and needs nothing more. */
function needsOf({ steps }: Plan, stack: Stack, sizes: Sizes): Record<QuotaKind, number> {
  const made = (kind: string): number =>
    steps.filter(({ action, target }) => action === 'create' && target.kind === kind).length;
  const machines = made('machine');
  const databases = made('database');
  return {
    machines,
    cores: machines * sizes.cores,
    memory: machines * sizes.memory,
    // The database takes one too, in its own project.
    floatingIps: made('floating-ip'),
    securityGroups: made('security-group'),
    databases,
    databaseMemory: databases * sizes.databaseMemory,
    databaseVolume: databases * stack.database.size,
  };
}

export function showQuota(lines: readonly QuotaLine[]): string[] {
  return lines.map(
    ({ title, needed, left, enough }) =>
      `  ${title}: ${needed} needed, ${left === Infinity ? 'no limit' : `${left} left`}${enough ? '' : '  ← too few'}`,
  );
}
