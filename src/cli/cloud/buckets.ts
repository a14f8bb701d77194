import type { Buckets } from '../../cloud/clouds.ts';
import type { KuvaConfig } from '../../config/config.ts';
import type { S3Connection } from '../../store/s3/connection.ts';
import { createOwnedBucket, lookAtBucket, removeBucket } from '../../store/s3/ownedBucket.ts';
import { cloudConfigOf } from './stack.ts';

const allas = 'https://a3s.fi';

type Keys = Parameters<Buckets['look']>[0];

/** The buckets, through the pipeline's own S3 code. Keys that the configuration has come before any that Keystone makes. */
export function wireBuckets(config: KuvaConfig): Buckets {
  const { input } = config;
  // Without keys the login is an empty one.
  const given = input.kind === 's3' && input.connection.accessKeyId !== '' ? input.connection : undefined;
  const endpoint = new URL(
    cloudConfigOf(config).s3_endpoint ?? given?.endpoint.href ?? config.s3Endpoint ?? allas,
  );
  const region = given?.region ?? 'us-east-1';
  const connect = ({ accessKeyId, secretAccessKey }: Keys): S3Connection => ({
    endpoint,
    region,
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
  });
  return {
    endpoint: endpoint.origin,
    ...(given !== undefined && { given }),
    look: (keys, bucket) => lookAtBucket(connect(keys), bucket),
    create: (keys, bucket, mark) => createOwnedBucket(connect(keys), bucket, mark),
    remove: (keys, bucket, withData) => removeBucket(connect(keys), bucket, withData),
  };
}
