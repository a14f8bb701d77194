import { KuvaError } from '../../image/failure.ts';
import { markText } from '../mark.ts';
import { findS3Keys } from '../observing/s3.ts';
import type { S3Keys } from '../secrets/cloudSecrets.ts';
import type { Step, Target } from '../step.ts';
import { makeOnce } from './once.ts';
import type { Site } from './site.ts';

export async function keysStep({ clouds, known }: Site, { action }: Step): Promise<void> {
  const { ec2, secrets, clock } = clouds;
  if (action === 'delete') {
    const own = await secrets.s3Keys();
    if (own !== undefined) await ec2.deleteKeys(own.accessKeyId);
    await secrets.forget('s3-keys');
    return;
  }
  const obstacle = ec2.obstacle();
  if (obstacle !== undefined) throw obstacle;
  // Keys bear no mark. Which ones there were before tells which one is ours, should we die before it is written down.
  const before = await secrets.s3KeysBefore(async () =>
    (await ec2.listKeys()).map(({ accessKeyId }) => accessKeyId),
  );
  const made = await makeOnce({
    look: async () => (await ec2.listKeys()).find(({ accessKeyId }) => !before.includes(accessKeyId)),
    make: () => ec2.createKeys(),
    clock,
  });
  await secrets.keepS3Keys(made);
  known.s3Keys = made;
}

export async function s3KeysOf({ clouds, known }: Site): Promise<S3Keys> {
  const keys = known.s3Keys ?? (await findS3Keys(clouds)).keys;
  if (keys === undefined)
    throw new KuvaError('secret-missing', {
      what: 'There are no S3 keys for the buckets',
      remedy: 'Run `kuva cloud up`: it makes some, if the login may.',
    });
  known.s3Keys = keys;
  return keys;
}

export async function bucketStep(
  site: Site,
  { name, action }: Step,
  target: Extract<Target, { kind: 'bucket' }>,
): Promise<void> {
  const keys = await s3KeysOf(site);
  const { buckets } = site.clouds;
  if (action === 'delete') await buckets.remove(keys, name, target.withData === true);
  else await buckets.create(keys, name, markText({ pipeline: site.stack.pipeline }));
}
