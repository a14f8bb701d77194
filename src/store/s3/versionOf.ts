import { KuvaError } from '../../image/failure.ts';
import { type ObjectKey, showKey } from '../../image/key.ts';
import type { ObjectVersion } from '../contract.ts';
import type { Answer } from './exchange.ts';
import { notFromS3, speaksS3 } from './network.ts';

/** An ETag as the contract has it. Weak ones do not occur in S3, but a proxy that compresses may make one. */
export function bareEtag(text: string): string {
  return text.replace(/^W\//, '').replace(/^"|"$/g, '');
}

/**
 * The version that the headers of a GET or HEAD tell of.
 * @throws KuvaError `store-protocol` of an object that lost its ETag, `store-unreachable` where no S3 service answered
 */
export function versionOf(key: ObjectKey, answer: Answer): ObjectVersion {
  const etag = answer.headers.get('etag');
  // Of a part, the header tells the size of the whole: `bytes 0-0/1234`.
  const range = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '');
  const length = range?.[1] ?? answer.headers.get('content-length');
  const modified = Date.parse(answer.headers.get('last-modified') ?? '');
  const versionId = answer.headers.get('x-amz-version-id');
  if (etag === undefined || length === undefined || Number.isNaN(modified)) {
    // A proxy that writes answers anew may take the length, and is an outage; the ETag nobody takes.
    throw etag === undefined && length !== undefined && speaksS3(answer.headers)
      ? incomplete(key)
      : notFromS3(`looking at ${showKey(key)}`, 'its answer has no ETag, length or date');
  }
  return {
    key,
    etag: bareEtag(etag),
    size: Number(length),
    lastModified: new Date(modified),
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** One such object must not look like an outage, for which all others would wait. */
function incomplete(key: ObjectKey): KuvaError {
  return new KuvaError('store-protocol', {
    what: `The object store has ${showKey(key)} without its ETag: it kept no whole object`,
    data: 'Nothing was changed.',
    remedy:
      'Upload it again if you have it. Ceph can leave such a rest where an object is removed several times at once, in a bucket that kept versions once.',
  });
}
