import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createBucket } from '../src/store/s3/bucket.ts';
import { createS3Client, drain } from '../src/store/s3/client.ts';
import { defaultS3Options, type S3Connection } from '../src/store/s3/connection.ts';
import { listObjects } from '../src/store/s3/listing.ts';
import type { Closing } from './closing.ts';
import { inParallel } from './inParallel.ts';

/** What the bench does with a bucket, beside those that it measures. */
export interface Bucket {
  readonly name: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Buffer>;
  exists(key: string): Promise<boolean>;
  list(): Promise<string[]>;
  /** SHA-256 of every object, by key: each is read back. */
  hashes(): Promise<Map<string, string>>;
  empty(): Promise<void>;
}

/** Requests under way at the same time when filling, reading and emptying a bucket. */
const atOnce = 8;

export async function makeBucket(connection: S3Connection, name: string, closing: Closing): Promise<Bucket> {
  const client = createS3Client(connection, name, defaultS3Options);
  closing.add(() => client.close());
  await createBucket(connection, name);

  const list = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const page of listObjects(client)) keys.push(...page.objects.map(({ key }) => key));
    return keys;
  };
  return {
    name,
    list,
    async put(key, body) {
      const sha256 = createHash('sha256').update(body).digest('hex');
      await drain(await client.send({ method: 'PUT', key, body, sha256, doing: `writing ${key}` }));
    },
    async get(key) {
      const { body } = await client.send({ method: 'GET', key, doing: `reading ${key}` });
      return buffer(body);
    },
    async exists(key) {
      const answer = await client.send({ method: 'HEAD', key, expect: [404], doing: `looking for ${key}` });
      // The client has read a refusal's body already.
      if (answer.refusal === undefined) await drain(answer);
      return answer.refusal === undefined;
    },
    async hashes() {
      const found = new Map<string, string>();
      await inParallel(atOnce, await list(), async (key) => {
        const { body } = await client.send({ method: 'GET', key, doing: `reading ${key}` });
        found.set(
          key,
          createHash('sha256')
            .update(await buffer(body))
            .digest('hex'),
        );
      });
      return found;
    },
    async empty() {
      await inParallel(atOnce, await list(), async (key) => {
        await drain(await client.send({ method: 'DELETE', key, doing: `removing ${key}` }));
      });
    },
  };
}
