import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { ObjectVersion, PutOptions } from '../contract.ts';
import { drain, type S3Answer, type S3Client } from './client.ts';
import { notFromS3 } from './network.ts';
import { headObject } from './read.ts';
import { refusalFailure } from './refusal.ts';
import { etagIn, type S3Traits } from './traits.ts';
import { bareEtag } from './versionOf.ts';

export type PutCondition = NonNullable<PutOptions['condition']>;

/**
 * Writes an object with one request.
 * @param traits needed where the options have a condition
 * @throws KuvaError `object-exists`, `object-changed`, `store-*`
 */
export async function putWhole(
  client: S3Client,
  key: ObjectKey,
  body: Uint8Array,
  options: PutOptions,
  traits: S3Traits,
): Promise<ObjectVersion> {
  const { condition, signal } = options;
  const guard = conditionHeaders(condition, traits);
  if (condition !== undefined && guard === undefined) await lookBefore(client, key, condition, signal);
  const doing = `writing ${showKey(key)} to ${client.url}`;
  const answer = await client.send({
    method: 'PUT',
    key,
    body,
    sha256: options.sha256,
    headers: { 'content-type': options.contentType, ...metadataHeaders(options.metadata), ...guard },
    expect: [404, 412],
    doing,
    signal,
  });
  if (answer.refusal !== undefined) throw conditionFailure(client, key, condition, answer.refusal, doing);
  await drain(answer);
  return writtenVersion(client, key, body.length, answer, answer.headers.get('etag'));
}

/** What is kept with an object beside its bytes, under names of our own. */
export function metadataHeaders(metadata: PutOptions['metadata'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [`x-amz-meta-kuva-${name}`, value]),
  );
}

/** Undefined where the server does not keep such a condition. */
export function conditionHeaders(
  condition: PutCondition | undefined,
  traits: S3Traits,
): Record<string, string> | undefined {
  if (condition === undefined) return undefined;
  if (condition === 'absent') return traits.putIfAbsent ? { 'if-none-match': '*' } : undefined;
  return traits.putIfMatch === undefined
    ? undefined
    : { 'if-match': etagIn(traits.putIfMatch, condition.etag) };
}

/** The best that can be done where the server takes no conditions. */
export async function lookBefore(
  client: S3Client,
  key: ObjectKey,
  condition: PutCondition,
  signal?: AbortSignal,
): Promise<void> {
  const there = await headObject(client, key, signal);
  if (condition === 'absent' ? there !== undefined : there?.etag !== condition.etag) {
    throw conditionFailed(client, key, condition);
  }
}

/** What a refusal means for a request with a condition: that it did not hold, or something else altogether. */
export function conditionFailure(
  client: S3Client,
  key: ObjectKey,
  condition: PutCondition | undefined,
  refusal: NonNullable<S3Answer['refusal']>,
  doing: string,
): KuvaError {
  // Amazon answers 404 NoSuchKey to If-Match where nothing is there.
  const unmet = refusal.status === 412 || (refusal.code === 'NoSuchKey' && typeof condition === 'object');
  if (unmet && condition !== undefined) return conditionFailed(client, key, condition);
  // A write is not refused for want of the object: taken at its word, the image would count as removed.
  return refusalFailure(
    refusal.code === 'NoSuchKey' ? { ...refusal, code: 'OperationAborted' } : refusal,
    doing,
  );
}

function conditionFailed(client: S3Client, key: ObjectKey, condition: PutCondition): KuvaError {
  return condition === 'absent'
    ? new KuvaError('object-exists', {
        what: `There is an object named ${showKey(key)} in ${client.url} already`,
        data: 'It was left as it is; nothing was written.',
        remedy: 'Remove or rename it if it is not needed.',
      })
    : new KuvaError('object-changed', {
        what: `${showKey(key)} in ${client.url} is not the object any more that was to be replaced`,
        data: 'It was left as it is; nothing was written.',
        remedy: 'Remove or rename it if it is not needed.',
      });
}

/** No answer to a write tells the time of the object; the server's clock at the answer is close to it. */
export function writtenVersion(
  client: S3Client,
  key: ObjectKey,
  size: number,
  answer: S3Answer,
  etag: string | undefined,
): ObjectVersion {
  if (etag === undefined) {
    throw notFromS3(`writing ${showKey(key)} to ${client.url}`, 'its answer has no ETag');
  }
  const date = Date.parse(answer.headers.get('date') ?? '');
  const versionId = answer.headers.get('x-amz-version-id');
  return {
    key,
    etag: bareEtag(etag),
    size,
    lastModified: Number.isNaN(date) ? new Date() : new Date(date),
    ...(versionId === undefined ? {} : { versionId }),
  };
}
