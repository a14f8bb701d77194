import { setTimeout as sleep } from 'node:timers/promises';
import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { GetOptions, ObjectVersion, StoredObject } from '../contract.ts';
import { drain, type S3Answer, type S3Client, type S3Request } from './client.ts';
import { refusalFailure } from './refusal.ts';
import { versionOf } from './versionOf.ts';

const mostTries = 6;
/** Milliseconds, once more for each try. */
const pause = 10;

/**
 * Ceph RGW 16 answers without the ETag while an object is removed and written at the same time, in a bucket that kept
 * versions once: half an object, whole again some milliseconds later.
 */
async function sendUntilWhole(client: S3Client, request: S3Request): Promise<S3Answer> {
  let answer = await client.send(request);
  for (let tries = 1; tries < mostTries; tries += 1) {
    if (answer.refusal !== undefined || answer.headers.has('etag')) break;
    answer.body.destroy();
    await sleep(tries * pause);
    answer = await client.send(request);
  }
  return answer;
}

/**
 * The version that is there now, or undefined.
 *
 * Asks with a GET for the first byte. A HEAD would do on paper, but Ceph RGW closes the connection after each one
 * (a new TLS handshake every time), and its answers have no body, so that a 404 does not tell a missing object
 * from a missing bucket.
 */
export async function headObject(
  client: S3Client,
  key: ObjectKey,
  signal?: AbortSignal,
): Promise<ObjectVersion | undefined> {
  const doing = `looking at ${showKey(key)} in ${client.url}`;
  const asked = { key, doing, signal };
  const answer = await sendUntilWhole(client, {
    ...asked,
    method: 'GET',
    headers: { range: 'bytes=0-0' },
    expect: [404, 416],
  });
  if (answer.refusal?.code === 'NoSuchBucket') throw refusalFailure(answer.refusal, doing);
  if (answer.refusal?.status === 404) return undefined;
  if (answer.refusal?.status === 416) {
    // An empty object has no first byte.
    const empty = await sendUntilWhole(client, { ...asked, method: 'HEAD', expect: [404] });
    await drain(empty);
    return empty.refusal === undefined ? versionOf(key, empty) : undefined;
  }
  await drain(answer);
  return versionOf(key, answer);
}

/**
 * Opens an object for reading. The ETag of the answer itself is compared, since an answer is of one version as a
 * whole: that is exact on every server, while If-Match is ignored by some and misread by others.
 * @throws KuvaError `object-missing`, `object-changed`, `store-*`
 */
export async function getObject(
  client: S3Client,
  key: ObjectKey,
  options: GetOptions = {},
): Promise<StoredObject> {
  const doing = `reading ${showKey(key)} from ${client.url}`;
  const asked = { method: 'GET', key, doing, signal: options.signal } as const;
  const part =
    options.first === undefined
      ? undefined
      : await sendUntilWhole(client, {
          ...asked,
          headers: { range: `bytes=0-${Math.max(1, options.first) - 1}` },
          expect: [416],
        });
  // An empty object has no first byte.
  const answer =
    part === undefined || part.refusal !== undefined ? await sendUntilWhole(client, asked) : part;
  const version = versionIn(key, answer);
  if (options.ifMatch !== undefined && options.ifMatch !== version.etag) {
    answer.body.destroy();
    throw new KuvaError('object-changed', {
      what: `${showKey(key)} in ${client.url} was replaced`,
      data: 'The new object is left as it is.',
      remedy: 'Nothing to do: it counts as a new image.',
    });
  }
  const md5 = md5In(version, answer);
  return { version: aged(version, answer), body: answer.body, ...(md5 !== undefined && { md5 }) };
}

/**
 * Where a server's ETags are MD5s at all, this is the one of the bytes: not of what came in parts (its ETag ends with
 * their number), nor of what is kept encrypted with a key of the customer or of a key service.
 * Source: Amazon S3 API Reference, "Object" (ETag).
 */
function md5In({ etag }: ObjectVersion, { headers }: S3Answer): string | undefined {
  const encrypted =
    (headers.get('x-amz-server-side-encryption') ?? 'AES256') !== 'AES256' ||
    headers.get('x-amz-server-side-encryption-customer-algorithm') !== undefined;
  return !encrypted && /^[0-9a-f]{32}$/.test(etag) ? etag : undefined;
}

/** Both times are the server's, in whole seconds: its clock when it answered, and the object's time. */
function aged(version: ObjectVersion, { headers }: S3Answer): ObjectVersion {
  const age = Date.parse(headers.get('date') ?? '') - version.lastModified.getTime();
  return Number.isNaN(age) ? version : { ...version, age };
}

/** Lets go of the body of an answer that tells of no version. */
function versionIn(key: ObjectKey, answer: S3Answer): ObjectVersion {
  try {
    return versionOf(key, answer);
  } catch (failure) {
    answer.body.destroy();
    throw failure;
  }
}

/** A listing of nothing. Not HEAD, whose refusals have no reason. @throws KuvaError `bucket-missing`, `store-*` */
export async function checkBucket(client: S3Client): Promise<void> {
  const doing = `looking at ${client.url}`;
  await drain(await client.send({ method: 'GET', query: { 'list-type': '2', 'max-keys': '0' }, doing }));
}
