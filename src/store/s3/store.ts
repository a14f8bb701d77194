import type { ObjectKey } from '../../image/key.ts';
import type { CheckedStore } from '../access.ts';
import type { ObjectVersion, PutOptions } from '../contract.ts';
import { checkS3Access } from './access.ts';
import { createS3Client } from './client.ts';
import { probeCompletion } from './completion.ts';
import { defaultS3Options, type S3Connection, type S3Options } from './connection.ts';
import { listObjects } from './listing.ts';
import { remembered } from './memo.ts';
import { putInParts } from './multipart.ts';
import { probeTraits } from './probe.ts';
import { receiveObject } from './receive.ts';
import { getObject, headObject } from './read.ts';
import { removeVersion } from './remove.ts';
import { capabilitiesOf, cautiousTraits } from './traits.ts';
import { conditionHeaders, putWhole } from './write.ts';

/** The largest object that Amazon and Ceph take in one request. */
const maxWhole = 5 * 1024 ** 3;

/**
 * Opens a bucket of an S3 service. Asks the service nothing yet: a wrong bucket or key shows with the first use,
 * or with `probe`.
 */
export function openS3Store(
  connection: S3Connection,
  bucket: string,
  options: Partial<S3Options> = {},
): CheckedStore {
  const { multipartThreshold, partSize, ...rest } = { ...defaultS3Options, ...options };
  const client = createS3Client(connection, bucket, { multipartThreshold, partSize, ...rest });
  const doing = `trying out ${client.url}`;
  // A server that has not been tried out is not taken at its word.
  let etagIsMd5 = false;
  const traits = remembered(
    async () => {
      const found = await probeTraits(client);
      ({ etagIsMd5 } = found);
      return found;
    },
    (found) => found.untried === undefined,
    doing,
  );
  const completion = remembered(
    async () => probeCompletion(client, await traits()),
    () => true,
    doing,
  );

  const put = async (key: ObjectKey, body: Uint8Array, asked: PutOptions): Promise<ObjectVersion> => {
    const known = asked.condition === undefined ? cautiousTraits : await traits(asked.signal);
    if (body.length <= multipartThreshold) return putWhole(client, key, body, asked, known);
    const guard = conditionHeaders(asked.condition, known);
    const guarded = guard !== undefined && (await completion(asked.signal));
    // One long request whose condition holds is worth more than parts whose condition does not.
    if (guard !== undefined && !guarded && body.length <= maxWhole)
      return putWhole(client, key, body, asked, known);
    return putInParts(client, key, body, { ...asked, partSize, guard: guarded ? guard : undefined });
  };

  return {
    url: client.url,
    bucket,
    inOrder: true,
    probe: async (signal) => capabilitiesOf(await traits(signal)),
    list: (asked) => listObjects(client, asked),
    head: (key, signal) => headObject(client, key, signal),
    get: async (key, asked) => {
      const { md5, ...found } = await getObject(client, key, asked);
      return etagIsMd5 && md5 !== undefined ? { ...found, md5 } : found;
    },
    put,
    receive: async (key, pieces, asked) => {
      const known = asked.condition === undefined ? cautiousTraits : await traits(asked.signal);
      const guard = conditionHeaders(asked.condition, known);
      const guarded = guard !== undefined && (await completion(asked.signal));
      return receiveObject(client, key, pieces, {
        ...asked,
        partSize,
        traits: known,
        guard: guarded ? guard : undefined,
      });
    },
    delete: async (version, signal) => removeVersion(client, version, await traits(signal), signal),
    checkAccess: (needs, signal) => checkS3Access(client, needs, signal),
    close: () => client.close(),
  };
}
