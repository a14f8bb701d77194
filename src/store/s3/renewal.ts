import type { S3Connection, S3Keys } from './connection.ts';
import { createSigner, type Sign } from './signer.ts';

/** Signs with the keys in force, and looks for newer ones when the service refuses those. */
export interface RenewableSigner {
  readonly sign: Sign;
  /** Looks where the keys came from. @returns whether other keys are in force now, so that asking again makes sense */
  renew(): boolean;
}

/** Milliseconds between two looks: each reads a few small files. */
const pause = 2_000;

/**
 * Temporary keys are replaced in their file while a worker runs for weeks. They are looked for only after a refusal:
 * keys that work are not exchanged under way, and a file that is just being written harms nobody.
 */
export function renewableSigner(connection: S3Connection): RenewableSigner {
  let keys: S3Keys = connection;
  let sign = createSigner(connection);
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    sign: (request) => sign(request),
    renew() {
      if (connection.renew === undefined || performance.now() - lookedAt < pause) return false;
      lookedAt = performance.now();
      const found = connection.renew();
      if (found === undefined || isSame(found, keys)) return false;
      keys = found;
      const { endpoint, region } = connection;
      sign = createSigner({ endpoint, region, ...found });
      return true;
    },
  };
}

function isSame(one: S3Keys, other: S3Keys): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
  );
}
