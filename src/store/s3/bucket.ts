import { createHash } from 'node:crypto';
import { KuvaError } from '../../image/failure.ts';
import { createS3Client, drain } from './client.ts';
import { defaultS3Options, type S3Connection } from './connection.ts';
import { checkBucket } from './read.ts';

/**
 * Makes a bucket. Repeating it is harmless: one that is there already and is one's own stays as it is.
 * @throws KuvaError `store-denied` when the name is somebody else's; `store-*`
 */
export async function createBucket(connection: S3Connection, bucket: string): Promise<void> {
  const client = createS3Client(connection, bucket, defaultS3Options);
  const doing = `creating the bucket ${bucket}`;
  try {
    const body = locationOf(connection);
    const answer = await client.send({
      method: 'PUT',
      body,
      sha256: createHash('sha256').update(body).digest('hex'),
      expect: [409],
      doing,
    });
    await drain(answer);
    if (answer.refusal === undefined || answer.refusal.code === 'BucketAlreadyOwnedByYou') return;
    throw new KuvaError('store-denied', {
      what: `The bucket name ${bucket} belongs to somebody else`,
      remedy: 'Choose another name: bucket names are unique over all users of a service.',
    });
  } finally {
    await client.close();
  }
}

/** Amazon wants its regions named, but for the first; Ceph takes its own name of the zone group, or none. */
function locationOf({ endpoint, region }: S3Connection): Buffer {
  const named =
    /(^|\.)amazonaws\.com(\.cn)?$/.test(endpoint.hostname) && region !== 'us-east-1' && region !== '';
  return Buffer.from(
    named
      ? `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
      : '',
  );
}

/** @throws KuvaError `store-*`; a bucket that may not be listed is `store-denied` */
export async function bucketExists(connection: S3Connection, bucket: string): Promise<boolean> {
  const client = createS3Client(connection, bucket, defaultS3Options);
  try {
    await checkBucket(client);
    return true;
  } catch (failure) {
    if (failure instanceof KuvaError && failure.code === 'bucket-missing') return false;
    throw failure;
  } finally {
    await client.close();
  }
}
