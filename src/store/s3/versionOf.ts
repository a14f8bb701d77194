import { type ObjectKey, showKey } from '../../image/key.ts';
import type { ObjectVersion } from '../contract.ts';
import type { Answer } from './exchange.ts';
import { notFromS3 } from './network.ts';

/** An ETag as the contract has it. Weak ones do not occur in S3, but a proxy that compresses may make one. */
export function bareEtag(text: string): string {
  return text.replace(/^W\//, '').replace(/^"|"$/g, '');
}

/** The version that the headers of a GET or HEAD tell of. */
export function versionOf(key: ObjectKey, answer: Answer): ObjectVersion {
  const etag = answer.headers.get('etag');
  // Of a part, the header tells the size of the whole: `bytes 0-0/1234`.
  const range = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
  const length = range?.[1] ?? answer.headers.get('content-length');
  const modified = Date.parse(answer.headers.get('last-modified') ?? '');
  const versionId = answer.headers.get('x-amz-version-id');
  if (etag === undefined || length === undefined || Number.isNaN(modified)) {
    throw notFromS3(`looking at ${showKey(key)}`, 'its answer has no ETag, length or date');
  }
  return {
    key,
    etag: bareEtag(etag),
    size: Number(length),
    lastModified: new Date(modified),
    ...(versionId === undefined ? {} : { versionId }),
  };
}
