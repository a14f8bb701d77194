import { createHash } from 'node:crypto';
import { KuvaError } from '../../image/failure.ts';
import type { ObjectKey } from '../../image/key.ts';
import { scratchKey } from '../scratch.ts';
import type { S3Client } from './client.ts';
import { putInParts } from './multipart.ts';
import { headObject } from './read.ts';
import { sweepScratch } from './sweep.ts';
import { cautiousTraits, etagIn, type S3Traits } from './traits.ts';
import { putWhole } from './write.ts';

const bytesOf = (text: string) => {
  const body = Buffer.from(text);
  return { body, sha256: createHash('sha256').update(body).digest('hex'), contentType: 'text/plain' };
};

/**
 * Does the completion of an upload in parts keep conditions? Amazon's does since 2024, Ceph RGW 16 ignores them.
 * Tried by effect, and only when the first large object comes: most buckets never see one.
 */
export async function probeCompletion(client: S3Client, traits: S3Traits): Promise<boolean> {
  if (!traits.putIfAbsent || traits.putIfMatch === undefined) return false;
  const key = scratchKey();
  const written: (string | undefined)[] = [];
  try {
    const { body, ...first } = bytesOf('first');
    const { etag, versionId } = await putWhole(client, key, body, first, cautiousTraits);
    written.push(versionId);
    const wrong = etagIn(traits.putIfMatch, '00000000000000000000000000000000');
    return (
      (await completes(client, key, { 'if-none-match': '*' })) === 'refused' &&
      (await completes(client, key, { 'if-match': wrong })) === 'refused' &&
      (await headObject(client, key))?.etag === etag &&
      (await completes(client, key, { 'if-match': etagIn(traits.putIfMatch, etag) })) === 'written'
    );
  } finally {
    await sweepScratch(client, [{ key, written }]);
  }
}

async function completes(
  client: S3Client,
  key: ObjectKey,
  guard: Record<string, string>,
): Promise<'written' | 'refused' | 'unknown'> {
  const { body, ...second } = bytesOf('second');
  try {
    await putInParts(client, key, body, { ...second, condition: 'absent', guard, partSize: body.length });
    return 'written';
  } catch (failure) {
    if (!(failure instanceof KuvaError) || failure.retry === 'patient') throw failure;
    return failure.code === 'object-exists' ? 'refused' : 'unknown';
  }
}
