/** A plan is a list of these values; `apply.ts` carries them out, and nothing else. */

/** `foreign`: somebody else's thing is in the way; nothing is done to it. */
export type Action = 'create' | 'change' | 'replace' | 'delete' | 'keep' | 'foreign';

export type CloudRole = 'compute' | 'database' | 's3';

/** What a step is about, with what is known of it already. */
export type Target =
  | { readonly kind: 's3-keys' }
  | { readonly kind: 'bucket'; readonly withData?: boolean }
  | { readonly kind: 'keypair' }
  | { readonly kind: 'security-group'; readonly id?: string }
  | { readonly kind: 'ssh-rule'; readonly cidr?: string; readonly id?: string; readonly group?: string }
  | { readonly kind: 'machine'; readonly worker?: number; readonly id?: string }
  | { readonly kind: 'membership'; readonly worker: number }
  | {
      readonly kind: 'floating-ip';
      readonly worker?: number;
      readonly id?: string;
      readonly address?: string;
    }
  | { readonly kind: 'association'; readonly worker: number }
  | {
      readonly kind: 'database';
      readonly id?: string /** Who may connect from the start. */;
      readonly allow?: readonly string[];
    }
  | {
      readonly kind: 'database-access';
      readonly id?: string;
      /** CIDRs known by now; those of addresses that are still to come are added. */
      readonly allow: readonly string[];
      readonly withdraw: readonly string[];
    }
  | { readonly kind: 'worker'; readonly worker: number };

export type ResourceKind = Target['kind'];

export interface Step {
  /** Unique in the plan: `machine:1`. */
  readonly id: string;
  readonly cloud: CloudRole;
  readonly name: string;
  readonly action: Action;
  /** One sentence part, for people. */
  readonly why: string;
  readonly target: Target;
  /** Steps that must have ended well before. */
  readonly needs: readonly string[];
}

export const kindTitles = {
  's3-keys': 'S3 keys',
  bucket: 'bucket',
  keypair: 'SSH key',
  'security-group': 'security group',
  'ssh-rule': 'SSH rule',
  machine: 'machine',
  membership: 'firewall of',
  'floating-ip': 'floating IP',
  association: 'address of',
  database: 'database',
  'database-access': 'access to',
  worker: 'worker on',
} as const satisfies Record<ResourceKind, string>;

const clouds = {
  's3-keys': 's3',
  bucket: 's3',
  keypair: 'compute',
  'security-group': 'compute',
  'ssh-rule': 'compute',
  machine: 'compute',
  membership: 'compute',
  'floating-ip': 'compute',
  association: 'compute',
  database: 'database',
  'database-access': 'database',
  worker: 'compute',
} as const satisfies Record<ResourceKind, CloudRole>;

export function step(
  id: string,
  name: string,
  action: Action,
  why: string,
  target: Target,
  needs: readonly string[] = [],
): Step {
  return { id, cloud: clouds[target.kind], name, action, why, target, needs };
}

/** Does carrying it out change anything? */
export function changes({ action }: Step): boolean {
  return action !== 'keep' && action !== 'foreign';
}
