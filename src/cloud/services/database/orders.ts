/** What Trove is asked for. */
import type { Secret } from '../../../image/secret.ts';

export interface DatabaseOrder {
  readonly name: string;
  /** The id: Trove refuses a name. */
  readonly flavorId: string;
  /** GiB. */
  readonly volumeSize: number;
  readonly datastore: { readonly type: string; readonly version: string };
  /** At least two letters. */
  readonly database: string;
  readonly user: string;
  readonly password: Secret;
  /** Who may connect. A stock Trove lets everybody in when none are named, so at least one must be. */
  readonly allowedCidrs: readonly [string, ...string[]];
}

/** Who may connect to an instance: always both, as a missing half is taken for "no". */
export interface DatabaseAccess {
  readonly isPublic: boolean;
  readonly allowedCidrs: readonly string[];
}

export function instanceBody(order: DatabaseOrder): object {
  return {
    instance: {
      name: order.name,
      flavorRef: order.flavorId,
      volume: { size: order.volumeSize },
      datastore: order.datastore,
      databases: [{ name: order.database }],
      users: [{ name: order.user, password: order.password.reveal(), databases: [{ name: order.database }] }],
      ...accessBody({ isPublic: true, allowedCidrs: order.allowedCidrs }).instance,
    },
  };
}

/**
 * Trove takes a missing `is_public` for false and deletes the floating IP, and missing `allowed_cidrs` for none, so that
 * nobody gets in: both are sent, always.
 */
export function accessBody({ isPublic, allowedCidrs }: DatabaseAccess) {
  return { instance: { access: { is_public: isPublic, allowed_cidrs: [...allowedCidrs] } } };
}
