/** Buckets that kuva makes and takes away by itself, with a tag that says so. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { parseObjectKey } from '../../image/key.ts';
import { createBucket } from './bucket.ts';
import { createS3Client, drain, type S3Client, textOf } from './client.ts';
import { defaultS3Options, type S3Connection } from './connection.ts';
import { decodeKey } from './listing.ts';
import { refusalFailure } from './refusal.ts';
import { sendDelete } from './remove.ts';
import { parseXml, plainText, tryXml } from './xml.ts';

export type BucketState =
  /** `foreign`: the name is taken, and this project may not look. */
  | { readonly state: 'absent' | 'foreign' }
  | {
      readonly state: 'present';
      readonly empty: boolean /** Our tag; empty without one. */;
      readonly mark: string;
    };

const tagKey = 'kuva';

const listingSchema = z.object({
  ListBucketResult: z.object({ Contents: z.array(z.unknown()).default([]) }),
});
const tagSchema = z.object({ Key: z.string(), Value: z.string() });
const taggingSchema = z.object({
  Tagging: z.object({ TagSet: z.object({ Tag: z.union([tagSchema, z.array(tagSchema)]) }) }),
});
const entry = z.object({ Key: z.string(), VersionId: z.string() });
const versionsSchema = z.object({
  ListVersionsResult: z.object({
    EncodingType: z.string().optional(),
    Version: z.array(entry).default([]),
    DeleteMarker: z.array(entry).default([]),
  }),
});

/** @throws KuvaError `store-*`; keys that the server does not know are `store-denied` */
export function lookAtBucket(connection: S3Connection, bucket: string): Promise<BucketState> {
  return withClient(connection, bucket, async (client): Promise<BucketState> => {
    const doing = `looking at ${client.url}`;
    const query = { 'list-type': '2', 'max-keys': '1' };
    const answer = await client.send({ method: 'GET', query, expect: [403, 404], doing });
    if (answer.refusal?.status === 404) return { state: 'absent' };
    if (answer.refusal?.code === 'AccessDenied') return { state: 'foreign' };
    if (answer.refusal !== undefined) throw refusalFailure(answer.refusal, doing);
    const { ListBucketResult: found } = parseXml(listingSchema, await textOf(answer, doing), doing);
    return { state: 'present', empty: found.Contents.length === 0, mark: await readMark(client) };
  });
}

async function readMark(client: S3Client): Promise<string> {
  const doing = `reading the tags of ${client.url}`;
  const answer = await client.send({ method: 'GET', query: { tagging: '' }, expect: [403, 404], doing });
  if (answer.refusal !== undefined) return '';
  const found = tryXml(taggingSchema, await textOf(answer, doing))?.Tagging.TagSet.Tag;
  const tags = found === undefined ? [] : [found].flat();
  return plainText(tags.find(({ Key }) => Key === tagKey)?.Value ?? '');
}

/**
 * Makes a bucket and tags it. One of this project that is there already stays as it is, tag and all.
 * @throws KuvaError `store-denied` when the name is somebody else's; `store-*`
 */
export async function createOwnedBucket(
  connection: S3Connection,
  bucket: string,
  mark: string,
): Promise<void> {
  const before = await lookAtBucket(connection, bucket);
  if (before.state === 'present') return;
  await createBucket(connection, bucket);
  await withClient(connection, bucket, async (client) => {
    const body = Buffer.from(
      `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>${tagKey}</Key><Value>${mark}</Value></Tag></TagSet></Tagging>`,
    );
    const answer = await client.send({
      method: 'PUT',
      query: { tagging: '' },
      // Amazon asks for it; Ceph does not mind.
      headers: { 'content-md5': createHash('md5').update(body).digest('base64') },
      body,
      sha256: createHash('sha256').update(body).digest('hex'),
      doing: `tagging ${client.url}`,
    });
    await drain(answer);
  });
}

/**
 * Removes a bucket. One that is not there is fine.
 * @param withData its objects too, in all their versions
 * @throws KuvaError `store-denied` when it is not empty; `store-*`
 */
export function removeBucket(connection: S3Connection, bucket: string, withData: boolean): Promise<void> {
  return withClient(connection, bucket, async (client) => {
    if (withData) while (await removePage(client));
    const doing = `removing ${client.url}`;
    const answer = await client.send({ method: 'DELETE', expect: [404, 409], doing });
    await drain(answer);
    if (answer.refusal === undefined || answer.refusal.status === 404) return;
    if (answer.refusal.code !== 'BucketNotEmpty') throw refusalFailure(answer.refusal, doing);
    throw new KuvaError('store-denied', {
      what: `The bucket ${bucket} is not empty: something was put into it meanwhile`,
      data: 'Nothing in it was removed.',
      remedy: '`kuva cloud down --buckets` removes it with all its objects.',
    });
  });
}

/** How many deletions are under way at a time. */
const atOnce = 16;

/** Removes up to a thousand objects. @returns whether there may be more */
async function removePage(client: S3Client): Promise<boolean> {
  const doing = `emptying ${client.url}`;
  const query = { versions: '', 'max-keys': '1000', 'encoding-type': 'url' };
  const answer = await client.send({ method: 'GET', query, expect: [404], doing });
  if (answer.refusal !== undefined) return false;
  const { ListVersionsResult: found } = parseXml(versionsSchema, await textOf(answer, doing), doing);
  const left = [...found.Version, ...found.DeleteMarker].flatMap(({ Key, VersionId }) => {
    const key = decodeKey(plainText(Key), found.EncodingType);
    return key === undefined ? [] : [{ key: parseObjectKey(key), versionId: plainText(VersionId) }];
  });
  const entries = left.values();
  const remove = async (): Promise<void> => {
    for (const { key, versionId } of entries) await sendDelete(client, key, { query: { versionId } });
  };
  await Promise.all(Array.from({ length: atOnce }, remove));
  return left.length > 0;
}

async function withClient<T>(
  connection: S3Connection,
  bucket: string,
  use: (client: S3Client) => Promise<T>,
): Promise<T> {
  const client = createS3Client(connection, bucket, defaultS3Options);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
