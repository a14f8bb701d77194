import type { Clouds } from '../clouds.ts';
import { markText } from '../mark.ts';
import type { ObservedBucket, ObservedS3 } from '../observed.ts';
import type { S3Keys } from '../secrets/cloudSecrets.ts';
import type { Stack } from '../stack.ts';

export interface FoundKeys {
  readonly origin: ObservedS3['keys'];
  readonly keys?: S3Keys;
}

/** The keys of the configuration, else our own, else any of this user in this project. Makes none. */
export async function findS3Keys({
  buckets,
  secrets,
  ec2,
}: Pick<Clouds, 'buckets' | 'secrets' | 'ec2'>): Promise<FoundKeys> {
  if (buckets.given !== undefined) return { origin: 'given', keys: buckets.given };
  const own = await secrets.s3Keys();
  if (own !== undefined) return { origin: 'own', keys: own };
  if (ec2.obstacle() !== undefined) return { origin: 'none' };
  // Asked for, and perhaps made, by a run of ours that did not live to write them down: the next `up` looks for them.
  if (await secrets.has('s3-keys-before')) return { origin: 'none' };
  // Always the same one of several: workers that have it need no other one.
  const [found] = (await ec2.listKeys()).toSorted((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1));
  return found === undefined ? { origin: 'none' } : { origin: 'found', keys: found };
}

export async function observeS3(clouds: Clouds, stack: Stack): Promise<ObservedS3> {
  const { endpoint, look } = clouds.buckets;
  const { origin, keys } = await findS3Keys(clouds);
  const mark = markText({ pipeline: stack.pipeline });
  const buckets = await Promise.all(
    stack.buckets.map(async (name): Promise<ObservedBucket> => {
      if (keys === undefined) return { name, state: 'unknown', owned: false, empty: true };
      const seen = await look(keys, name);
      if (seen.state !== 'present') return { name, state: seen.state, owned: false, empty: true };
      return { name, state: 'present', owned: seen.mark === mark, empty: seen.empty };
    }),
  );
  return { endpoint, keys: origin, buckets };
}
