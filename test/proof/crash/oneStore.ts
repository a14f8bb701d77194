/** One store alone, for points that no image of the pipeline comes by on our servers. */
import type { At } from '../../../src/image/crashPoint.ts';
import type { ObjectStore } from '../../../src/store/contract.ts';
import { openFolderStore } from '../../../src/store/folder/store.ts';
import { openS3Store } from '../../../src/store/s3/store.ts';
import { connectionTo } from '../../servers/buckets.ts';
import type { Place } from '../promise/place.ts';

export const replacedKey = 'there already.png';
export const oldBody = Buffer.from('the old object');

const mebibyte = 1024 ** 2;

/** Three parts, as small as S3 allows. */
export const newBody = Buffer.alloc(11 * mebibyte, 'new ');

/** Uploads in parts begin at 1 MiB instead of 64. */
export function openOne(place: Place, at?: At): Promise<ObjectStore> {
  const hook = at === undefined ? {} : { at };
  if (place.kind === 'folder') return openFolderStore(place.path, hook);
  const sizes = { multipartThreshold: mebibyte, partSize: 5 * mebibyte };
  return Promise.resolve(openS3Store(connectionTo(place.server), place.bucket, { ...sizes, ...hook }));
}
