/** Buckets and users of the test run's RGW, for any test that needs one of its own. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { createBucket } from '../../src/store/s3/bucket.ts';
import { createS3Client, drain } from '../../src/store/s3/client.ts';
import { defaultS3Options, type S3Connection } from '../../src/store/s3/connection.ts';
import type { RgwServer } from './rgw.ts';

const run = promisify(execFile);

export function connectionTo(rgw: RgwServer, user: Partial<S3Connection> = {}): S3Connection {
  const { region, accessKeyId, secretAccessKey } = rgw;
  return { endpoint: new URL(rgw.endpoint), region, accessKeyId, secretAccessKey, ...user };
}

/** A new bucket with a name of its own, underscores included. */
export async function freshBucket(rgw: RgwServer, name = 'bucket'): Promise<string> {
  const bucket = `${name}_${randomBytes(5).toString('hex')}`;
  await createBucket(connectionTo(rgw), bucket);
  return bucket;
}

export async function setVersioning(
  rgw: RgwServer,
  bucket: string,
  status: 'Enabled' | 'Suspended',
): Promise<void> {
  await putSetting(
    rgw,
    bucket,
    'versioning',
    `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>${status}</Status></VersioningConfiguration>`,
  );
}

/** Lets another user do these things in a bucket, e.g. `s3:GetObject`, and nothing else. */
export async function allow(
  rgw: RgwServer,
  bucket: string,
  user: string,
  actions: readonly string[],
): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam:::user/${user}`] },
    Action: actions,
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  };
  await setPolicy(rgw, bucket, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
}

/** Puts a policy on a bucket, as JSON. */
export function setPolicy(rgw: RgwServer, bucket: string, policy: string): Promise<void> {
  return putSetting(rgw, bucket, 'policy', policy);
}

async function putSetting(rgw: RgwServer, bucket: string, setting: string, text: string): Promise<void> {
  const client = createS3Client(connectionTo(rgw), bucket, defaultS3Options);
  const body = Buffer.from(text);
  const sha256 = createHash('sha256').update(body).digest('hex');
  try {
    const query = { [setting]: '' };
    await drain(await client.send({ method: 'PUT', query, body, sha256, doing: `setting ${setting}` }));
  } finally {
    await client.close();
  }
}

/** Makes a second user, who may do nothing with the first one's buckets. */
export async function newUser(
  rgw: RgwServer,
): Promise<{ readonly name: string; readonly connection: S3Connection }> {
  const name = `user${randomBytes(5).toString('hex')}`;
  const keys = { accessKeyId: `${name}key`, secretAccessKey: randomBytes(20).toString('hex') };
  await admin(
    rgw,
    'user',
    'create',
    `--uid=${name}`,
    `--display-name=${name}`,
    `--access-key=${keys.accessKeyId}`,
    `--secret=${keys.secretAccessKey}`,
  );
  return { name, connection: connectionTo(rgw, keys) };
}

/** Keys of one who may read whatever anybody wrote, as no owner of a bucket may. */
export async function newReader(rgw: RgwServer): Promise<RgwServer> {
  const { name, connection } = await newUser(rgw);
  await admin(rgw, 'user', 'modify', `--uid=${name}`, '--system');
  return { ...rgw, accessKeyId: connection.accessKeyId, secretAccessKey: connection.secretAccessKey };
}

/** A bucket of a user of its own, with a quota of so many objects. */
export async function limitedBucket(
  rgw: RgwServer,
  objects: number,
): Promise<{ readonly bucket: string; readonly connection: S3Connection }> {
  const { connection } = await newUser(rgw);
  const bucket = `limited_${randomBytes(5).toString('hex')}`;
  await createBucket(connection, bucket);
  await admin(
    rgw,
    'quota',
    'set',
    '--quota-scope=bucket',
    `--bucket=${bucket}`,
    `--max-objects=${String(objects)}`,
  );
  await admin(rgw, 'quota', 'enable', '--quota-scope=bucket', `--bucket=${bucket}`);
  return { bucket, connection };
}

/** Runs `radosgw-admin`. */
export async function admin(rgw: RgwServer, ...args: string[]): Promise<void> {
  await run('radosgw-admin', ['-c', rgw.configFile, '-n', 'client.rgw', ...args]);
}
