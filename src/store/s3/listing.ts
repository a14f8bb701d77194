import { z } from 'zod';
import { KuvaError } from '../../image/failure.ts';
import { isObjectKey, keyFault, showKey } from '../../image/key.ts';
import type { ListOptions, ListPage, ObjectVersion, Unusable } from '../contract.ts';
import { isScratch } from '../scratch.ts';
import { type S3Client, textOf } from './client.ts';
import { bareEtag } from './versionOf.ts';
import { parseXml, plainText } from './xml.ts';

const listingSchema = z.object({
  ListBucketResult: z.object({
    IsTruncated: z.enum(['true', 'false']),
    NextContinuationToken: z.string().optional(),
    EncodingType: z.string().optional(),
    Contents: z
      .array(
        z.object({
          Key: z.string(),
          LastModified: z.string(),
          ETag: z.string(),
          Size: z.string().regex(/^\d+$/),
        }),
      )
      .default([]),
  }),
});

/**
 * All objects, a page at a time, by ListObjectsV2 with `encoding-type=url`: without it a key with a control
 * character makes the answer invalid XML, and the whole bucket unreadable.
 *
 * The next page begins after the last key of this one (`start-after`). The continuation token that Ceph gives is
 * that key too, but not URL-encoded, so that a control character in it could not be told for certain; it is used
 * only after a page without a readable key.
 */
export async function* listObjects(client: S3Client, options: ListOptions = {}): AsyncGenerator<ListPage> {
  const doing = `listing ${client.url}`;
  let from: { 'start-after': string } | { 'continuation-token': string } | undefined =
    options.after === undefined ? undefined : { 'start-after': options.after };
  for (;;) {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': String(options.pageSize ?? 1000),
      ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
      ...from,
    };
    const answer = await client.send({ method: 'GET', query, doing, signal: options.signal });
    const { ListBucketResult: result } = parseXml(listingSchema, await textOf(answer, doing), doing);
    yield pageOf(result);
    if (result.IsTruncated === 'false') return;
    const next = nextOf(result);
    if (next === undefined || JSON.stringify(next) === JSON.stringify(from)) {
      throw new KuvaError('store-protocol', {
        what: `The object store gave the same page again while ${doing}`,
        data: 'Nothing was changed.',
        remedy: 'Tell those who run the service.',
      });
    }
    from = next;
  }
}

type Listing = z.infer<typeof listingSchema>['ListBucketResult'];

function nextOf(result: Listing): { 'start-after': string } | { 'continuation-token': string } | undefined {
  const last = result.Contents.at(-1);
  const key = last === undefined ? undefined : decodeKey(plainText(last.Key), result.EncodingType);
  if (key !== undefined) return { 'start-after': key };
  const token = result.NextContinuationToken;
  return token === undefined ? undefined : { 'continuation-token': plainText(token) };
}

function pageOf(result: Listing): ListPage {
  const objects: ObjectVersion[] = [];
  const unusable: Unusable[] = [];
  for (const entry of result.Contents) {
    const key = decodeKey(plainText(entry.Key), result.EncodingType);
    if (key === undefined) {
      unusable.push({ name: showKey(entry.Key), reason: 'its name is not valid UTF-8' });
    } else if (!isObjectKey(key)) {
      unusable.push({ name: showKey(key), reason: keyFault(key) ?? 'its name is not usable' });
    } else if (!isScratch(key)) {
      objects.push({
        key,
        etag: bareEtag(plainText(entry.ETag)),
        size: Number(entry.Size),
        lastModified: new Date(entry.LastModified),
      });
    }
  }
  return { objects, unusable };
}

/** Undefined when the bytes are not UTF-8. Amazon writes a space as `+`, Ceph as `%20`; both write a plus as `%2B`. */
export function decodeKey(text: string, encoding: string | undefined): string | undefined {
  if (encoding !== 'url') return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
